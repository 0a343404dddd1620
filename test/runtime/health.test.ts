// What health polling notices: a restart that the server hides, trouble that is no loss, and how often it asks.
import { describe, expect, it } from 'vitest';
import { aFailure } from '../../src/core/connection/failure.ts';
import { aReadyRig, aStableRig, type Rig } from '../support/connectionRig.ts';
import { theHealth } from '../support/defaults.ts';

const minute = 60_000;

/** A server that takes any old session id, so that only its health tells of a restart. */
const aHidingRig = (): Promise<Rig> =>
  aStableRig({}, ({ server, prober }) => {
    server.isForgetful = true;
    prober.beWell({ instanceId: 'one' });
  });

/** The links that carried tool calls since it was last asked. */
const callsOf = ({ server }: Rig): string[] =>
  server.seen.flatMap((line) => /^(\d+) tools.call/.exec(line)?.[1] ?? []);

/** The link on which the last session was made. */
const newSession = ({ server }: Rig): string | undefined =>
  server.seen.flatMap((line) => /^(\d+) initialize/.exec(line)?.[1] ?? []).at(-1);

describe('a restart that the server hides', () => {
  it.each([
    ['its uptime went down', (rig: Rig) => rig.prober.restart()],
    ['it is another version', (rig: Rig) => rig.prober.beWell({ version: '2' })],
    ['it is another instance', (rig: Rig) => rig.prober.beWell({ instanceId: 'two' })],
  ])('is repaired before the next call: %s [proactive]', async (_, change) => {
    const rig = await aHidingRig();
    rig.server.answersCalls = true;
    change(rig);
    await rig.advance(theHealth.interval);
    expect(rig.news()).toEqual(['reconnecting #1 trying', 'ready new-session']);
    expect(rig.transitions[0]).toBe('ready > reconnecting: restart-seen');
    const call = rig.client.call();
    await rig.settle();
    expect(rig.client.outcome(call)).toBe('result');
    expect(callsOf(rig)).toEqual([newSession(rig)]);
    expect(rig.server.count('initialize ')).toBe(1);
  });

  it('is known by an uptime that grew by less than time did [proactive]', async () => {
    const rig = await aReadyRig({}, ({ server, prober }) => {
      server.isForgetful = true;
      prober.restart(1000);
      prober.beWell();
    });
    await rig.advance(4000);
    rig.news();
    // Older than at the last reading, and younger than the time since then.
    rig.prober.restart();
    await rig.advance(theHealth.interval - 4000);
    expect(rig.news()).toEqual(['reconnecting #2 in 250']);
    await rig.advance(250);
    expect(rig.state).toBe('ready new-session');
  });

  it('holds the calls that come while it is repaired [never-lost]', async () => {
    const rig = await aHidingRig();
    rig.server.stall('initialize');
    rig.prober.restart();
    await rig.advance(theHealth.interval);
    rig.client.call();
    await rig.settle();
    expect(rig.server.count('tools/call')).toBe(0);
    rig.server.proceed('initialize');
    await rig.settle();
    expect(callsOf(rig)).toEqual([newSession(rig)]);
  });

  it('is looked for at once when the push stream breaks, and calls wait for the answer [proactive]', async () => {
    const rig = await aHidingRig();
    rig.prober.restart();
    rig.server.link.events.push('down');
    rig.client.call();
    await rig.settle();
    expect(rig.news()).toEqual(['reconnecting #1 trying', 'ready new-session']);
    expect(callsOf(rig)).toEqual([newSession(rig)]);
  });

  it('that was none lets the waiting calls go in the old session', async () => {
    const rig = await aHidingRig();
    rig.server.link.events.push('down');
    rig.client.call();
    expect(rig.server.count('tools/call')).toBe(0);
    await rig.settle();
    expect(rig.server.seen.at(-1)).toMatch(/^1 tools.call/);
    expect(rig.news()).toEqual([]);
  });

  it('cannot be told while health is silent: calls wait three seconds and no longer', async () => {
    const rig = await aHidingRig();
    rig.prober.goSilent();
    rig.server.link.events.push('down');
    rig.server.link.events.push('resumed');
    rig.client.call();
    await rig.advance(theHealth.probeTimeout - 1);
    expect(rig.server.count('tools/call')).toBe(0);
    await rig.advance(1);
    expect(rig.server.seen.at(-1)).toMatch(/^1 tools.call/);
  });

  it('is not seen in the wake of a sleep, in which the clock of the server went on or did not', async () => {
    const rig = await aReadyRig({}, ({ prober }) => {
      prober.restart(1000);
      prober.beWell();
    });
    await rig.settle();
    rig.news();
    rig.clock.jump(3_600_000);
    rig.prober.restart();
    rig.connection.woke();
    await rig.advance(theHealth.interval);
    expect(rig.news()).toEqual([]);
  });

  it('is not seen where there was none: a reconnect shortly after the server began keeps the session', async () => {
    const rig = await aReadyRig({}, ({ prober }) => {
      prober.restart();
      prober.beWell();
    });
    await rig.advance(4000);
    rig.user('reconnect-asked');
    await rig.advance(60_000);
    expect(rig.state).toBe('ready same-session');
    expect(rig.server.count('initialize ')).toBe(1);
  });

  it('is not trusted when the health of the new process was read before an attempt came through [proactive]', async () => {
    const rig = await aHidingRig();
    rig.server.refuseDialling();
    rig.prober.goDeaf();
    rig.prober.beSick(aFailure('refused', 'nobody listens'));
    rig.server.dropLink();
    // By now the attempts are far apart.
    await rig.advance(10_000);
    rig.prober.restart();
    rig.prober.beWell();
    rig.server.acceptDialling();
    await rig.advance(60_000);
    expect(rig.state).toBe('ready new-session');
  });
});

