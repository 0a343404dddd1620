// Stands behind everything that fills in an entry: what leads back to ourselves only with its variables filled in goes no further
// either. Asked before each attempt; where the gateway moves afterwards, it tells whose answer would be another one now.
// Not here: what leads back (core/loops.ts), and entries that say so as they are written, which never come here.
import { wordedFailure } from '../core/connection/failure.ts';
import { loopReason, type OwnDoor } from '../core/loops.ts';
import type { ServerDefinition } from '../core/settings.ts';
import type { Unsaid } from '../core/wording/unsaid.ts';
import type { Resolution, Resolver } from './resolver.ts';

export interface LoopGateDeps {
  readonly next: Resolver;
  /** Where we are now. */
  readonly door: () => OwnDoor;
}

interface Judged {
  readonly definition: ServerDefinition;
  readonly isLoop: boolean;
}

export class LoopGate implements Resolver {
  readonly #deps: LoopGateDeps;
  /** The last answer for each server, by its name. */
  readonly #judged = new Map<string, Judged>();

  constructor(deps: LoopGateDeps) {
    this.#deps = deps;
  }

  async resolve(definition: ServerDefinition, signal: AbortSignal): Promise<Resolution> {
    const resolution = await this.#deps.next.resolve(definition, signal);
    if (resolution.kind === 'refused') return resolution;
    const reason = this.#reason(resolution.definition);
    const isLoop = reason !== null;
    this.#judged.set(definition.name, { definition: resolution.definition, isLoop });
    return isLoop ? { kind: 'refused', failure: wordedFailure('bad-config', reason) } : resolution;
  }

  /** Servers that were let pass and lead to us now, and those that were refused and no longer do. */
  overtaken(): readonly string[] {
    return [...this.#judged]
      .filter(([, { definition, isLoop }]) => (this.#reason(definition) !== null) !== isLoop)
      .map(([name]) => name);
  }

  #reason(definition: ServerDefinition): Unsaid | null {
    return loopReason(definition, this.#deps.door());
  }
}
