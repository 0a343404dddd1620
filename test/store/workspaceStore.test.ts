import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Source } from '../../src/base/signal.ts';
import { type Memento, Mirror, idLeap } from '../../src/store/mirror.ts';
import {
  type WindowFacts,
  type WorkspaceStore,
  openWorkspaceStore,
} from '../../src/store/workspaceStore.ts';
import { VirtualClock } from '../support/virtualClock.ts';
import { RememberingLog, aDatabase, aFolder, aRecord, anEntry, readNumber } from './fixtures.ts';
import { aCall, keysOf } from './journalFixtures.ts';

/** The editor's state of a workspace: values are copied, as they are when they cross to the workbench. */
class PlainMemento implements Memento {
  readonly #values = new Map<string, unknown>();
  updates = 0;

  get(key: string): unknown {
    return this.#values.get(key);
  }

  keys(): readonly string[] {
    return [...this.#values.keys()];
  }

  update(key: string, value: unknown): PromiseLike<void> {
    this.updates += 1;
    if (value === undefined) this.#values.delete(key);
    else this.#values.set(key, structuredClone(value));
    return Promise.resolve();
  }
}

interface Opening extends Partial<WindowFacts> {
  readonly folder: string;
  readonly clock: VirtualClock;
  readonly log?: RememberingLog;
  readonly memento?: Memento;
  readonly noSqlite?: boolean;
}

const open = (opening: Opening): WorkspaceStore => {
  const store = openWorkspaceStore({
    log: new RememberingLog(),
    memento: new PlainMemento(),
    sessionTtl: 86_400_000,
    historyEntries: 500,
    allowsJournal: new Source(true),
    window: {
      id: 'one',
      pid: 1,
      processes: { machine: 'here', bootedAt: 0, isAlive: () => true },
      isOnlyOne: false,
      isWatched: () => Promise.resolve(true),
      ...opening,
    },
    ...opening,
    ...(opening.noSqlite ? { loadSqlite: () => undefined } : {}),
  });
  onTestFinished(() => store.dispose());
  return store;
};

const aFreshRecord = (clock: VirtualClock, more: Parameters<typeof aRecord>[0] = {}) =>
  aRecord({ lastActive: clock.now(), ...more });

describe('a window that reloads', () => {
  it('finds its records and its history again, newest cursor included', () => {
    const [folder, clock] = [aFolder(), new VirtualClock()];
    const before = open({ folder, clock });
    before.records.save(aFreshRecord(clock));
    before.records.save(aFreshRecord(clock, { cursors: { standalone: 'e9' } }));
    before.history.append(anEntry({ at: clock.now() }));
    before.dispose();
    expect(clock.pending).toBe(0);
    const after = open({ folder, clock, id: 'two' });
    expect(after.lease.value).toBe('owner');
    expect(after.records.load('alpha', 'lifeline')?.cursors).toEqual({ standalone: 'e9' });
    expect(after.history.recent('alpha', 10)).toMatchObject([anEntry({ at: clock.now() })]);
  });

  it('collects expired records at its start, with one log line', () => {
    const [folder, clock, log] = [aFolder(), new VirtualClock(), new RememberingLog()];
    const before = open({ folder, clock });
    before.records.save(aFreshRecord(clock));
    before.dispose();
    clock.jump(86_400_001);
    expect(open({ folder, clock, log }).records.all()).toEqual([]);
    expect(log.lines.filter((line) => line.includes('expired'))).toHaveLength(1);
  });
});

describe('two windows on one folder', () => {
  it('do not tell one another their lives', async () => {
    const [folder, clock] = [aFolder(), new VirtualClock()];
    const one = open({ folder, clock });
    one.history.append(anEntry({ at: clock.now(), to: 'ready' }));
    await clock.advance(1_000);
    const two = open({ folder, clock, id: 'two', pid: 2 });
    expect(two.lease.value).toBe('waiting');
    await clock.advance(1_000);
    two.history.append(anEntry({ at: clock.now(), to: 'stopped' }));
    expect(one.history.recent('alpha', 10)).toMatchObject([{ to: 'ready' }]);
    expect(two.history.recent('alpha', 10)).toMatchObject([{ to: 'stopped' }, { to: 'ready' }]);
  });
});

describe('unfinished calls', () => {
  it('an orderly end leaves nothing of a call that is over', () => {
    const [folder, clock] = [aFolder(), new VirtualClock(1_000_000)];
    const store = open({ folder, clock });
    store.journal.put(aCall('a', { arrivedAt: clock.now() }));
    store.journal.remove('a');
    store.dispose();
    expect(readNumber(aDatabase(folder), 'SELECT count(*) FROM journal')).toBe(0);
  });

  it('outlive a reload, and belong to the window with the lease [reload-survives]', async () => {
    const [folder, clock] = [aFolder(), new VirtualClock()];
    const calls = ({ journal }: WorkspaceStore) => keysOf(journal.load('alpha', 'lifeline'));
    const before = open({ folder, clock });
    before.journal.put(aCall('a', { arrivedAt: clock.now() }));
    before.dispose();
    const after = open({ folder, clock, id: 'two' });
    const waiting = open({ folder, clock, id: 'three' });
    expect([calls(after), calls(waiting)]).toEqual([['a'], []]);
    after.dispose();
    await clock.advance(1000);
    expect(calls(waiting)).toEqual(['a']);
  });

  it('are kept in memory where SQLite is missing', () => {
    const [folder, clock] = [aFolder(), new VirtualClock()];
    const { journal } = open({ folder, clock, noSqlite: true });
    journal.put(aCall('a'));
    expect(keysOf(journal.load('alpha', 'lifeline'))).toEqual(['a']);
  });
});

describe('a second window', () => {
  it('neither sees nor changes the stored sessions, and keeps its own', () => {
    const [folder, clock] = [aFolder(), new VirtualClock()];
    const owner = open({ folder, clock });
    owner.records.save(aFreshRecord(clock));
    const second = open({ folder, clock, id: 'two' });
    expect(second.records.load('alpha', 'lifeline')).toBeNull();
    second.records.save(aFreshRecord(clock, { sessionId: 's-2' }));
    expect(second.records.load('alpha', 'lifeline')?.sessionId).toBe('s-2');
    expect(second.records.clear()).toBe(1);
    expect(owner.records.all().map((record) => record.sessionId)).toEqual(['s-1']);
  });

  it('that gets the lease stores its own living sessions and finds the others of the owner', async () => {
    const [folder, clock] = [aFolder(), new VirtualClock()];
    const owner = open({ folder, clock });
    owner.records.save(aFreshRecord(clock));
    owner.records.save(aFreshRecord(clock, { client: 'agent', sessionId: 's-agent' }));
    const second = open({ folder, clock, id: 'two' });
    second.records.save(aFreshRecord(clock, { sessionId: 's-2' }));
    owner.dispose();
    await clock.advance(1000);
    expect(second.lease.value).toBe('owner');
    expect(second.records.load('alpha', 'agent')?.sessionId).toBe('s-agent');
    second.dispose();
    const third = open({ folder, clock, id: 'three' });
    expect(third.records.load('alpha', 'lifeline')?.sessionId).toBe('s-2');
  });

  it("that gave way has nothing left of what it used: those sessions are the new owner's [one-owner]", async () => {
    const [folder, clock] = [aFolder(), new VirtualClock()];
    const never = (): Promise<boolean> => new Promise(() => undefined);
    const forgotten = open({ folder, clock, isWatched: never });
    forgotten.records.save(aFreshRecord(clock));
    const fresh = open({ folder, clock, id: 'two' });
    await clock.advance(10_000);
    expect(fresh.records.load('alpha', 'lifeline')?.sessionId).toBe('s-1');
    expect(forgotten.records.load('alpha', 'lifeline')).toBeNull();
  });

  it('that took over is not disturbed by the delayed cursor of an owner that slept', async () => {
    const folder = aFolder();
    const [asleep, clock] = [new VirtualClock(), new VirtualClock()];
    const slept = open({ folder, clock: asleep });
    slept.records.save(aFreshRecord(asleep, { cursors: { standalone: 'first' } }));
    slept.records.save(aFreshRecord(asleep, { cursors: { standalone: 'stale' } }));
    const second = open({ folder, clock, id: 'two' });
    await clock.advance(11_000);
    second.records.save(aFreshRecord(clock, { sessionId: 's-2' }));
    asleep.jump(11_000);
    await asleep.advance(250);
    expect(slept.lease.value).toBe('waiting');
    second.dispose();
    const third = open({ folder, clock, id: 'three' });
    expect(third.records.load('alpha', 'lifeline')?.sessionId).toBe('s-2');
  });
});

describe('the mirror', () => {
  it('gives the records back, with ids far ahead, when the file had to be set aside', () => {
    const [folder, clock, memento] = [aFolder(), new VirtualClock(), new PlainMemento()];
    const before = open({ folder, clock, memento });
    before.records.save(aFreshRecord(clock, { nextId: 7, cursors: { standalone: 'e1' } }));
    before.dispose();
    writeFileSync(join(folder, 'lifeline.db'), 'broken '.repeat(1000));
    const after = open({ folder, clock, memento, id: 'two' });
    const record = after.records.load('alpha', 'lifeline');
    expect([record?.nextId, record?.cursors]).toEqual([7 + idLeap, { standalone: 'e1' }]);
  });

  it('is not believed while the file is there', async () => {
    const [folder, clock, memento] = [aFolder(), new VirtualClock(), new PlainMemento()];
    const before = open({ folder, clock, memento });
    before.records.save(aFreshRecord(clock, { nextId: 7 }));
    before.dispose();
    expect(
      open({ folder, clock, memento, id: 'two' }).records.load('alpha', 'lifeline')?.nextId,
    ).toBe(7);
  });

  it('is written twice a second at most, and at once when a record is removed', async () => {
    const [folder, clock, memento] = [aFolder(), new VirtualClock(), new PlainMemento()];
    const store = open({ folder, clock, memento });
    for (let id = 1; id <= 100; id += 1) {
      store.records.save(aFreshRecord(clock, { nextId: id }));
      await clock.advance(10);
    }
    expect(memento.updates).toBe(2);
    store.records.remove('alpha', 'lifeline');
    expect(memento.keys()).toEqual([]);
  });

  it('drops what it cannot read, keeps 200 records, and none that is large', () => {
    const [clock, log, memento] = [new VirtualClock(), new RememberingLog(), new PlainMemento()];
    const mirror = new Mirror({ clock, log, memento });
    onTestFinished(() => mirror.dispose());
    const records = Array.from({ length: 201 }, (_, index) =>
      aRecord({ serverId: `s${index}`, lastActive: index }),
    );
    mirror.put(records.slice(0, 200));
    mirror.flush();
    expect(mirror.all()).toHaveLength(200);
    mirror.put(records.slice(200));
    mirror.flush();
    expect([mirror.all().length, mirror.get('s0', 'lifeline')]).toEqual([200, null]);
    mirror.put([aRecord({ serverId: 's9', welcome: { instructions: 'x'.repeat(70_000) } })]);
    mirror.flush();
    expect(mirror.get('s9', 'lifeline')).toBeNull();
    void memento.update('session:["bad","lifeline"]', { version: 1 });
    expect(mirror.get('bad', 'lifeline')).toBeNull();
    expect(log.complaints).toHaveLength(1);
  });

  it('says once that the editor takes no updates', async () => {
    const [clock, log] = [new VirtualClock(), new RememberingLog()];
    const memento: Memento = {
      get: () => undefined,
      keys: () => [],
      update: () => Promise.reject(new Error('quota')),
    };
    const store = open({ folder: aFolder(), clock, log, memento });
    for (let id = 1; id <= 3; id += 1) {
      store.records.save(aFreshRecord(clock, { nextId: id }));
      await clock.advance(500);
    }
    expect(log.complaints).toEqual([expect.stringContaining('quota')]);
  });
});

describe('an editor without SQLite', () => {
  it('keeps records in the editor state where it has one window only, and says so once', () => {
    const [folder, clock, memento] = [aFolder(), new VirtualClock(), new PlainMemento()];
    const log = new RememberingLog();
    const before = open({ folder, clock, memento, noSqlite: true, isOnlyOne: true, log });
    before.records.save(aFreshRecord(clock, { nextId: 7, cursors: { standalone: 'e1' } }));
    before.history.append(anEntry({ at: clock.now() }));
    expect(before.history.recent('alpha', 1)).toMatchObject([anEntry({ at: clock.now() })]);
    expect([before.lease.value, before.database]).toEqual(['unavailable', null]);
    before.dispose();
    expect(log.complaints).toEqual([expect.stringContaining('no node:sqlite')]);
    const after = open({ folder, clock, memento, noSqlite: true, isOnlyOne: true });
    const record = after.records.load('alpha', 'lifeline');
    expect([record?.nextId, record?.cursors]).toEqual([7 + idLeap, { standalone: 'e1' }]);
  });

  it('uses no stored session where other windows may have the same workspace', () => {
    const [folder, clock, memento] = [aFolder(), new VirtualClock(), new PlainMemento()];
    const before = open({ folder, clock, memento });
    before.records.save(aFreshRecord(clock));
    before.dispose();
    const after = open({ folder, clock, memento, noSqlite: true });
    expect(after.records.load('alpha', 'lifeline')).toBeNull();
    after.records.save(aFreshRecord(clock, { sessionId: 's-2' }));
    expect(after.records.load('alpha', 'lifeline')?.sessionId).toBe('s-2');
    expect(after.holdsLease()).toBe(false);
  });
});
