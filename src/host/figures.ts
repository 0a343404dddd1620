// The figures of a server as its hover and the History view show them, read when somebody looks. Free of `vscode`.
import type { Millis } from '../base/clock.ts';
import { figureKinds, metricsOf } from '../core/chronicle/metrics.ts';
import { describeFigures, type Figure } from '../core/wording/figures.ts';
import type { Say } from '../core/wording/say.ts';
import type { ChronicleReader } from '../runtime/chronicle.ts';

export const figuresOf = (
  chronicle: ChronicleReader,
  serverId: string,
  now: Millis,
  say: Say,
  /** Whether it is watched right now, so that its newest state lasts. */
  isLive = true,
): readonly Figure[] => {
  const entries = chronicle.read(serverId, 0, now, figureKinds);
  const metrics = metricsOf(entries, now, new Set(isLive ? [serverId] : [])).get(serverId);
  return metrics ? describeFigures(metrics, now, say) : [];
};
