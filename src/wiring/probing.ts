// Trying a server before it is saved, within an editor: where what its entry means (sources), how it is reached (mcp) and who asks
// (host) meet. No decisions.
import type { Clock } from '../base/clock.ts';
import type { Signal } from '../base/signal.ts';
import type { Failure } from '../core/connection/failure.ts';
import type { ProbeOutcome } from '../core/probing.ts';
import type { Settings } from '../core/settings.ts';
import { cleanDetail, sayDetail } from '../core/wording/detail.ts';
import type { Say } from '../core/wording/say.ts';
import type { ProbeServer } from '../host/addServerProbe.ts';
import { probeServer } from '../mcp/probeServer.ts';
import type { KnownSecrets } from '../runtime/knownSecrets.ts';
import type { Log } from '../runtime/ports.ts';
import type { Resolver } from '../runtime/resolver.ts';

export interface ProbingParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly say: Say;
  readonly settings: Signal<Settings>;
  /** Fills in variables. Leave is not asked for: the user has just typed what is tried. */
  readonly resolver: Resolver;
  readonly isTrusted: () => boolean;
  readonly secrets: Pick<KnownSecrets, 'clean'>;
  readonly folder: () => string;
  readonly version: string;
}

const cleaned = (outcome: ProbeOutcome, clean: (text: string) => string): ProbeOutcome =>
  outcome.kind === 'failed'
    ? { ...outcome, failure: cleanDetail(outcome.failure, clean) }
    : outcome;

/** Values are asked for by the row of a server, which it has once it is saved. */
const refusalOf = (failure: Failure, say: Say): ProbeOutcome =>
  failure.kind === 'needs-input'
    ? {
        kind: 'untried',
        reason: say(
          'Not tried: it needs a value first ({0}). Once it is saved, its row asks for it.',
          sayDetail(failure, say),
        ),
      }
    : { kind: 'failed', failure };

export const createProbe =
  (parts: ProbingParts): ProbeServer =>
  async (definition, signal) => {
    const { clock, log, say, settings, resolver, isTrusted, secrets, folder, version } = parts;
    if (definition.kind === 'stdio' && !isTrusted())
      return {
        kind: 'untried',
        reason: say('No program is started while the workspace is not trusted.'),
      };
    const resolution = await resolver.resolve(definition, signal);
    if (resolution.kind === 'refused') return refusalOf(resolution.failure, say);
    const { connectTimeout, maxMessageBytes, health } = settings.value;
    const { probeTimeout } = health;
    const limits = { connectTimeout, maxMessageBytes, probeTimeout };
    const deps = { clock, log, folder, version, ...limits };
    return cleaned(await probeServer(resolution.definition, deps, signal), secrets.clean);
  };
