// What is written down of a fleet in virtual time. Not here: its calls (chroniclerCalls.test.ts), and what
// is told of the window (chroniclerWindow.test.ts).
import { describe, expect, it } from 'vitest';
import { bandsOf } from '../../src/core/chronicle/bands.ts';
import { metricsOf } from '../../src/core/chronicle/metrics.ts';
import { aFailure } from '../../src/core/connection/failure.ts';
import { aTool } from '../support/fakeFleet.ts';
import { aChronicleRig, ChronicleRig } from '../support/chronicleRig.ts';

describe('a loss that is over', () => {
  it('is written down with its reason, its length, the rung and the attempts', async () => {
    const rig = await aChronicleRig();
    await rig.clock.advance(60_000);
    rig.dialer.link.events.cursor('standalone', 'c1');
    rig.dialer.refuseDialling();
    rig.dialer.dropLink();
    await rig.clock.advance(3_000);
    rig.dialer.acceptDialling();
    await rig.clock.advance(10_000);
    const [entry, ...more] = rig.of('recovery');
    expect(more).toEqual([]);
    expect(entry).toMatchObject({
      ...{ serverId: 'a', client: null, cause: 'lost', failure: 'closed' },
      ...{ rung: 'resumed-stream', calls: { held: 0, repeated: 0, unknown: 0, refused: 0 } },
    });
    expect(entry?.attempts).toBeGreaterThan(2);
    const length = (entry?.until ?? 0) - (entry?.at ?? 0);
    expect([length >= 3_000, length < 10_000]).toEqual([true, true]);
  });

  it('names the rung: the same session, a new one, or none', async () => {
    const rungs: string[] = [];
    const tryIt = async (prepare: (rig: ChronicleRig) => void): Promise<void> => {
      const rig = new ChronicleRig();
      rig.dialer.offersPush = false;
      prepare(rig);
      await rig.open();
      rig.dialer.dropLink();
      await rig.clock.advance(5_000);
      rungs.push(...rig.of('recovery').map(({ rung }) => rung));
    };
    await tryIt(() => undefined);
    await tryIt((rig) => {
      const { dialer } = rig;
      const drop = dialer.dropLink.bind(dialer);
      dialer.dropLink = () => {
        dialer.forgetSession();
        drop();
      };
    });
    await tryIt((rig) => {
      rig.dialer.keepsSessions = false;
    });
    expect(rungs).toEqual(['same-session', 'new-session', 'stateless']);
  });

  it('is none when a person asked for it, or when the server was never there', async () => {
    const rig = new ChronicleRig();
    rig.dialer.refuseDialling();
    await rig.open();
    await rig.clock.advance(2_000);
    rig.dialer.acceptDialling();
    await rig.clock.advance(5_000);
    rig.fleet.server('a').startNewSession();
    await rig.clock.advance(5_000);
    rig.fleet.server('a').stop();
    await rig.clock.advance(5_000);
    rig.fleet.server('a').start();
    await rig.clock.advance(5_000);
    expect(rig.fleet.states).toEqual([expect.stringContaining('ready')]);
    expect(rig.of('recovery')).toEqual([]);
  });

  it('tells what became of the calls of every program, those answered a moment later too', async () => {
    const rig = await aChronicleRig();
    const [one, two] = [rig.program('one'), rig.program('two')];
    await rig.fleet.settle();
    const lost = one.call('write');
    await rig.fleet.settle();
    rig.dialer.refuseDialling();
    for (const link of rig.dialer.links) {
      link.events.lost(aFailure('closed', 'gone'));
      link.endAll({ kind: 'broken', cursor: null, failure: aFailure('closed', 'gone') });
    }
    await rig.fleet.settle();
    const held = [one.call('write'), two.call('write')];
    await rig.clock.advance(1_000);
    rig.dialer.answersCalls = true;
    rig.dialer.acceptDialling();
    await rig.clock.advance(10_000);
    expect([one.outcome(lost), one.outcome(held[0] ?? 0), two.outcome(held[1] ?? 0)]).toEqual([
      'unknown',
      'result',
      'result',
    ]);
    expect(rig.of('recovery').map(({ client, calls }) => [client, calls])).toEqual([
      [null, { held: 2, repeated: 0, unknown: 1, refused: 0 }],
    ]);
  });

  it('tells of a call that is repeated a moment after the recovery, once its marks were read', async () => {
    const rig = new ChronicleRig({ connection: 'shared', trustHints: true });
    const marked = { name: 'look', inputSchema: {}, annotations: { readOnlyHint: true } };
    rig.dialer.tools = [marked];
    rig.fleet.tools.push(aTool('look', marked));
    await rig.open();
    const one = rig.program('one');
    await rig.fleet.settle();
    const id = one.call('look');
    await rig.fleet.settle();
    rig.dialer.stall('tools/list');
    rig.dialer.dropLink();
    await rig.clock.advance(1_000);
    expect(rig.of('recovery')).toMatchObject([{ calls: { repeated: 0 } }]);
    rig.dialer.answersCalls = true;
    rig.dialer.proceed('tools/list');
    await rig.clock.advance(100);
    expect(one.outcome(id)).toBe('result');
    expect(rig.of('recovery')).toMatchObject([{ calls: { repeated: 1 } }]);
  });

  it('of one program alone is written down under its name, never under its key [keep-secrets]', async () => {
    const rig = await aChronicleRig();
    const one = rig.program('one');
    await rig.fleet.settle();
    const link = rig.dialer.link;
    link.events.lost(aFailure('closed', 'gone'));
    link.endAll({ kind: 'broken', cursor: null, failure: aFailure('closed', 'gone') });
    await rig.clock.advance(5_000);
    expect(one.isClosed).toBe(false);
    // The states of the server are those of its own connection.
    expect(rig.fleet.history.filter(({ to }) => to === 'reconnecting')).toEqual([]);
    expect(rig.of('recovery')).toMatchObject([{ client: 'one', failure: 'closed' }]);
    expect(JSON.stringify(rig.store.read(null, 0, Infinity))).not.toContain('secret-one');
  });
});

