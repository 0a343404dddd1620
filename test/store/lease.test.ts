import { writeFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../src/store/database.ts';
import type { LeaseRow } from '../../src/store/leaseRules.ts';
import { LeaseTable, leaseFile, leaseMigrations } from '../../src/store/leaseTable.ts';
import { VirtualClock } from '../support/virtualClock.ts';
import { aFolder, RememberingLog } from './fixtures.ts';
import { aWindow } from './leaseWindows.ts';

const never = (): Promise<boolean> => new Promise(() => undefined);
const aDatabaseOf = (folder: string): Database => {
  const log = new RememberingLog();
  const opened = openDatabase({ folder, name: leaseFile, migrations: leaseMigrations, log });
  if (opened.kind === 'unavailable') throw new Error(opened.reason);
  return opened.database;
};

/** Cannot be used while something is broken. */
class FragileTable extends LeaseTable {
  readonly broken = { now: false };

  override read(): LeaseRow | null {
    this.#check();
    return super.read();
  }

  override beat(owner: string, now: number): boolean {
    this.#check();
    return super.beat(owner, now);
  }

  #check(): void {
    if (this.broken.now) throw new Error('The disk is full.');
  }
}

const seconds = (count: number): number => count * 1000;

describe('two windows', () => {
  it('never own the stored sessions together', async () => {
    const [folder, clock] = [aFolder(), new VirtualClock()];
    const one = aWindow(folder, clock, 'one');
    const two = aWindow(folder, clock, 'two');
    expect([one.lease.acquire(), two.lease.acquire()]).toEqual(['owner', 'waiting']);
    await clock.advance(seconds(120));
    expect([one.lease.holds(), two.lease.holds()]).toEqual([true, false]);
  });

  it('hand over in good order: what waits is written first, the other has it within a second', async () => {
    const [folder, clock] = [aFolder(), new VirtualClock()];
    const one = aWindow(folder, clock, 'one');
    const two = aWindow(folder, clock, 'two');
    one.lease.acquire();
    two.lease.acquire();
    const heldWhenFlushing: boolean[] = [];
    one.lease.beforeRelease(() => heldWhenFlushing.push(one.lease.holds()));
    one.lease.release();
    expect(heldWhenFlushing).toEqual([true]);
    await clock.advance(seconds(1));
    expect([one.lease.status.value, two.lease.status.value]).toEqual(['waiting', 'owner']);
    await clock.advance(seconds(60));
    expect(two.lease.holds()).toBe(true);
  });

  it('hand over even when the last writing fails', async () => {
    const [folder, clock] = [aFolder(), new VirtualClock()];
    const one = aWindow(folder, clock, 'one');
    const two = aWindow(folder, clock, 'two');
    one.lease.acquire();
    two.lease.acquire();
    one.lease.beforeRelease(() => {
      throw new Error('disk full');
    });
    one.lease.dispose();
    expect(one.log.complaints).toEqual([expect.stringContaining('disk full')]);
    await clock.advance(seconds(15));
    expect(two.lease.status.value).toBe('owner');
  });
});

describe('an owner that falls silent', () => {
  it('keeps the lease for 10 s, loses it after, and knows before it uses a session again', async () => {
    const folder = aFolder();
    const [stalled, clock] = [new VirtualClock(), new VirtualClock()];
    const one = aWindow(folder, stalled, 'one');
    const two = aWindow(folder, clock, 'two');
    one.lease.acquire();
    two.lease.acquire();
    await clock.advance(seconds(9));
    expect(two.lease.status.value).toBe('waiting');
    await clock.advance(seconds(2));
    expect(two.lease.status.value).toBe('owner');
    stalled.jump(seconds(11));
    expect(one.lease.status.value).toBe('owner');
    expect(one.lease.holds()).toBe(false);
    expect(one.lease.status.value).toBe('waiting');
  });

  it('finds out at its next heartbeat when nobody asks it', async () => {
    const folder = aFolder();
    const [stalled, clock] = [new VirtualClock(), new VirtualClock()];
    const one = aWindow(folder, stalled, 'one');
    const two = aWindow(folder, clock, 'two');
    one.lease.acquire();
    two.lease.acquire();
    await clock.advance(seconds(11));
    await stalled.advance(seconds(2));
    expect([one.lease.status.value, two.lease.status.value]).toEqual(['waiting', 'owner']);
  });

  it('keeps the lease when both windows slept, whoever wakes first', async () => {
    const folder = aFolder();
    const [ownerClock, clock] = [new VirtualClock(), new VirtualClock()];
    const one = aWindow(folder, ownerClock, 'one');
    const two = aWindow(folder, clock, 'two');
    one.lease.acquire();
    two.lease.acquire();
    await clock.advance(seconds(1));
    for (const sleeper of [ownerClock, clock]) sleeper.jump(seconds(3600));
    await clock.advance(seconds(2));
    await ownerClock.advance(seconds(2));
    await clock.advance(seconds(3));
    expect([one.lease.holds(), two.lease.holds()]).toEqual([true, false]);
  });
});

