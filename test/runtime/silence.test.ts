// A connection that is dead without saying so, and one that is only slow.
import { describe, expect, it } from 'vitest';
import { aStableRig, type Rig } from '../support/connectionRig.ts';
import { theHealth } from '../support/defaults.ts';

/** How long until the loss is seen, in steps of half a second; far too long where it is not. */
const timeToLoss = async (rig: Rig, limit: number): Promise<number> => {
  let waited = 0;
  while (rig.states.length === 0 && waited < limit) {
    await rig.advance(500);
    waited += 500;
  }
  return waited;
};

describe('a connection that has died silently', () => {
  it.each([0, 100, 499])(
    'is found out within ten seconds while a call waits, wherever in the half second it begins (%i) [dead-detected]',
    async (offset) => {
      const rig = await aStableRig();
      await rig.advance(offset);
      rig.server.goSilent();
      rig.client.call();
      const waited = await timeToLoss(rig, 20_000);
      // A server that is busy with the call has its five seconds, and two probes.
      expect(waited).toBeGreaterThanOrEqual(9500);
      expect(waited).toBeLessThanOrEqual(10_000);
      expect(rig.news()).toEqual(['reconnecting #1 trying']);
      expect(rig.server.count('1 ping')).toBe(2);
    },
  );

  it('when it dies in the middle of a call is found out five seconds and two probes later [dead-detected]', async () => {
    const rig = await aStableRig();
    rig.client.call();
    await rig.advance(3000);
    rig.server.link.events.heard();
    rig.server.goSilent();
    const waited = await timeToLoss(rig, 20_000);
    expect(waited).toBeGreaterThan(theHealth.callSilence);
    expect(waited).toBeLessThanOrEqual(10_000);
  });

  it('is not asked after once its call has its answer', async () => {
    const rig = await aStableRig({}, ({ prober }) => prober.beWell());
    rig.client.call();
    await rig.advance(1000);
    rig.server.answer(rig.server.waiting[0] ?? 0);
    await rig.settle();
    rig.server.news();
    await rig.advance(45_000);
    expect(rig.server.count('ping')).toBe(0);
  });

  it('answers the call as unknown, and goes on in the same session [dead-detected] [honest-unknown]', async () => {
    const rig = await aStableRig();
    const call = rig.client.call();
    await rig.settle();
    rig.server.goSilent();
    await timeToLoss(rig, 20_000);
    rig.server.speakAgain();
    rig.connection.woke();
    await rig.advance(3000);
    expect(rig.client.outcome(call)).toBe('unknown');
    expect(rig.state).toMatch(/^reconnecting|same-session$/);
  });

  it('without a call is found out within a minute by health [dead-detected]', async () => {
    const rig = await aStableRig({}, ({ prober }) => prober.beWell());
    rig.server.goSilent();
    rig.prober.goSilent();
    expect(await timeToLoss(rig, 120_000)).toBeLessThanOrEqual(60_000);
  });

  it('that nobody has used for long is found out within a minute too [dead-detected]', async () => {
    const rig = await aStableRig({}, ({ prober }) => prober.beWell());
    await rig.advance(10 * 60_000 + 1);
    rig.server.goSilent();
    rig.prober.goSilent();
    expect(await timeToLoss(rig, 120_000)).toBeLessThanOrEqual(60_000);
  });

  it('without a call and without a health endpoint is found out within a minute by pings [dead-detected]', async () => {
    const rig = await aStableRig();
    rig.server.goSilent();
    expect(await timeToLoss(rig, 120_000)).toBeLessThanOrEqual(60_000);
  });

  it('is not found out by health alone, since a server may be well and its session dead', async () => {
    const rig = await aStableRig({}, ({ prober }) => prober.beWell());
    rig.client.call();
    rig.server.goSilent();
    expect(await timeToLoss(rig, 20_000)).toBeLessThanOrEqual(10_000);
  });
});

describe('a slow call on a living server', () => {
  it('is waited for as long as pings are answered [dead-detected]', async () => {
    const rig = await aStableRig();
    const call = rig.client.call();
    await rig.advance(20 * 60_000);
    expect(rig.news()).toEqual([]);
    expect(rig.client.outcome(call)).toBe('none');
    rig.server.answer(rig.server.waiting[0] ?? 0);
    await rig.settle();
    expect(rig.client.outcome(call)).toBe('result');
  });

  it('is not asked after while its stream is heard', async () => {
    const rig = await aStableRig({}, ({ prober }) => prober.beWell());
    rig.client.call();
    for (let beat = 0; beat < 20; beat += 1) {
      await rig.advance(4000);
      rig.server.link.events.heard();
    }
    expect(rig.server.count('ping')).toBe(0);
  });

  it('survives one lost ping: the second one is answered', async () => {
    const rig = await aStableRig();
    rig.client.call();
    await rig.settle();
    rig.server.goSilent();
    await rig.advance(theHealth.callSilence + theHealth.probeTimeout - 1);
    rig.server.speakAgain();
    await rig.advance(20_000);
    expect(rig.news()).toEqual([]);
  });
});

describe('a slow server', () => {
  it('is degraded while its pings take longer than a second', async () => {
    const rig = await aStableRig();
    rig.server.stall('ping');
    rig.connection.woke();
    await rig.advance(1001);
    rig.server.proceed('ping');
    await rig.settle();
    expect(rig.news()).toEqual(['degraded slow']);
    rig.connection.woke();
    await rig.settle();
    expect(rig.news()).toEqual(['ready first']);
  });

  it('that refuses a ping because it forgot the session is repaired, not called silent', async () => {
    const rig = await aStableRig();
    rig.server.forgetSession();
    rig.connection.woke();
    await rig.settle();
    expect(rig.news()).toEqual(['reconnecting #1 trying', 'ready new-session']);
    expect(rig.server.count('1 ping')).toBe(1);
  });
});

describe('proof', () => {
  it('has the time and kind of the last thing that proved the connection [truth-on-screen]', async () => {
    const rig = await aStableRig();
    const by = (): unknown => rig.connection.proof.value;
    await rig.advance(1000);
    rig.client.call();
    rig.server.answer(rig.server.waiting[0] ?? 0);
    await rig.settle();
    expect(by()).toEqual({ at: rig.clock.now(), by: 'answer' });
    await rig.advance(1000);
    rig.connection.woke();
    await rig.settle();
    expect(by()).toEqual({ at: rig.clock.now(), by: 'ping' });
    const proven = by();
    rig.server.goSilent();
    rig.client.call();
    await rig.advance(20_000);
    expect(by()).toBe(proven);
  });

  it('changes at most twice a second, however busy the server', async () => {
    const rig = await aStableRig();
    await rig.advance(1000);
    let changes = 0;
    rig.connection.proof.onChange(() => {
      changes += 1;
    });
    rig.server.answersCalls = true;
    for (let call = 0; call < 10; call += 1) {
      rig.client.call();
      await rig.advance(100);
    }
    expect(changes).toBe(2);
  });
});
