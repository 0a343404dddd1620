// What cuts a wait short: a call, a wake, somebody who listens again, a healthy answer, the user. And what must not
// make us hammer a server.
import { describe, expect, it } from 'vitest';
import { aFailure } from '../../src/core/connection/failure.ts';
import { aReadyRig, aStableRig, type Rig } from '../support/connectionRig.ts';

/** Down for a while: the next try is many seconds away. */
const aWaitingRig = async (prepare: (rig: Rig) => void = () => {}): Promise<Rig> => {
  const rig = await aStableRig({}, prepare);
  rig.server.refuseDialling();
  rig.server.dropLink();
  await rig.advance(16_000);
  expect(rig.state).toMatch(/^reconnecting #8 in \d{4,}$/);
  rig.server.news();
  rig.news();
  return rig;
};

describe('a wait is cut short', () => {
  it('by a call, which is held and then sent [never-lost]', async () => {
    const rig = await aWaitingRig();
    rig.server.acceptDialling();
    const call = rig.client.call();
    await rig.settle();
    expect(rig.news()).toEqual(['reconnecting #8 trying', 'ready same-session']);
    expect(rig.server.news().filter((line) => /dial|call/.test(line))).toEqual([
      'dial s1',
      expect.stringMatching(/^2 tools.call/),
    ]);
    rig.server.answer(rig.server.waiting[0] ?? 0);
    await rig.settle();
    expect(rig.client.outcome(call)).toBe('result');
  });

  it('by waking up, however long the machine slept [wake]', async () => {
    const rig = await aWaitingRig();
    rig.server.acceptDialling();
    rig.clock.jump(8 * 3_600_000);
    rig.connection.woke();
    await rig.settle();
    expect(rig.news()).toEqual(['reconnecting #8 trying', 'ready same-session']);
  });

  it('by the user', async () => {
    const rig = await aWaitingRig();
    rig.server.acceptDialling();
    rig.user('reconnect-asked');
    await rig.settle();
    expect(rig.state).toBe('ready same-session');
  });

  it('by somebody who listens again, though nobody calls [wake]', async () => {
    const rig = await aWaitingRig(({ prober }) => prober.goDeaf());
    rig.server.acceptDialling();
    rig.prober.listen();
    await rig.advance(500);
    expect(rig.news()).toEqual(['reconnecting #8 trying', 'ready same-session']);
  });

  it('by somebody who is back before the first pause between two knocks is over, however long the next try would take [wake]', async () => {
    const rig = await aWaitingRig(({ prober }) => prober.goDeaf());
    rig.server.acceptDialling();
    rig.prober.listen();
    await rig.advance(500);
    expect(rig.state).toBe('ready same-session');
    // Not stable yet: the delays have not begun anew.
    rig.prober.goDeaf();
    rig.server.refuseDialling();
    rig.server.dropLink();
    await rig.advance(200);
    expect(rig.state).toMatch(/^reconnecting #\d+ in \d{4,}$/);
    rig.server.acceptDialling();
    rig.prober.listen();
    await rig.advance(300);
    expect(rig.state).toBe('ready same-session');
  });

  it('within 25 ms of somebody listening while a call is held, within 250 ms when that takes long', async () => {
    const rig = await aWaitingRig(({ prober }) => prober.goDeaf());
    const knocksWithin = async (duration: number): Promise<number> => {
      const before = rig.prober.knocks;
      await rig.advance(duration);
      return rig.prober.knocks - before;
    };
    expect(await knocksWithin(1000)).toBe(2);
    rig.client.call();
    // The first knock comes with the call, not at the end of a long pause.
    expect(await knocksWithin(0)).toBe(1);
    expect(await knocksWithin(1000)).toBe(40);
    await rig.advance(9500);
    expect(await knocksWithin(1000)).toBe(4);
  });

  it('within 50 ms by the port, when the call itself found out that the server is gone [restart-invisible]', async () => {
    const rig = await aStableRig({}, ({ prober }) => prober.goDeaf());
    rig.server.refuseDialling();
    const call = rig.client.call();
    await rig.advance(130);
    rig.server.acceptDialling();
    rig.prober.listen();
    await rig.advance(49);
    expect(rig.state).toBe('ready same-session');
    rig.server.answer(rig.server.waiting[0] ?? 0);
    await rig.settle();
    expect(rig.client.outcome(call)).toBe('result');
  });

  it('by a health endpoint that answers again', async () => {
    const rig = await aStableRig({}, ({ prober }) => prober.beWell());
    rig.server.refuseDialling();
    rig.prober.beSick();
    rig.server.dropLink();
    await rig.advance(16_000);
    rig.news();
    rig.server.acceptDialling();
    rig.prober.beWell();
    await rig.advance(1000);
    expect(rig.news()[0]).toBe('reconnecting #8 trying');
    expect(rig.state).toBe('ready same-session');
  });

  it('but an attempt that runs already is left alone', async () => {
    const rig = await aWaitingRig();
    rig.server.acceptDialling();
    rig.server.stall('dial');
    rig.client.call();
    rig.client.call();
    rig.connection.woke();
    await rig.settle();
    expect(rig.server.news()).toEqual(['dial s1']);
    rig.server.proceed('dial');
    await rig.settle();
    expect(rig.state).toBe('ready same-session');
    expect(rig.server.count('dial')).toBe(0);
  });
});

describe('a server is not hammered', () => {
  it('when it listens and refuses the handshake: only the change from deaf to listening counts', async () => {
    const rig = await aStableRig();
    rig.server.forgetSession();
    rig.server.refuseHandshake(aFailure('server-error', '500', { status: 500 }));
    rig.server.dropLink();
    await rig.advance(8000);
    // The old session and a new one; later only new ones, at 0.25, 0.75, 1.75, 3.75 and 7.75 s.
    const dials = rig.server.news().filter((line) => line.startsWith('dial'));
    expect(dials).toEqual(['dial s1', 'dial', 'dial', 'dial', 'dial', 'dial', 'dial']);
    expect(rig.prober.knocks).toBeGreaterThan(10);
  });

  it('when it is healthy and refuses the handshake: only the change to healthy counts', async () => {
    const rig = await aStableRig({}, ({ prober }) => prober.beWell());
    rig.server.refuseDialling();
    rig.server.dropLink();
    await rig.advance(60_000);
    const dials = rig.server.count('dial');
    await rig.advance(300_000);
    expect(rig.server.count('dial')).toBe(dials + 10);
  });

  it('when many calls arrive while it is down: each only makes a waiting attempt come now', async () => {
    const rig = await aWaitingRig();
    for (let call = 0; call < 50; call += 1) rig.client.call();
    await rig.settle();
    expect(rig.server.count('dial')).toBe(1);
  });
});

describe('after waking up', () => {
  it('a ready connection is proven at once, on fresh sockets [wake]', async () => {
    const rig = await aStableRig();
    rig.connection.woke();
    await rig.settle();
    expect(rig.server.links[0]?.resets).toBe(1);
    expect(rig.server.news()).toEqual([expect.stringMatching(/^1 ping/)]);
    expect(rig.news()).toEqual([]);
  });

  it('a connection that died in the sleep is found out and repaired [wake] [dead-detected]', async () => {
    const rig = await aStableRig();
    rig.clock.jump(3_600_000);
    rig.server.goSilent();
    rig.connection.woke();
    await rig.advance(4499);
    expect(rig.news()).toEqual([]);
    await rig.advance(1);
    expect(rig.news()).toEqual(['reconnecting #1 trying']);
    rig.server.speakAgain();
    await rig.advance(60_000);
    expect(rig.state).toBe('ready same-session');
  });

  it('an idle connection stays idle', async () => {
    const rig = await aReadyRig();
    const untouched = await rig.reload();
    untouched.connection.woke();
    await untouched.advance(60_000);
    expect(untouched.state).toBe('idle');
  });
});
