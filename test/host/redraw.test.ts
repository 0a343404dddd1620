// When a tree is drawn again, over an editor that waits until a view has been still.
import { expect, test } from 'vitest';
import { every } from '../../src/base/clock.ts';
import { createRedraw } from '../../src/host/redraw.ts';
import { VirtualClock } from '../support/virtualClock.ts';

/** The editor draws a tree that has been still for this long. */
const stillness = 200;

test('a burst of changes is one redraw, soon', async () => {
  const clock = new VirtualClock();
  let drawn = 0;
  const redraw = createRedraw(clock, () => (drawn += 1));
  for (let change = 0; change < 20; change += 1) redraw.soon();
  await clock.advance(100);
  expect(drawn).toBe(1);
  await clock.advance(10_000);
  expect(drawn).toBe(1);
});

test('[truth-on-screen] changes without a pause are drawn all the same, each time after a stillness', async () => {
  const clock = new VirtualClock();
  const drawnAt: number[] = [];
  const redraw = createRedraw(clock, () => drawnAt.push(clock.steady()));
  const changes = every(clock, 10, () => redraw.soon());
  await clock.advance(5_000);
  changes.dispose();
  const pauses = drawnAt.slice(1).map((at, index) => at - (drawnAt[index] ?? 0));
  expect(Math.min(...pauses)).toBeGreaterThan(stillness);
  expect(Math.max(...pauses)).toBeLessThan(2 * stillness);
});

test('nothing is drawn after the end', async () => {
  const clock = new VirtualClock();
  let drawn = 0;
  const redraw = createRedraw(clock, () => (drawn += 1));
  redraw.soon();
  redraw.dispose();
  redraw.soon();
  await clock.advance(1_000);
  expect(drawn).toBe(0);
  expect(clock.pending).toBe(0);
});
