// The end of a connection: stopped by the user, ended with the extension, removed from the settings. And what comes too
// late for anybody.
import { describe, expect, it } from 'vitest';
import { aFailure } from '../../src/core/connection/failure.ts';
import { broken } from '../support/fakeLink.ts';
import { aReadyRig, aStableRig, Rig } from '../support/connectionRig.ts';

const gone = aFailure('closed', 'gone');

describe('stop', () => {
  it('ends the session at the server at once when nothing runs', async () => {
    const rig = await aStableRig();
    rig.user('stop-asked');
    expect(rig.news()).toEqual(['stopping', 'stopped']);
    expect(rig.transitions).toEqual(['ready > stopping: user', 'stopping > stopped: user']);
    expect(rig.server.news()).toEqual(['1 goodbye']);
    expect(rig.memory.session).toBeNull();
  });

  it('lets running calls finish first, and takes no new ones', async () => {
    const rig = await aStableRig();
    const running = rig.client.call();
    rig.user('stop-asked');
    const refused = rig.client.call();
    await rig.advance(4999);
    expect([rig.state, rig.client.outcome(refused)]).toEqual(['stopping', 'not-run']);
    rig.server.answer(rig.server.waiting[0] ?? 0);
    await rig.settle();
    expect([rig.state, rig.client.outcome(running)]).toEqual(['stopped', 'result']);
    expect(rig.server.seen.at(-1)).toBe('1 goodbye');
  });

  it('waits for them no longer than five seconds [clean-exit] [honest-unknown]', async () => {
    const rig = await aStableRig();
    const running = rig.client.call();
    rig.user('stop-asked');
    await rig.advance(5000);
    expect([rig.state, rig.client.outcome(running)]).toEqual(['stopped', 'unknown']);
    expect(rig.server.seen.at(-1)).toBe('1 goodbye');
  });

  it('is final: neither a call, a wake nor time brings it back', async () => {
    const rig = await aStableRig();
    rig.user('stop-asked');
    rig.server.news();
    const call = rig.client.call();
    rig.connection.woke();
    await rig.advance(3_600_000);
    expect([rig.state, rig.client.outcome(call)]).toEqual(['stopped', 'not-run']);
    expect(rig.server.seen).toEqual([]);
    expect(rig.clock.pending).toBe(0);
  });

  it('in the middle of an attempt gives it up, and answers who waited', async () => {
    const rig = new Rig();
    rig.server.stall('initialize');
    rig.client.hello();
    const call = rig.client.call();
    await rig.settle();
    rig.user('stop-asked');
    await rig.advance(1000);
    expect([rig.state, rig.client.outcome(call)]).toEqual(['stopped', 'not-run']);
    expect(rig.server.seen.at(-1)).toBe('1 close');
    expect(rig.clock.pending).toBe(0);
  });

  it('and start again make a new session', async () => {
    const rig = await aStableRig();
    rig.user('stop-asked');
    rig.user('started');
    await rig.settle();
    expect(rig.news()).toEqual(['stopping', 'stopped', 'connecting', 'ready new-session']);
  });
});

describe('the end of the extension', () => {
  it('says nothing to the server: the session waits for the next life [reload-survives]', async () => {
    const rig = await aStableRig();
    rig.client.call();
    await rig.connection.shutdown();
    expect(rig.server.seen.at(-1)).toBe('1 close');
    expect(rig.server.count('goodbye')).toBe(0);
    expect(rig.records.load('server', 'client')).toMatchObject({ sessionId: 's1' });
  });

  it.each([
    ['ready', (rig: Rig) => rig.settle()],
    [
      'with a call and a ping on their way',
      async (rig: Rig) => {
        rig.client.call();
        rig.server.goSilent();
        await rig.advance(6000);
      },
    ],
    [
      'waiting for the next try with a call held',
      async (rig: Rig) => {
        rig.server.refuseDialling();
        rig.server.dropLink();
        rig.client.call();
        await rig.advance(3000);
      },
    ],
    [
      'in the middle of a handshake',
      async (rig: Rig) => {
        rig.server.forgetSession();
        rig.server.stall('initialize');
        rig.server.dropLink();
        await rig.settle();
      },
    ],
    [
      'stopping',
      async (rig: Rig) => {
        rig.client.call();
        rig.user('stop-asked');
        await rig.settle();
      },
    ],
    [
      'while the push stream is away and health is asked',
      async (rig: Rig) => {
        rig.prober.goSilent();
        rig.server.link.events.push('down');
        await rig.settle();
      },
    ],
    [
      'with a link that was left to finish its calls',
      async (rig: Rig) => {
        rig.client.call();
        await rig.settle();
        rig.server.refuseDialling();
        rig.client.call();
        await rig.settle();
      },
    ],
  ])('leaves no timer: %s [clean-exit]', async (_, get) => {
    const rig = await aStableRig({}, ({ prober }) => prober.beWell());
    await get(rig);
    expect(rig.clock.pending).toBeGreaterThan(0);
    rig.connection.dispose();
    await rig.settle();
    expect(rig.clock.pending).toBe(0);
  });

  it('is the end: nothing that comes later changes anything or is heard', async () => {
    const rig = await aStableRig();
    const { events } = rig.server.link;
    await rig.connection.shutdown();
    const saves = rig.records.saves;
    rig.client.heard.length = 0;
    events.lost(gone);
    events.message({ jsonrpc: '2.0', method: 'notifications/message' }, 'standalone');
    events.push('down');
    rig.connection.woke();
    rig.user('reconnect-asked');
    await rig.advance(60_000);
    expect([rig.news(), rig.client.heard, rig.records.saves - saves]).toEqual([[], [], 0]);
    expect(rig.clock.pending).toBe(0);
  });
});

