// A server whose entry is understood only when it is needed: what is contacted, and what becomes of its session when the
// meaning of the entry changes.
import { describe, expect, it } from 'vitest';
import { aFailure, ConnectionError } from '../../src/core/connection/failure.ts';
import { fingerprintOf } from '../../src/core/record.ts';
import type { HttpServer, ServerDefinition } from '../../src/core/settings.ts';
import { lateReach } from '../../src/runtime/lateReach.ts';
import type { Reach } from '../../src/runtime/ports.ts';
import type { Resolution, Resolver } from '../../src/runtime/resolver.ts';
import { watchReach } from '../../src/runtime/watchedReach.ts';
import { aReadyRig, aStableRig, Rig, type RigOptions } from '../support/connectionRig.ts';
import { theHealth } from '../support/defaults.ts';
import { FakeDialer } from '../support/fakeDialer.ts';
import { FakeProber } from '../support/fakeProber.ts';
import { VirtualClock } from '../support/virtualClock.ts';
import { aServer } from '../support/virtualFleet.ts';

const open = aServer('calc', { url: 'http://127.0.0.1/${input:path}' });
const at = (path: string): HttpServer => ({ ...open, url: `http://127.0.0.1/${path}` });
const missing: Resolution = {
  kind: 'refused',
  failure: aFailure('needs-input', '${input:path}'),
};
const ready = (definition: ServerDefinition): Resolution => ({ kind: 'ready', definition });

/** Somebody who says what the test wants to be said. */
class Oracle implements Resolver {
  answer: Resolution;
  asked = 0;

  constructor(answer: Resolution) {
    this.answer = answer;
  }

  resolve(): Promise<Resolution> {
    this.asked += 1;
    return Promise.resolve(this.answer);
  }
}

interface Scene {
  readonly oracle: Oracle;
  readonly built: ServerDefinition[];
  readonly reach: Reach;
  readonly options: RigOptions & { readonly server: FakeDialer; readonly prober: FakeProber };
}

const aScene = (answer: Resolution): Scene => {
  const clock = new VirtualClock();
  const server = new FakeDialer();
  const prober = new FakeProber(clock);
  const oracle = new Oracle(answer);
  const built: ServerDefinition[] = [];
  const build = (definition: ServerDefinition): Reach => {
    built.push(definition);
    return { dialer: server, prober };
  };
  const reach = lateReach({ definition: open, resolver: oracle, build, isLocal: true });
  const { settle } = reach;
  return {
    oracle,
    built,
    reach,
    options: { clock, server, prober, ...(settle ? { settle } : {}) },
  };
};

const never = new AbortController().signal;

describe('an entry with open values', () => {
  it('waits for a person, contacts nobody, and connects as soon as the value is there', async () => {
    const { oracle, built, options } = aScene(missing);
    const rig = await aReadyRig(options);
    expect(rig.state).toBe('needs-input');
    await rig.advance(10 * theHealth.idleInterval);
    expect(rig.told).toEqual(['needs-input']);
    expect([built, options.server.seen]).toEqual([[], []]);
    expect([options.prober.healths, options.prober.knocks]).toEqual([0, 0]);
    oracle.answer = ready(at('a'));
    rig.user('reconnect-asked');
    await rig.settle();
    expect(rig.state).toBe('ready first');
    expect(built).toEqual([at('a')]);
  });

  it('lets a call through that came while the value was being entered', async () => {
    const { oracle, options } = aScene(missing);
    const rig = await aReadyRig(options);
    const call = rig.client.call();
    await rig.advance(2_000);
    oracle.answer = ready(at('a'));
    rig.user('reconnect-asked');
    await rig.settle();
    rig.server.answer(rig.server.waiting[0] ?? 'none');
    await rig.settle();
    expect(rig.client.outcome(call)).toBe('result');
  });

  it('is understood anew for each attempt, and the way is built once for each meaning', async () => {
    const { oracle, built, options } = aScene(ready(at('a')));
    const rig = await aStableRig(options);
    oracle.answer = ready({ ...at('a') });
    rig.user('reconnect-asked');
    await rig.settle();
    expect(rig.news()).toEqual(['reconnecting #1 trying', 'ready same-session']);
    expect([oracle.asked, built.length]).toEqual([2, 1]);
  });

  it('is probed no longer when it may not be used any more', async () => {
    const { oracle, reach, options } = aScene(ready(at('a')));
    await aReadyRig(options);
    const probes = options.prober.healths;
    oracle.answer = { kind: 'refused', failure: aFailure('unapproved', 'nobody allowed it') };
    await expect(
      reach.dialer.dial({ id: null, protocolVersion: null }, nobody, never),
    ).rejects.toThrow(ConnectionError);
    await expect(reach.prober.health(never)).rejects.toThrow(ConnectionError);
    expect(await reach.prober.listening(never)).toBe(false);
    expect(options.prober.healths).toBe(probes);
  });
});