describe('health that fails', () => {
  it('degrades a connection whose pings are answered, until it is well again', async () => {
    const rig = await aHidingRig();
    rig.prober.beSick();
    await rig.advance(theHealth.interval);
    expect(rig.news()).toEqual(['degraded health-failing']);
    expect(rig.server.seen.at(-1)).toMatch(/^1 ping/);
    await rig.advance(5 * theHealth.interval);
    expect(rig.news()).toEqual([]);
    rig.prober.beWell();
    await rig.advance(theHealth.interval);
    expect(rig.news()).toEqual(['ready first']);
    expect(rig.transitions).toEqual(['ready > degraded: health', 'degraded > ready: health']);
  });

  it('because nobody listens is a loss at once', async () => {
    const rig = await aHidingRig();
    rig.server.refuseDialling();
    rig.prober.beSick(aFailure('refused', 'nobody listens'));
    await rig.advance(theHealth.interval);
    expect(rig.news()[0]).toBe('reconnecting #1 trying');
  });

  it('makes no attempt while it is down: an attempt without a listener cannot work', async () => {
    const before = await aHidingRig();
    const rig = await before.reload();
    rig.prober.beSick(aFailure('refused', 'nobody listens'));
    rig.client.hello();
    await rig.settle();
    expect(rig.server.news().filter((line) => line.startsWith('dial'))).toEqual([]);
    expect(rig.state).toMatch(/^reconnecting/);
  });

  it('when it has a bug of its own does not end the calls', async () => {
    const rig = await aHidingRig();
    rig.prober.beSick(aFailure('malformed', 'no JSON'));
    rig.server.answersCalls = true;
    rig.server.link.events.push('down');
    const call = rig.client.call();
    await rig.settle();
    expect(rig.client.outcome(call)).toBe('result');
  });
});

describe('how often health is asked', () => {
  const asked = async (rig: Rig, duration: number): Promise<number> => {
    const before = rig.prober.healths;
    await rig.advance(duration);
    return rig.prober.healths - before;
  };

  it('every ten seconds, and every minute when nothing has used the server for five', async () => {
    const rig = await aHidingRig();
    expect(await asked(rig, minute)).toBe(6);
    await rig.advance(5 * minute);
    expect(await asked(rig, 10 * theHealth.idleInterval)).toBe(10);
    rig.client.call();
    rig.server.answer(rig.server.waiting[0] ?? 0);
    await rig.advance(minute);
    expect(await asked(rig, minute)).toBe(6);
  });

  it('every second while a server on this machine is down, every five when it is far away', async () => {
    const rig = await aHidingRig();
    rig.server.refuseDialling();
    rig.server.dropLink();
    await rig.advance(20_000);
    const attempts = rig.server.count('dial');
    const local = await asked(rig, 10_000);
    expect(local - (rig.server.count('dial') - attempts)).toBe(10);
    rig.prober.isLocal = false;
    await rig.advance(1000);
    const before = rig.server.count('dial');
    expect((await asked(rig, 20_000)) - (rig.server.count('dial') - before)).toBe(4);
  });

  it('not again until the next connection when the server offers none; pings serve instead', async () => {
    const rig = await aStableRig();
    expect(rig.prober.healths).toBe(1);
    expect(await asked(rig, 10 * minute)).toBe(0);
    expect(rig.server.count('ping')).toBe(20);
    rig.server.dropLink();
    expect(await asked(rig, 0)).toBe(1);
  });

  it('never when it is switched off', async () => {
    const rig = await aStableRig({
      settings: { health: { ...theHealth, path: false } },
    });
    await rig.advance(10 * minute);
    expect(rig.prober.healths).toBe(0);
  });
});

it('the reading is public, with what the server said', async () => {
  const rig = await aHidingRig();
  expect(rig.connection.pulse.health.value?.body).toMatchObject({ version: '1', status: 'ok' });
});
