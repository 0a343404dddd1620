// One connection in each state, and a translator that only fills in, for the tests of the words.
import { aFailure, type FailureKind, failureTraits } from '../../../src/core/connection/failure.ts';
import {
  type ConnectionState,
  type Life,
  newLife,
  type Phase,
} from '../../../src/core/connection/state.ts';
import type { Say } from '../../../src/core/wording/say.ts';

export const fill = (message: string, args: readonly (string | number)[]): string =>
  message.replaceAll(/\{(\d)\}/g, (_, index: string) => String(args[Number(index)]));
export const say: Say = (message, ...args) => fill(message, args);

export const now = 1_000_000;
export const refused = aFailure('refused', 'ECONNREFUSED 127.0.0.1:1');
export const waiting = (left: number): Phase => ({ kind: 'waiting', until: now + left });
export const trying: Phase = { kind: 'trying' };
const down = { since: now - 300_000, attempt: 3, failure: refused };

export const states = {
  disabled: { kind: 'disabled' },
  idle: { kind: 'idle' },
  connecting: { kind: 'connecting', since: now },
  ready: { kind: 'ready', since: now, recovered: 'first' },
  degraded: {
    kind: 'degraded',
    since: now,
    recovered: 'same-session',
    troubles: ['push-stream-down', 'slow'],
  },
  reconnecting: { kind: 'reconnecting', ...down, phase: waiting(3500) },
  suspended: { kind: 'suspended', ...down, phase: waiting(40_000) },
  'needs-auth': { kind: 'needs-auth', ...down, failure: aFailure('unauthorized', '401') },
  'needs-input': { kind: 'needs-input', ...down, failure: aFailure('needs-input', 'key') },
  'crash-loop': {
    kind: 'crash-loop',
    since: now,
    failure: aFailure('process-exited', '1'),
    exits: 5,
  },
  failed: { kind: 'failed', ...down, failure: aFailure('bad-config', 'url'), phase: null },
  stopping: { kind: 'stopping', since: now },
  stopped: { kind: 'stopped', since: now },
} satisfies { [Kind in ConnectionState['kind']]: Extract<ConnectionState, { kind: Kind }> };

export const aLife = (state: ConnectionState): Life => ({ ...newLife('idle', false), state });
export const failureKinds = Object.keys(failureTraits).filter(
  (kind): kind is FailureKind => kind in failureTraits,
);
