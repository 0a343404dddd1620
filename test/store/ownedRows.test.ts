// What the gateway keeps besides its events, in all the places where it may lie.
import { describe, expect, it, onTestFinished } from 'vitest';
import { Source } from '../../src/base/signal.ts';
import type { GatewaySession, ServerOffer } from '../../src/runtime/gatewayPorts.ts';
import { openGatewayTables } from '../../src/store/gatewayTables.ts';
import type { LeaseStatus } from '../../src/store/leasePorts.ts';
import { VirtualClock } from '../support/virtualClock.ts';
import { RememberingLog, aDatabase, readNumber } from './fixtures.ts';

const aSession = (id: string, more: Partial<GatewaySession> = {}): GatewaySession => ({
  id,
  server: 'alpha',
  client: `gateway-${id}`,
  hello: { clientInfo: { name: 'claude-code', version: '2' }, capabilities: {} },
  protocolVersion: '2025-11-25',
  created: 1000,
  lastSeen: 2000,
  ended: false,
  ...more,
});

const anOffer: ServerOffer = {
  welcome: { serverInfo: { name: 'alpha', version: '1' }, capabilities: { tools: {} } },
  lists: { 'tools/list': { tools: [{ name: 'add', inputSchema: { type: 'object' } }] } },
};

const tables = (
  database = aDatabase(),
  { status = 'owner', inMemory = false }: { status?: LeaseStatus; inMemory?: boolean } = {},
) => {
  const lease = new Source<LeaseStatus>(status);
  const ownership = { status: lease, holds: () => lease.value === 'owner' };
  const log = new RememberingLog();
  const clock = new VirtualClock();
  const stored = inMemory ? null : { database, ownership };
  const opened = openGatewayTables({ clock, log, stored });
  onTestFinished(() => opened.dispose());
  return { ...opened, database, log, clock, turnLease: (next: LeaseStatus) => lease.set(next) };
};

const idsOf = (sessions: readonly GatewaySession[]): readonly string[] =>
  sessions.map(({ id }) => id);

describe.each([
  ['in SQLite', false],
  ['in memory', true],
])('kept %s', (_name, inMemory) => {
  const open = () => tables(aDatabase(), { inMemory });

  it('sessions are found, replaced, listed and removed', () => {
    const { sessions } = open();
    sessions.save(aSession('one'));
    sessions.save(aSession('two', { hello: null, lastSeen: 3000 }));
    sessions.save(aSession('one', { ended: true }));
    expect(sessions.load('one')).toEqual(aSession('one', { ended: true }));
    expect(idsOf(sessions.all()).toSorted()).toEqual(['one', 'two']);
    sessions.remove('one');
    expect([sessions.load('one'), idsOf(sessions.all())]).toEqual([null, ['two']]);
  });

  it('what a server offers is known for the definition that it was made for, and no other', () => {
    const { offers } = open();
    offers.save('alpha', 'f1', anOffer);
    expect(offers.load('alpha', 'f1')).toEqual(anOffer);
    expect([offers.load('alpha', 'f2'), offers.load('beta', 'f1')]).toEqual([null, null]);
    offers.save('alpha', 'f2', { ...anOffer, lists: {} });
    expect([offers.load('alpha', 'f1'), offers.load('alpha', 'f2')?.lists]).toEqual([null, {}]);
  });

  it('the door has one port', () => {
    const { door } = open();
    expect(door.loadPort()).toBeNull();
    door.savePort(4711);
    door.savePort(4712);
    expect(door.loadPort()).toBe(4712);
  });

  it('an offer too large to be kept is not, and the older one goes, said once [bounded]', () => {
    const { offers, log } = open();
    offers.save('alpha', 'f1', anOffer);
    const most = 8 * 2 ** 20;
    const huge = { ...anOffer, lists: { 'tools/list': { tools: 'x'.repeat(most) } } };
    offers.save('alpha', 'f1', huge);
    offers.save('alpha', 'f1', huge);
    expect(offers.load('alpha', 'f1')).toBeNull();
    expect(log.complaints).toEqual([expect.stringContaining('descriptions of servers')]);
  });

  it('the offers of the servers seen last are kept [bounded]', () => {
    const { offers, clock } = open();
    for (let index = 0; index < 300; index += 1) {
      clock.jump(1);
      offers.save(`s${index}`, 'f', anOffer);
    }
    expect([offers.load('s0', 'f'), offers.load('s299', 'f')]).toEqual([null, anOffer]);
  });
});

