// What a server last said of itself, kept up as it speaks and written only when it says something new.
// Not here: what a client is told of it (steadyWelcome.ts, steadyLists.ts).
import type { JsonObject } from '../core/rpc.ts';
import { listsUnder } from '../core/offers.ts';
import type { ServerOffer } from './gatewayPorts.ts';

/** The store as one server needs it: bound to its id and definition. */
export interface Offers {
  load(): ServerOffer | null;
  save(offer: ServerOffer): void;
}

const isSame = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

export class SteadyMemory {
  readonly #offers: Offers;

  constructor(offers: Offers) {
    this.#offers = offers;
  }

  get welcome(): JsonObject | null {
    return this.#offers.load()?.welcome ?? null;
  }

  list(method: string): JsonObject | null {
    return this.#offers.load()?.lists[method] ?? null;
  }

  /** The server said hello. Lists that it does not offer any more are forgotten. */
  welcomed(welcome: JsonObject): void {
    const before = this.#offers.load();
    if (before && isSame(before.welcome, welcome)) return;
    this.#offers.save({ welcome, lists: listsUnder(before?.lists ?? {}, welcome) });
  }

  /** A whole list came. `welcome`: of the server that it came from; without one there is nobody to keep it for. */
  listed(method: string, list: JsonObject, welcome: JsonObject | null): void {
    const before = this.#offers.load();
    if (before && isSame(before.lists[method], list)) return;
    const said = before?.welcome ?? welcome;
    if (said === null) return;
    this.#offers.save({ welcome: said, lists: { ...before?.lists, [method]: list } });
  }
}
