// Trouble that time does not mend: nothing is tried by the clock, and nobody waits for long without being told what is missing.
import { describe, expect, it } from 'vitest';
import { aFailure } from '../../src/core/connection/failure.ts';
import { aStableRig, remote } from '../support/connectionRig.ts';
import { theBackoff } from '../support/defaults.ts';

const minute = 60_000;

describe('what only a person can mend', () => {
  it('waits for the user when a sign-in is needed: no attempt by the clock, none by a call', async () => {
    const rig = await aStableRig(remote());
    rig.server.refuseDialling(aFailure('unauthorized', '401'));
    rig.server.dropLink();
    await rig.advance(10 * minute);
    expect(rig.news()).toEqual(['reconnecting #1 trying', 'needs-auth']);
    rig.client.call();
    rig.connection.woke();
    await rig.settle();
    expect(rig.server.count('dial')).toBe(1);
    expect(rig.told).toEqual(['needs-auth']);
    rig.server.acceptDialling();
    rig.user('reconnect-asked');
    await rig.settle();
    expect(rig.state).toBe('ready same-session');
  });

  it('explains itself to the calls after five seconds, those that waited already included', async () => {
    const rig = await aStableRig(remote());
    rig.server.refuseDialling();
    rig.server.dropLink();
    const early = rig.client.call();
    await rig.advance(8000);
    rig.server.refuseDialling(aFailure('unauthorized', '401'));
    rig.user('reconnect-asked');
    await rig.settle();
    expect(rig.state).toBe('needs-auth');
    await rig.advance(3000);
    const late = rig.client.call();
    await rig.advance(1999);
    expect(rig.client.outcome(early)).toBe('none');
    await rig.advance(1);
    expect([rig.client.outcome(early), rig.client.outcome(late)]).toEqual(['not-run', 'none']);
    await rig.advance(3000);
    expect(rig.client.outcome(late)).toBe('not-run');
    expect(JSON.stringify(rig.client.answersTo(late))).toContain('The server is needs-auth');
  });

  it('holds calls for the whole budget again once the person has acted', async () => {
    const rig = await aStableRig(remote());
    rig.server.refuseDialling(aFailure('unauthorized', '401'));
    rig.server.dropLink();
    await rig.settle();
    expect(rig.state).toBe('needs-auth');
    rig.server.refuseDialling();
    rig.user('reconnect-asked');
    await rig.settle();
    const call = rig.client.call();
    await rig.advance(30_000);
    expect(rig.client.outcome(call)).toBe('none');
    rig.server.acceptDialling();
    rig.server.answersCalls = true;
    rig.user('reconnect-asked');
    await rig.settle();
    expect(rig.client.outcome(call)).toBe('result');
  });

  it('looks at what seems permanent at the slowest pace', async () => {
    const rig = await aStableRig(remote());
    rig.server.refuseDialling(aFailure('certificate', 'expired'));
    rig.server.dropLink();
    await rig.advance(10 * theBackoff.remoteCap);
    expect(rig.server.count('dial')).toBe(11);
    expect(rig.state).toBe('failed certificate');
  });

  it('stops a process that keeps dying, and starts it again when the user says so [stdio-supervised]', async () => {
    const rig = await aStableRig(remote());
    for (let exit = 0; exit < 5; exit += 1) {
      rig.server.dropLink(aFailure('process-exited', 'exit code 1'));
      await rig.advance(theBackoff.delays[exit] ?? 0);
    }
    expect(rig.state).toBe('crash-loop');
    const held = rig.client.call();
    await rig.advance(10 * minute);
    expect([rig.client.outcome(held), rig.told]).toEqual(['not-run', ['crash-loop']]);
    const dials = rig.server.count('dial');
    await rig.advance(10 * minute);
    expect(rig.server.count('dial')).toBe(dials);
    rig.user('reconnect-asked');
    await rig.settle();
    expect(rig.state).toBe('ready new-session');
  });
});