describe('removal', () => {
  it('ends the session at the server and the client end, and answers who waits', async () => {
    const rig = await aStableRig();
    const call = rig.client.call();
    await rig.connection.retire();
    expect(rig.server.seen.at(-1)).toBe('1 goodbye');
    expect([rig.client.outcome(call), rig.client.isClosed]).toEqual(['unknown', true]);
    expect(rig.memory.session).toBeNull();
    expect(rig.clock.pending).toBe(0);
  });
});

describe('what comes too late', () => {
  it('from a link of an older epoch changes nothing', async () => {
    const rig = await aStableRig();
    const { events } = rig.server.link;
    rig.server.dropLink();
    await rig.settle();
    rig.news();
    rig.client.heard.length = 0;
    const life = rig.connection.life.value;
    events.lost(gone);
    events.push('down');
    events.cursor('standalone', 'stale');
    events.message({ jsonrpc: '2.0', id: 1, method: 'roots/list' }, 'standalone');
    await rig.advance(5000);
    expect(rig.connection.life.value).toBe(life);
    expect([rig.news(), rig.client.heard]).toEqual([[], []]);
    expect(rig.memory.cursorOf('standalone')).toBeNull();
  });

  it('from an exchange of an older epoch is no loss of the new link', async () => {
    const rig = await aStableRig();
    rig.client.call();
    const old = rig.server.link;
    const [upstream = 0] = old.open;
    old.clings = true;
    old.events.lost(gone);
    await rig.settle();
    rig.news();
    old.end(upstream, { kind: 'refused', failure: aFailure('session-lost', 'gone') });
    await rig.settle();
    expect(rig.news()).toEqual([]);
    expect(rig.server.links).toHaveLength(2);
  });

  it('from a ping of an older epoch is no miss of the new link', async () => {
    const rig = await aStableRig();
    rig.server.goSilent();
    rig.connection.woke();
    await rig.advance(3500);
    // The second ping is on its way, on a link that clings to it.
    rig.server.link.clings = true;
    rig.server.speakAgain();
    rig.server.link.events.lost(gone);
    await rig.settle();
    expect(rig.news()).toEqual(['reconnecting #1 trying', 'ready same-session']);
    rig.server.links[0]?.endAll(broken(gone));
    await rig.advance(60_000);
    expect(rig.news()).toEqual([]);
  });

  it('from the link of an attempt that failed changes nothing for the next', async () => {
    const rig = new Rig();
    rig.server.refuseHandshake(aFailure('server-error', '503', { status: 503 }));
    rig.client.hello();
    await rig.settle();
    rig.server.acceptDialling();
    await rig.advance(250);
    rig.news();
    rig.server.links[0]?.events.lost(gone);
    await rig.settle();
    expect(rig.news()).toEqual([]);
  });

  it('as the answer to an attempt that was given up does not put its link to use', async () => {
    const before = await aStableRig();
    const rig = await before.reload();
    rig.server.stall('ping');
    rig.client.hello();
    await rig.settle();
    rig.server.link.clings = true;
    rig.user('stop-asked');
    rig.server.proceed('ping');
    await rig.settle();
    expect([rig.state, rig.server.link.isClosed]).toEqual(['stopped', true]);
    expect(rig.server.count('listen')).toBe(0);
  });

  it('from an attempt that was given up by stop leaves no session behind', async () => {
    const rig = new Rig();
    rig.server.stall('tell');
    rig.client.hello();
    await rig.settle();
    rig.user('stop-asked');
    rig.server.proceed('tell');
    await rig.settle();
    expect([rig.state, rig.memory.session]).toEqual(['stopped', null]);
    expect(rig.server.seen.at(-1)).toBe('1 close');
    expect(rig.client.outcome('hello')).toBe('error');
  });

  it('from an attempt that was given up for another closes its link and uses the other', async () => {
    const rig = await aReadyRig({}, ({ server }) => {
      server.stall('dial');
      server.stall('late');
    });
    rig.user('new-session-asked');
    rig.server.proceed('dial');
    await rig.settle();
    expect(rig.state).toBe('ready first');
    const open = rig.server.links.filter((link) => !link.isClosed);
    expect(open).toHaveLength(1);
    expect(rig.memory.session).toEqual(open[0]?.session);
  });

  it('as a health answer, after the end, is not written down', async () => {
    const rig = await aStableRig({}, ({ prober }) => prober.beWell());
    rig.prober.hesitate();
    rig.server.link.events.push('down');
    await rig.settle();
    rig.connection.dispose();
    const { saves } = rig.records;
    rig.prober.beWell({ version: '2' });
    rig.prober.speakAgain();
    await rig.settle();
    expect(rig.records.saves).toBe(saves);
  });
});