describe('the file of the lease', () => {
  it('that is deleted makes the owner wait and take it anew', async () => {
    const [folder, clock] = [aFolder(), new VirtualClock()];
    const one = aWindow(folder, clock, 'one');
    const statuses: string[] = [];
    one.lease.status.onChange((status) => statuses.push(status));
    one.lease.acquire();
    for (const suffix of ['', '-wal', '-shm'])
      rmSync(join(folder, leaseFile + suffix), { force: true });
    await clock.advance(seconds(4));
    expect(statuses).toEqual(['owner', 'waiting', 'owner']);
    expect(one.log.complaints).toEqual([expect.stringContaining('was removed')]);
  });

  it('that cannot be opened leaves the window without stored sessions, until it can', async () => {
    const [folder, clock] = [aFolder(), new VirtualClock()];
    const below = join(folder, 'below');
    writeFileSync(below, 'a file where the folder should be');
    const one = aWindow(below, clock, 'one');
    expect([one.lease.acquire(), one.lease.holds()]).toEqual(['unavailable', false]);
    await clock.advance(seconds(61));
    expect(one.log.complaints).toHaveLength(1);
    rmSync(below);
    await clock.advance(seconds(30));
    expect(one.lease.status.value).toBe('owner');
  });

  it('is not asked for again in an editor without SQLite', () => {
    const clock = new VirtualClock();
    const one = aWindow(aFolder(), clock, 'one', {
      open: () => ({ kind: 'unavailable', reason: 'missing', permanent: true }),
    });
    expect(one.lease.acquire()).toBe('unavailable');
    expect(clock.pending).toBe(0);
  });

  it('that is locked for a moment costs nothing, for long the lease until it is free again', async () => {
    const [folder, clock] = [aFolder(), new VirtualClock()];
    const one = aWindow(folder, clock, 'one');
    one.lease.acquire();
    const other = aDatabaseOf(folder);
    other.exec('BEGIN IMMEDIATE');
    await clock.advance(seconds(7));
    expect(one.lease.holds()).toBe(true);
    await clock.advance(seconds(3));
    expect(one.lease.status.value).toBe('waiting');
    expect(one.lease.loss.value).toEqual({ kind: 'failing', reason: 'database is locked' });
    expect(one.log.complaints.filter((line) => line.includes('locked'))).toHaveLength(1);
    other.exec('ROLLBACK');
    other.dispose();
    await clock.advance(seconds(2));
    expect([one.lease.status.value, one.lease.loss.value]).toEqual(['owner', null]);
  });

  it('that somebody else took while it was locked for us is theirs, and said to be', async () => {
    const [folder, clock] = [aFolder(), new VirtualClock()];
    const table = new FragileTable(aDatabaseOf(folder));
    const one = aWindow(folder, clock, 'one', { open: () => ({ kind: 'open', table }) });
    one.lease.acquire();
    table.broken.now = true;
    await clock.advance(seconds(11));
    expect(one.lease.loss.value).toEqual({ kind: 'failing', reason: 'The disk is full.' });
    const two = aWindow(folder, clock, 'two');
    two.lease.acquire();
    await clock.advance(seconds(12));
    expect(two.lease.status.value).toBe('owner');
    expect(one.lease.loss.value?.kind).toBe('failing');
    table.broken.now = false;
    await clock.advance(seconds(2));
    expect(one.lease.loss.value).toEqual({ kind: 'taken' });
    expect([one.lease.holds(), two.lease.holds()]).toEqual([false, true]);
  });
});

it('leaves no timer behind', async () => {
  const [folder, clock] = [aFolder(), new VirtualClock()];
  const one = aWindow(folder, clock, 'one', { isWatched: never });
  const two = aWindow(folder, clock, 'two');
  one.lease.acquire();
  two.lease.acquire();
  await clock.advance(seconds(3));
  one.lease.dispose();
  two.lease.dispose();
  await clock.advance(seconds(60));
  expect(clock.pending).toBe(0);
});

it('stays released when a listener of its status releases it', async () => {
  const [folder, clock] = [aFolder(), new VirtualClock()];
  const one = aWindow(folder, clock, 'one');
  one.lease.status.onChange((status) => {
    if (status === 'owner') one.lease.release();
  });
  one.lease.acquire();
  await clock.advance(seconds(10));
  expect([one.lease.status.value, clock.pending]).toEqual(['waiting', 0]);
});