describe('looks at the health', () => {
  it('are thinned while nothing changes, and kept where something does', async () => {
    const rig = new ChronicleRig();
    rig.prober.beWell();
    await rig.open();
    await rig.clock.advance(300_000);
    const steady = rig.of('health').length;
    expect(rig.prober.healths).toBeGreaterThan(20);
    expect([steady >= 5, steady <= 8]).toEqual([true, true]);
    rig.prober.beSick();
    await rig.clock.advance(60_000);
    rig.prober.beWell();
    await rig.clock.advance(60_000);
    const since = rig
      .of('health')
      .slice(steady)
      .filter(({ by }) => by === 'health');
    expect(since.filter(({ latency }) => latency === null)[0]).toMatchObject({
      by: 'health',
      failure: 'server-error',
    });
    expect(since.at(-1)).toMatchObject({ latency: 0, status: 200 });
  });

  it('are pings where the server has no health page', async () => {
    const rig = await aChronicleRig();
    await rig.clock.advance(180_000);
    expect(new Set(rig.of('health').map(({ by }) => by))).toEqual(new Set(['ping']));
  });

  it('find a restart, once', async () => {
    const rig = new ChronicleRig();
    rig.prober.beWell();
    await rig.open();
    await rig.clock.advance(60_000);
    rig.prober.restart();
    rig.dialer.forgetSession();
    await rig.clock.advance(60_000);
    expect(rig.of('mark').filter(({ what }) => what === 'restarted')).toMatchObject([
      { serverId: 'a' },
    ]);
    expect(rig.of('recovery')).toMatchObject([{ failure: 'restarted', rung: 'new-session' }]);
  });
});

describe('sessions', () => {
  it('are written down with no more than the hint of their id [keep-secrets]', async () => {
    const rig = await aChronicleRig();
    rig.dialer.dropLink();
    await rig.clock.advance(5_000);
    rig.dialer.forgetSession();
    rig.dialer.dropLink();
    await rig.clock.advance(5_000);
    rig.fleet.server('a').stop();
    await rig.clock.advance(5_000);
    expect(rig.of('session').map(({ what }) => what)).toEqual(['new', 'same', 'new', 'ended']);
    expect(rig.of('session')[0]).toMatchObject({ hint: 's1…', serverVersion: '1' });
  });
});

describe('whoever shows it', () => {
  it('is told of changes a few times in a second at most', async () => {
    const rig = await aChronicleRig();
    let told = 0;
    rig.chronicler.revision.onChange(() => (told += 1));
    for (let round = 0; round < 10; round += 1) {
      rig.dialer.dropLink();
      await rig.clock.advance(50);
    }
    await rig.clock.advance(1_000);
    expect([told > 0, told <= 6]).toEqual([true, true]);
  });

  it('can have it forgotten, what is still in memory too', async () => {
    const rig = await aChronicleRig();
    const program = rig.program('one');
    rig.dialer.answersCalls = true;
    await rig.fleet.settle();
    program.call();
    await rig.fleet.settle();
    rig.chronicler.clear(null);
    await rig.clock.advance(10_000);
    expect(rig.of('calls')).toEqual([]);
  });

  it('sees steady servers go on after that, and those that are off not', async () => {
    const rig = await aChronicleRig();
    rig.chronicler.follow(rig.fleet.fleet);
    await rig.clock.advance(100_000);
    rig.chronicler.clear('other');
    expect(rig.of('transition')).toEqual([]);
    rig.chronicler.clear(null);
    const cleared = rig.clock.now();
    await rig.clock.advance(60_000);
    const now = rig.clock.now();
    const span = { from: 0, to: now, isLive: true };
    expect(bandsOf(rig.chronicler.read(null, 0, now), 'a', span)).toMatchObject([
      { state: 'ready', from: cleared, to: now },
    ]);
    rig.fleet.server('a').stop();
    await rig.clock.advance(5_000);
    rig.chronicler.clear('a');
    expect(rig.of('transition')).toEqual([]);
  });

  it('gets figures from it', async () => {
    const rig = await aChronicleRig();
    await rig.clock.advance(100_000);
    rig.dialer.refuseDialling();
    rig.dialer.dropLink();
    await rig.clock.advance(5_000);
    rig.dialer.acceptDialling();
    await rig.clock.advance(100_000);
    for (const entry of rig.fleet.history) rig.store.append(entry);
    const now = rig.clock.now();
    const metrics = metricsOf(rig.chronicler.read(null, 0, now), now, new Set(['a'])).get('a');
    expect(metrics).toMatchObject({ recoveries: 1 });
    expect([(metrics?.upShare ?? 0) > 0.9, (metrics?.upShare ?? 1) < 1]).toEqual([true, true]);
  });
});

describe('its end', () => {
  it('leaves no timer behind [clean-exit]', async () => {
    const rig = await aChronicleRig();
    const program = rig.program('one');
    await rig.fleet.settle();
    program.call();
    rig.dialer.dropLink();
    await rig.clock.advance(1_000);
    await rig.fleet.fleet.shutdown();
    rig.chronicler.dispose();
    expect(rig.clock.pending).toBe(0);
  });
});
