// A window that nobody looks at any more gives the lease to one that asks for it, and does not get in its way afterwards.
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../support/virtualClock.ts';
import { aFolder } from './fixtures.ts';
import { aWindow } from './leaseWindows.ts';

const never = (): Promise<boolean> => new Promise(() => undefined);
const seconds = (count: number): number => count * 1000;

describe('a waiting window asks the owner to give way', () => {
  it('and gets the lease from a forgotten one, whose workbench never answers', async () => {
    const [folder, clock] = [aFolder(), new VirtualClock()];
    const forgotten = aWindow(folder, clock, 'forgotten', { isWatched: never });
    const fresh = aWindow(folder, clock, 'fresh');
    forgotten.lease.acquire();
    fresh.lease.acquire();
    await clock.advance(seconds(4));
    expect(forgotten.lease.status.value).toBe('owner');
    await clock.advance(seconds(3));
    expect([forgotten.lease.status.value, fresh.lease.status.value]).toEqual(['waiting', 'owner']);
    await clock.advance(seconds(120));
    expect(fresh.lease.holds()).toBe(true);
  });

  it('and the one that gave way does not snatch it back before the other has looked', async () => {
    const [folder, clock] = [aFolder(), new VirtualClock()];
    const forgotten = aWindow(folder, clock, 'forgotten', { isWatched: never });
    const fresh = aWindow(folder, clock, 'fresh');
    forgotten.lease.acquire();
    fresh.lease.acquire();
    fresh.lease.release();
    await clock.advance(seconds(60));
    expect(forgotten.lease.status.value).toBe('waiting');
  });

  it('and the one that gave way does not take it while the other reloads, but does once it is looked at again', async () => {
    const [folder, clock] = [aFolder(), new VirtualClock()];
    let isThere = false;
    const forgotten = aWindow(folder, clock, 'forgotten', {
      isWatched: () => (isThere ? Promise.resolve(true) : never()),
    });
    const fresh = aWindow(folder, clock, 'fresh');
    forgotten.lease.acquire();
    fresh.lease.acquire();
    await clock.advance(seconds(30));
    expect(fresh.lease.status.value).toBe('owner');
    fresh.lease.dispose();
    await clock.advance(seconds(20));
    expect(forgotten.lease.status.value).toBe('waiting');
    const reloaded = aWindow(folder, clock, 'reloaded');
    reloaded.lease.acquire();
    expect(reloaded.lease.status.value).toBe('owner');
    reloaded.lease.dispose();
    isThere = true;
    await clock.advance(seconds(6));
    expect(forgotten.lease.status.value).toBe('owner');
  });

  it('and is refused by one that is looked at, and asks again every 30 s only', async () => {
    const [folder, clock] = [aFolder(), new VirtualClock()];
    const watched = aWindow(folder, clock, 'watched');
    const other = aWindow(folder, clock, 'other');
    watched.lease.acquire();
    other.lease.acquire();
    await clock.advance(seconds(29));
    expect(watched.asked()).toBe(1);
    await clock.advance(seconds(5));
    expect(watched.asked()).toBe(2);
    expect(watched.lease.holds()).toBe(true);
  });

  it('and an answer that comes late changes nothing', async () => {
    const [folder, clock] = [aFolder(), new VirtualClock()];
    let answer: (isWatched: boolean) => void = () => undefined;
    const slow = aWindow(folder, clock, 'slow', {
      isWatched: () => new Promise((resolve) => (answer = resolve)),
    });
    const other = aWindow(folder, clock, 'other');
    slow.lease.acquire();
    other.lease.acquire();
    await clock.advance(seconds(8));
    expect(other.lease.status.value).toBe('owner');
    answer(true);
    await clock.advance(seconds(8));
    expect([slow.lease.status.value, other.lease.status.value]).toEqual(['waiting', 'owner']);
  });

  it('and a workbench that answers with an error counts as there', async () => {
    const [folder, clock] = [aFolder(), new VirtualClock()];
    const watched = aWindow(folder, clock, 'watched', {
      isWatched: () => Promise.reject(new Error('no such command')),
    });
    const other = aWindow(folder, clock, 'other');
    watched.lease.acquire();
    other.lease.acquire();
    await clock.advance(seconds(10));
    expect(watched.lease.status.value).toBe('owner');
  });
});