describe('a later life', () => {
  it('finds sessions, offers and the port', () => {
    const first = tables();
    first.sessions.save(aSession('one'));
    first.offers.save('alpha', 'f1', anOffer);
    first.door.savePort(4711);
    first.dispose();
    const second = tables(first.database);
    expect(second.sessions.all()).toEqual([aSession('one')]);
    expect([second.offers.load('alpha', 'f1'), second.door.loadPort()]).toEqual([anOffer, 4711]);
  });

  it('removes what it cannot read, said once, without a word of it', () => {
    const { sessions, database, log } = tables();
    sessions.save(aSession('one'));
    sessions.save(aSession('hush-hush'));
    sessions.save(aSession('three'));
    database.exec(`UPDATE gateway_sessions SET json = '{"id":"hush"' WHERE id = 'hush-hush'`);
    database.exec(`UPDATE gateway_sessions SET json = '{"id":"hush"}' WHERE id = 'three'`);
    expect(idsOf(sessions.all())).toEqual(['one']);
    expect(readNumber(database, 'SELECT count(*) FROM gateway_sessions')).toBe(1);
    expect(log.complaints).toEqual([expect.stringContaining('could not be read')]);
    expect(log.complaints.join()).not.toContain('hush');
  });
});

describe('a window without the lease', () => {
  it('neither sees nor changes what is stored, and keeps its own', () => {
    const owner = tables();
    owner.sessions.save(aSession('one'));
    owner.door.savePort(4711);
    const second = tables(owner.database, { status: 'waiting' });
    expect([second.sessions.all(), second.door.loadPort()]).toEqual([[], null]);
    second.sessions.save(aSession('two'));
    second.door.savePort(4712);
    expect([idsOf(second.sessions.all()), second.door.loadPort()]).toEqual([['two'], 4712]);
    expect([idsOf(owner.sessions.all()), owner.door.loadPort()]).toEqual([['one'], 4711]);
  });

  it('that gets it stores its sessions beside the others, and takes the port that clients know', () => {
    const owner = tables();
    owner.sessions.save(aSession('one'));
    owner.door.savePort(4711);
    const second = tables(owner.database, { status: 'waiting' });
    second.sessions.save(aSession('two', { lastSeen: 3000 }));
    second.door.savePort(4712);
    owner.turnLease('waiting');
    second.turnLease('owner');
    expect([idsOf(second.sessions.all()), second.door.loadPort()]).toEqual([['one', 'two'], 4711]);
    const third = tables(owner.database);
    expect([idsOf(third.sessions.all()), third.door.loadPort()]).toEqual([['one', 'two'], 4711]);
  });

  it('that gets it where no port is stored stores its own', () => {
    const second = tables(aDatabase(), { status: 'waiting' });
    second.door.savePort(4712);
    second.turnLease('owner');
    expect(tables(second.database).door.loadPort()).toBe(4712);
  });

  it('that lost it has nothing left of what it used [one-owner]', () => {
    const { sessions, door, turnLease } = tables();
    sessions.save(aSession('one'));
    door.savePort(4711);
    turnLease('waiting');
    expect([sessions.load('one'), sessions.all(), door.loadPort()]).toEqual([null, [], null]);
  });

  it('that lost it while the file could not be written has nothing left either [one-owner]', () => {
    const { sessions, turnLease, database } = tables();
    database.exec('PRAGMA query_only = ON');
    sessions.save(aSession('one'));
    turnLease('waiting');
    expect([sessions.load('one'), sessions.all()]).toEqual([null, []]);
  });
});

describe('a file that cannot be written', () => {
  it('is said once; what was saved meanwhile is served from memory and stored later', () => {
    const { sessions, database, log } = tables();
    sessions.save(aSession('one'));
    sessions.save(aSession('two'));
    database.exec('PRAGMA query_only = ON');
    sessions.save(aSession('three', { lastSeen: 3000 }));
    sessions.remove('one');
    expect(idsOf(sessions.all())).toEqual(['two', 'three']);
    expect(sessions.load('one')).toBeNull();
    expect(log.complaints).toEqual([expect.stringMatching(/sessions of clients cannot be stored/)]);
    database.exec('PRAGMA query_only = OFF');
    sessions.save(aSession('four', { lastSeen: 4000 }));
    expect(idsOf(tables(database).sessions.all())).toEqual(['two', 'three', 'four']);
  });
});
