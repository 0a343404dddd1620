// Taking over and giving back as the screens need it, named from their side; the composition root builds it. Free of `vscode`.
// Not here: what is done to the files (sources).
import type { Signal } from '../base/signal.ts';
import type { InputDefinition } from '../core/inputs.ts';
import type { JsonObject } from '../core/rpc.ts';
import type { FoundServer } from '../core/sources.ts';
import type {
  Draft,
  OnConflict,
  ReturnPlan,
  TakenServer,
  TakeResult,
  TakeWish,
} from '../core/takeOver.ts';

export interface TakeOvers {
  /** What is taken over, as far as this window knows. */
  readonly taken: Signal<readonly TakenServer[]>;
  /** Asks the disk: another window may have been at it. Null, or why that cannot be known. Never rejects. */
  readonly refresh: () => Promise<string | null>;
  /** What some product wrote, in the words of our setting. */
  readonly ourEntry: (entry: JsonObject) => JsonObject;
  /** The entry as it would stand in our setting; null where it cannot be used. */
  readonly draft: (server: FoundServer, known: readonly InputDefinition[]) => Draft | null;
  /** The same with inputs in place of its credentials, and what would be entered for them. */
  readonly hide: (
    draft: Draft,
    taken: readonly string[],
  ) => { readonly draft: Draft; readonly answers: ReadonlyMap<string, string> };
  /** What the product finds in place of the entry; null: nothing. */
  readonly leave: (wish: Pick<TakeWish, 'server' | 'name'>) => JsonObject | null;
  /** The bridge that the entries lead to; null: it is there. */
  readonly missingBridge: () => string | null;
  /** Never rejects. */
  readonly take: (wishes: readonly TakeWish[]) => Promise<readonly TakeResult[]>;
  /** Never rejects. */
  readonly plan: (ids: readonly string[], onConflict: OnConflict) => Promise<readonly ReturnPlan[]>;
  /** Does what the plan shows, or nothing: null, or why not. Never rejects. */
  readonly give: (
    plan: Extract<ReturnPlan, { kind: 'plan' }>,
    onConflict: OnConflict,
  ) => Promise<string | null>;
}
