// The figures of a server in words: name and value, for a hover, a report and a bug report alike.
import type { Millis } from '../../base/clock.ts';
import type { CallFigures, ServerMetrics } from '../chronicle/metrics.ts';
import { exactAge } from '../timeline/words.ts';
import { decimal, quantity } from './number.ts';
import type { Say } from './say.ts';
import { formatAge } from './time.ts';

export type Figure = readonly [name: string, value: string];

/** Rounded down, so that only what was up all the time is 100 %. */
const percent = (share: number, say: Say): string => {
  const tenths = Math.floor(share * 1000);
  return tenths % 10 === 0 ? String(tenths / 10) : decimal(tenths, say);
};

const latencyWords = ({ p50, p95, p99 }: CallFigures, say: Say): string | null =>
  p50 === null || p95 === null || p99 === null
    ? null
    : say('p50 {0}, p95 {1}, p99 {2}', exactAge(p50, say), exactAge(p95, say), exactAge(p99, say));

const recoveryWords = (metrics: ServerMetrics, say: Say): string => {
  const { recoveries, medianRecovery, worstRecovery } = metrics;
  if (medianRecovery === null || worstRecovery === null) return say('none needed');
  return recoveries === 1
    ? say('1, in {0}', exactAge(medianRecovery, say))
    : say(
        '{0}, median {1}, worst {2}',
        quantity(recoveries, say),
        exactAge(medianRecovery, say),
        exactAge(worstRecovery, say),
      );
};

const callWords = (calls: CallFigures, say: Say): string =>
  [
    quantity(calls.count, say),
    ...(calls.errors > 0 ? [say('{0} with errors', quantity(calls.errors, say))] : []),
    ...(calls.held > 0 ? [say('{0} held', quantity(calls.held, say))] : []),
    ...(calls.repeated > 0 ? [say('{0} repeated', quantity(calls.repeated, say))] : []),
    ...(calls.unknown > 0 ? [say('{0} may have run', quantity(calls.unknown, say))] : []),
    ...(calls.refused > 0 ? [say('{0} not run', quantity(calls.refused, say))] : []),
  ].join(', ');

export const describeFigures = (
  metrics: ServerMetrics,
  now: Millis,
  say: Say,
): readonly Figure[] => {
  const { upShare, upSince, calls, restarts } = metrics;
  const latency = latencyWords(calls, say);
  const figures: readonly (Figure | null)[] = [
    upShare === null || upSince === null
      ? null
      : [
          say('Up'),
          say('{0}% of the last {1}', percent(upShare, say), formatAge(now - upSince, say)),
        ],
    [say('Recoveries'), recoveryWords(metrics, say)],
    restarts === 0 ? null : [say('Restarts seen'), quantity(restarts, say)],
    calls.count === 0 ? null : [say('Calls'), callWords(calls, say)],
    latency === null ? null : [say('Call latency'), latency],
  ];
  return figures.filter((figure) => figure !== null);
};
