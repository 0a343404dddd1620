// A restart that health polling sees, of a server that keeps its sessions over it: how that is proven, and what becomes of
// the session and of the calls that were under way.
import { describe, expect, it } from 'vitest';
import { aStableRig, type Rig } from '../support/connectionRig.ts';
import { theCalls, theHealth } from '../support/defaults.ts';

describe('a restart of a server that keeps its sessions', () => {
  /** A server that knows its sessions from others, and has not forgotten ours. */
  const aKeepingRig = (): Promise<Rig> =>
    aStableRig({}, ({ prober }) => prober.beWell({ instanceId: 'one' }));

  it('leaves us in our session, which is proven by a stranger that is refused', async () => {
    const rig = await aKeepingRig();
    rig.prober.restart();
    await rig.advance(theHealth.interval);
    expect(rig.news()).toEqual(['reconnecting #1 trying', 'ready same-session']);
    expect(rig.server.seen.slice(1, 7)).toEqual([
      'dial s1',
      expect.stringMatching(/^2 ping/),
      'dial s0',
      expect.stringMatching(/^3 ping/),
      '3 close',
      '2 listen',
    ]);
  });

  it('sets again what was set on the session, which the server may know by its signature alone', async () => {
    const rig = await aKeepingRig();
    rig.client.request('logging/setLevel', { level: 'warning' });
    rig.client.request('resources/subscribe', { uri: 'test://note' });
    await rig.settle();
    rig.server.news();
    rig.prober.restart();
    await rig.advance(theHealth.interval);
    expect(rig.state).toBe('ready same-session');
    expect(rig.server.count('2 logging/setLevel')).toBe(1);
    expect(rig.server.count('2 resources/subscribe')).toBe(1);
  });

  it('lets the calls that it cut wait for their answer no longer than for a server that is away', async () => {
    const rig = await aKeepingRig();
    const call = rig.client.call();
    await rig.settle();
    rig.server.cutStream('c7');
    rig.prober.restart();
    await rig.advance(theHealth.interval);
    expect(rig.state).toBe('ready same-session');
    expect(rig.server.count('resume')).toBeGreaterThan(0);
    expect(rig.client.outcome(call)).toBe('none');
    await rig.advance(theCalls.holdBudget);
    expect(rig.client.outcome(call)).toBe('unknown');
  });

  it('is asked for its proof again when the first one could not be had', async () => {
    const rig = await aKeepingRig();
    rig.server.stall('ping');
    rig.prober.restart();
    await rig.advance(theHealth.interval);
    await rig.advance(theHealth.probeTimeout);
    expect(rig.state).toMatch(/^reconnecting/);
    rig.server.proceed('ping');
    await rig.advance(5000);
    expect(rig.state).toBe('ready same-session');
    expect(rig.server.seen.filter((line) => line === 'dial s0')).not.toEqual([]);
  });
});
