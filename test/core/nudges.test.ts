// A nudge makes a waiting attempt come now, and does nothing else in any state.
import { expect, it } from 'vitest';
import { aFailure } from '../../src/core/connection/failure.ts';
import type { Policy } from '../../src/core/connection/failing.ts';
import { type ConnectionState, type Life, newLife } from '../../src/core/connection/state.ts';
import { step } from '../../src/core/connection/step.ts';

const failure = aFailure('closed', 'gone');
const down = { since: 0, attempt: 3, failure };
const trying = { kind: 'trying' } as const;
const waiting = { kind: 'waiting', until: 9000 } as const;
const policy: Policy = {
  backoff: { delays: [0], localCap: 1000, remoteCap: 1000, stableAfter: 1000 },
  local: true,
  holdBudget: 1000,
  notifyAfterAttempts: 10,
  crashLoop: { exits: 5, within: 1000 },
};

const aLife = (state: ConnectionState): Life => ({ ...newLife('idle', true), state, epoch: 7 });

it.each([
  ['reconnecting', { kind: 'reconnecting', ...down, phase: waiting }],
  ['suspended', { kind: 'suspended', ...down, phase: waiting }],
  ['failed', { kind: 'failed', ...down, phase: waiting }],
] as const)('an attempt that is waited for comes now: %s [wake]', (_, state) => {
  const life = aLife(state);
  const nudged = step(life, { kind: 'nudged', at: 1, cause: 'wake' }, policy);
  expect(nudged).toEqual([life, [{ kind: 'attempt', delay: 0 }]]);
});

it.each([
  ['reconnecting', { kind: 'reconnecting', ...down, phase: trying }],
  ['suspended', { kind: 'suspended', ...down, phase: trying }],
  ['failed, in the middle of a try', { kind: 'failed', ...down, phase: trying }],
  ['failed, where no try can help', { kind: 'failed', ...down, phase: null }],
  ['connecting', { kind: 'connecting', since: 0 }],
  ['ready', { kind: 'ready', since: 0, recovered: 'first' }],
  ['degraded', { kind: 'degraded', since: 0, recovered: 'first', troubles: ['slow'] }],
  ['idle', { kind: 'idle' }],
  ['disabled', { kind: 'disabled' }],
  ['stopped', { kind: 'stopped', since: 0 }],
  ['needs-auth', { kind: 'needs-auth', ...down }],
] as const)('nothing happens where no attempt is waited for: %s', (_, state) => {
  const life = aLife(state);
  expect(step(life, { kind: 'nudged', at: 1, cause: 'wake' }, policy)).toEqual([life, []]);
});

it('a person who acts makes an attempt come where only a person can help', () => {
  const life = aLife({ kind: 'needs-auth', ...down });
  const nudged = step(life, { kind: 'nudged', at: 1, cause: 'user' }, policy);
  expect(nudged).toEqual([life, [{ kind: 'attempt', delay: 0 }]]);
});

it('each attempt has an epoch of its own', () => {
  const life = aLife({ kind: 'reconnecting', ...down, phase: waiting });
  const [first] = step(life, { kind: 'attempt-begun', at: 1 }, policy);
  const failed = { kind: 'attempt-failed', at: 2, epoch: first.epoch, failure, random: 1 } as const;
  const [second] = step(step(first, failed, policy)[0], { kind: 'attempt-begun', at: 3 }, policy);
  expect([first.epoch, second.epoch]).toEqual([8, 9]);
});
