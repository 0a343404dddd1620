// What the outside must offer so that an entry can be used: somebody who asks for leave where leave is needed, and fills in
// what the entry leaves open. Asked before each attempt, so that a changed answer counts at once. Types only.
import type { Failure } from '../core/connection/failure.ts';
import type { ServerDefinition } from '../core/settings.ts';

export type Resolution =
  /** Complete: no variable is left in it. */
  | {
      readonly kind: 'ready';
      readonly definition: ServerDefinition;
      /** Hash of what the definition means, where that is not all of it: what a helper prints is new with each attempt. */
      readonly meaning?: string;
    }
  /** `unapproved`, `needs-input`: a person must act. `bad-config`, `blocked`: only another entry can help. */
  | { readonly kind: 'refused'; readonly failure: Failure };

export interface Resolver {
  /** Never rejects. */
  resolve(definition: ServerDefinition, signal: AbortSignal): Promise<Resolution>;
}