describe('a watched way', () => {
  it('settles like the one below it, and knows where the server is as soon as that does', async () => {
    const { reach, options } = aScene(ready(at('a')));
    options.prober.isLocal = false;
    options.prober.beWell();
    const looks: string[] = [];
    const watched = watchReach(reach, options.clock ?? new VirtualClock(), {
      looked: ({ by }) => void looks.push(by),
      resumed: () => undefined,
    });
    expect(watched.prober.isLocal).toBe(true);
    const settled = await watched.settle?.(never);
    expect(watched.prober.isLocal).toBe(false);
    expect(settled?.meaning).toBe(fingerprintOf(at('a')));
    await settled?.prober.health(never);
    expect(looks).toEqual(['health']);
  });
});

const nobody = {
  message: () => undefined,
  heard: () => undefined,
  cursor: () => undefined,
  push: () => undefined,
  lost: () => undefined,
};

describe('a session', () => {
  it('is not taken to another server by a changed value', async () => {
    const { oracle, options } = aScene(ready(at('a')));
    const rig = await aStableRig(options);
    oracle.answer = ready(at('b'));
    rig.user('reconnect-asked');
    await rig.settle();
    expect(rig.news()).toEqual(['reconnecting #1 trying', 'ready new-session']);
    expect(rig.server.seen).not.toContain('dial s1');
  });

  it('is not taken to another server over a reload either', async () => {
    const { oracle, options } = aScene(ready(at('a')));
    const rig = await aStableRig(options);
    oracle.answer = ready(at('b'));
    const next = await rig.reload(options.settle ? { settle: options.settle } : {});
    next.client.hello();
    await next.settle();
    expect(rig.server.seen).not.toContain('dial s1');
    expect(next.state).toBe('ready new-session');
  });

  it('goes on over a reload while the meaning stays, whatever a helper adds', async () => {
    const meaning = fingerprintOf(at('a'));
    const withToken = (token: string): Resolution => ({
      kind: 'ready',
      definition: { ...at('a'), headers: { Authorization: token } },
      meaning,
    });
    const { oracle, built, options } = aScene(withToken('one'));
    const rig = await aStableRig(options);
    oracle.answer = withToken('two');
    const next = await rig.reload(options.settle ? { settle: options.settle } : {});
    next.client.hello();
    await next.settle();
    expect(next.state).toBe('ready same-session');
    expect(built).toMatchObject([
      { headers: { Authorization: 'one' } },
      { headers: { Authorization: 'two' } },
    ]);
  });

  it('of an entry in which nothing is open is that of the record before there were meanings', async () => {
    const { options } = aScene(ready(at('a')));
    const rig = new Rig({
      ...options,
      settle: () =>
        Promise.resolve({ dialer: options.server, prober: options.prober, meaning: 'f' }),
    });
    rig.client.hello();
    await rig.settle();
    expect(rig.memory.record.value.meaning).toBe(null);
    const next = await rig.reload();
    next.client.hello();
    await next.settle();
    expect(next.state).toBe('ready same-session');
  });
});
