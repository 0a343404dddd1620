// What the figures of a server's past advise, in plain words; nothing where they are too few to say anything. Pure. Not here: advice
// on the present (healthAdvice.ts).
import type { Millis } from '../base/clock.ts';
import type { Say } from '../core/wording/say.ts';
import { formatAge } from '../core/wording/time.ts';
import type { ServerWatch } from '../runtime/watch.ts';
import type { Advice } from './healthAdvice.ts';
import type { ServerHistory } from './healthHistory.ts';

// Fewer say nothing: a first try of a tool often fails.
const enoughCalls = 10;
const enoughRecoveries = 3;
const slowRecovery: Millis = 10_000;
const slowCall: Millis = 30_000;

const isReadSafe = (annotations: Readonly<Record<string, unknown>>): boolean =>
  annotations['readOnlyHint'] === true || annotations['idempotentHint'] === true;

const ofUnknown = (
  { definition, catalog }: ServerWatch,
  { calls }: ServerHistory,
  say: Say,
): string[] => {
  if (calls.unknown === 0) return [];
  const hasMarks = catalog.value.tools.some(({ annotations }) => isReadSafe(annotations));
  const happened =
    calls.unknown === 1
      ? say('1 call may have run, and nobody knows: the connection broke before its answer.')
      : say(
          '{0} calls may have run, and nobody knows: the connection broke before their answer.',
          calls.unknown,
        );
  if (definition.trustHints)
    return [
      `${happened} ${say('Tools that only read, or that may run twice, should be marked readOnlyHint or idempotentHint by the server, so that they are repeated.')}`,
    ];
  return [
    hasMarks
      ? `${happened} ${say('Some of its tools are marked as safe to repeat: Trust Tool Hints lets them be repeated.')}`
      : `${happened} ${say('A server that keeps events for its streams, or offers its tools as tasks, loses no answer over a break.')}`,
  ];
};

const ofErrors = ({ calls }: ServerHistory, say: Say): string[] =>
  calls.count >= enoughCalls && calls.errors * 2 >= calls.count
    ? [
        say(
          '{0} of {1} calls were answered with an error. The connection works; look into the log of the server.',
          calls.errors,
          calls.count,
        ),
      ]
    : [];

const ofRecoveries = ({ recoveries, medianRecoveryMs }: ServerHistory, say: Say): string[] =>
  recoveries >= enoughRecoveries && medianRecoveryMs !== null && medianRecoveryMs >= slowRecovery
    ? [
        say(
          'It takes {0} to come back, half of the time or more. Calls wait for as long as mcpLifeline.calls.holdBudget allows; a server that listens before it has loaded everything is back sooner.',
          formatAge(medianRecoveryMs, say),
        ),
      ]
    : [];

const ofSlowCalls = ({ calls }: ServerHistory, say: Say): string[] =>
  calls.count >= enoughCalls && calls.p95Ms !== null && calls.p95Ms >= slowCall
    ? [
        say(
          'One call in twenty takes {0} or longer. Many clients give up after a minute; tools that take long should report progress, or be offered as tasks.',
          formatAge(calls.p95Ms, say),
        ),
      ]
    : [];

const ofRefused = ({ calls }: ServerHistory, say: Say): string[] =>
  calls.refused >= enoughRecoveries
    ? [
        say(
          '{0} calls were not run, because the server did not come back in time. If it restarts slowly, raise mcpLifeline.calls.holdBudget.',
          calls.refused,
        ),
      ]
    : [];

export const adviceOnHistory = (
  server: ServerWatch,
  history: ServerHistory | undefined,
  say: Say,
): readonly Advice[] => {
  if (history === undefined) return [];
  return [
    ...ofUnknown(server, history, say),
    ...ofRefused(history, say),
    ...ofErrors(history, say),
    ...ofRecoveries(history, say),
    ...ofSlowCalls(history, say),
  ].map((text) => ({ server: server.id, text }));
};
