// Waiting and repeating on a clock, and the real clock itself.
import { describe, expect, it } from 'vitest';
import { every, realClock, sleep } from '../../src/base/clock.ts';
import { VirtualClock } from '../support/virtualClock.ts';

describe('sleep', () => {
  it('resolves after its time', async () => {
    const clock = new VirtualClock(0);
    let woke = false;
    void sleep(clock, 100).then(() => {
      woke = true;
    });
    await clock.advance(99);
    expect(woke).toBe(false);
    await clock.advance(1);
    expect(woke).toBe(true);
  });

  it('rejects with the reason when it is aborted, and leaves no timer', async () => {
    const clock = new VirtualClock(0);
    const abort = new AbortController();
    const sleeping = sleep(clock, 100, abort.signal);
    abort.abort(new Error('enough'));
    await expect(sleeping).rejects.toThrow('enough');
    expect(clock.pending).toBe(0);
  });

  it('does not begin when it was aborted before', async () => {
    const clock = new VirtualClock(0);
    await expect(sleep(clock, 100, AbortSignal.abort(new Error('enough')))).rejects.toThrow(
      'enough',
    );
    expect(clock.pending).toBe(0);
  });

  it('listens to its abort signal no longer than it sleeps', async () => {
    const clock = new VirtualClock(0);
    let listening = 0;
    const abort = new AbortController();
    const { signal } = abort;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listening += 1;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listening -= 1;
      remove(...args);
    };
    const sleeping = sleep(clock, 100, signal);
    await clock.advance(100);
    await sleeping;
    expect(listening).toBe(0);
  });
});

describe('every', () => {
  it('runs again and again until it ends, also by its own run', async () => {
    const clock = new VirtualClock(0);
    const at: number[] = [];
    const repeating = every(clock, 10, () => {
      at.push(clock.now());
      if (at.length === 3) repeating.dispose();
    });
    await clock.advance(100);
    expect(at).toEqual([10, 20, 30]);
    expect(clock.pending).toBe(0);
  });

  it('goes on after a run that fails', async () => {
    const clock = new VirtualClock(0);
    let runs = 0;
    const repeating = every(clock, 10, () => {
      runs += 1;
      throw new Error('a bug');
    });
    await expect(clock.advance(10)).rejects.toThrow('a bug');
    await expect(clock.advance(10)).rejects.toThrow('a bug');
    repeating.dispose();
    expect([runs, clock.pending]).toEqual([2, 0]);
  });
});

describe('the real clock', () => {
  it('tells wall time and a time that only goes forward', () => {
    expect(Math.abs(realClock.now() - Date.now())).toBeLessThan(1000);
    const first = realClock.steady();
    expect(realClock.steady()).toBeGreaterThanOrEqual(first);
  });

  it('calls later, and never at once, also when the time is over already', async () => {
    const order: string[] = [];
    await new Promise<void>((resolve) => {
      realClock.after(-5, () => {
        order.push('later');
        resolve();
      });
      order.push('now');
    });
    expect(order).toEqual(['now', 'later']);
  });

  it('does not call what was disposed, and does not take a long time for none', async () => {
    const called: string[] = [];
    const disposed = realClock.after(0, () => called.push('disposed'));
    disposed.dispose();
    // Node fires timers of more than 24.8 days at once.
    const century = realClock.after(100 * 365 * 24 * 3_600_000, () => called.push('century'));
    await new Promise<void>((resolve) => void realClock.after(5, resolve));
    century.dispose();
    expect(called).toEqual([]);
  });
});
