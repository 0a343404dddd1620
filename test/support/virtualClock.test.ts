// The clock of the tests is itself under test: everything else believes it.
import { expect, it } from 'vitest';
import { every, sleep } from '../../src/base/clock.ts';
import { VirtualClock } from './virtualClock.ts';

it('fires timers in the order of their time, and of their making at the same time', async () => {
  const clock = new VirtualClock(0);
  const fired: string[] = [];
  clock.after(20, () => fired.push(`late at ${clock.now()}`));
  clock.after(10, () => fired.push(`first at ${clock.now()}`));
  clock.after(10, () => fired.push(`second at ${clock.now()}`));
  await clock.advance(15);
  expect(fired).toEqual(['first at 10', 'second at 10']);
  expect(clock.now()).toBe(15);
  await clock.advance(5);
  expect(fired).toHaveLength(3);
});

it('lets promises settle between two timers', async () => {
  const clock = new VirtualClock();
  const order: string[] = [];
  const slow = async (): Promise<void> => {
    await sleep(clock, 10);
    for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
    order.push('awaited');
  };
  void slow();
  clock.after(11, () => order.push('next timer'));
  await clock.advance(11);
  expect(order).toEqual(['awaited', 'next timer']);
});

it('fires timers that were made on the way, and none that was disposed', async () => {
  const clock = new VirtualClock();
  let ticks = 0;
  const ticking = every(clock, 10, () => {
    ticks += 1;
  });
  await clock.advance(35);
  ticking.dispose();
  await clock.advance(100);
  expect(ticks).toBe(3);
  expect(clock.pending).toBe(0);
});

it('moves only wall time in a sleep, so that timers fire late', async () => {
  const clock = new VirtualClock(0);
  let firedAt = 0;
  clock.after(10, () => {
    firedAt = clock.now();
  });
  clock.jump(3_600_000);
  expect([clock.now(), clock.steady(), firedAt]).toEqual([3_600_000, 0, 0]);
  await clock.advance(10);
  expect(firedAt).toBe(3_600_010);
});

it('refuses two advances at once', async () => {
  const clock = new VirtualClock();
  const first = clock.advance(1);
  await expect(clock.advance(1)).rejects.toThrow('being advanced already');
  await first;
});
