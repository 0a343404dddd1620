// What the gateway keeps in the store of a window, as the whole store wires it.
import { describe, expect, it, onTestFinished } from 'vitest';
import { Source } from '../../src/base/signal.ts';
import { parseSettings } from '../../src/core/parseSettings.ts';
import {
  openWorkspaceStore,
  type WorkspaceStore,
  type WorkspaceStorePorts,
} from '../../src/store/workspaceStore.ts';
import { VirtualClock } from '../support/virtualClock.ts';
import { RememberingLog, aFolder } from './fixtures.ts';

interface Opening extends Partial<WorkspaceStorePorts> {
  readonly folder: string;
  readonly clock: VirtualClock;
  readonly id?: string;
}

const open = ({ id = 'one', ...opening }: Opening): WorkspaceStore => {
  const store = openWorkspaceStore({
    log: new RememberingLog(),
    memento: { get: () => undefined, keys: () => [], update: () => Promise.resolve() },
    sessionTtl: 86_400_000,
    historyEntries: 500,
    allowsJournal: new Source(true),
    window: {
      id,
      pid: 1,
      processes: { machine: 'here', bootedAt: 0, isAlive: () => true },
      isOnlyOne: false,
      isWatched: () => Promise.resolve(true),
    },
    ...opening,
  });
  onTestFinished(() => store.dispose());
  return store;
};

describe('what the gateway keeps', () => {
  const aSession = {
    id: 'secret-1',
    server: 'alpha',
    client: 'gateway-1',
    hello: null,
    protocolVersion: '2025-11-25',
    created: 1,
    lastSeen: 2,
    ended: false,
  };
  const offer = { welcome: { capabilities: {} }, lists: {} };

  it('outlives a reload, and belongs to the window with the lease [reload-survives]', async () => {
    const [folder, clock] = [aFolder(), new VirtualClock()];
    const before = open({ folder, clock });
    const id = before.events.append('s', null);
    before.gatewaySessions.save(aSession);
    before.offers.save('alpha', 'f', offer);
    before.door.savePort(4711);
    before.door.saveAway({ endedAt: 7, absences: [3] });
    before.dispose();
    const keptBy = ({ events, gatewaySessions, offers, door }: WorkspaceStore) => [
      events.streamOf(id),
      gatewaySessions.load('secret-1'),
      offers.load('alpha', 'f'),
      door.loadPort(),
      door.loadAway(),
    ];
    const all = ['s', aSession, offer, 4711, { endedAt: 7, absences: [3] }];
    const nothing = [null, null, null, null, { endedAt: null, absences: [] }];
    const after = open({ folder, clock, id: 'two' });
    const waiting = open({ folder, clock, id: 'three' });
    expect([keptBy(after), keptBy(waiting)]).toEqual([all, nothing]);
    after.dispose();
    await clock.advance(1000);
    expect(keptBy(waiting)).toEqual(all);
  });

  it('is kept in memory where SQLite is missing', () => {
    const [folder, clock] = [aFolder(), new VirtualClock()];
    const { events, gatewaySessions, offers, door } = open({
      folder,
      clock,
      loadSqlite: () => undefined,
    });
    const id = events.append('s', null);
    gatewaySessions.save(aSession);
    offers.save('alpha', 'f', offer);
    // Nobody misses a door that was nowhere.
    door.saveAway({ endedAt: 7, absences: [3] });
    expect(door.loadAway().endedAt).toBeNull();
    door.savePort(4711);
    door.saveAway({ endedAt: 7, absences: [3] });
    door.savePort(4711);
    expect(door.loadAway()).toEqual({ endedAt: 7, absences: [3] });
    expect([events.streamOf(id), events.status.value.used]).toEqual(['s', 'memory']);
    expect([gatewaySessions.all(), offers.load('alpha', 'f')]).toEqual([[aSession], offer]);
    expect(door.loadPort()).toBe(4711);
  });

  it('follows the settings of the event store', () => {
    const [folder, clock] = [aFolder(), new VirtualClock()];
    const usual = parseSettings({}).settings.eventStore;
    const eventStore = new Source({ ...usual, maxEvents: 2 });
    const { events } = open({ folder, clock, eventStore });
    for (let index = 0; index < 5; index += 1) events.append('s', null);
    expect(events.readAfter('s', null)).toHaveLength(2);
    eventStore.set({ ...usual, kind: 'memory' });
    expect(events.status.value).toMatchObject({ wanted: 'memory', used: 'memory', events: 2 });
  });

  it('costs the start of a window nothing before it is used', () => {
    const [folder, clock] = [aFolder(), new VirtualClock()];
    const before = open({ folder, clock });
    before.events.append('s', null);
    before.dispose();
    const { events, database } = open({ folder, clock });
    // What comes into the table after the opening is seen: nothing was read until now.
    database?.exec(
      'INSERT INTO gateway_events (seq, charge, stream) SELECT seq + 1, charge, stream FROM gateway_events',
    );
    expect(events.status.value.events).toBe(2);
  });
});
