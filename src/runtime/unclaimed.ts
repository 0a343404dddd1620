// Calls of programs that do not come back: nobody would ever see them. Those that a whole interval passed over are offered to a
// person with the server's own pending calls; of everything but tool calls nothing is kept, because it can be asked again.
// Not here: what may be done with an offered call (orphans.ts), and how its program is told (serverClients.ts).
import type { Clock, Millis } from '../base/clock.ts';
import { type Disposable, Mutable, Store } from '../base/disposable.ts';
import type { JournalEntry } from '../core/calls/journal.ts';
import { offered, type Origin } from '../core/calls/offering.ts';
import type { JournalStore } from './ports.ts';
import { ownerOf } from './sharedIds.ts';

export interface UnclaimedDeps {
  readonly clock: Clock;
  readonly journal: JournalStore;
  readonly serverId: string;
  /** Under which our own calls are kept, and everybody's on a shared connection. */
  readonly ownClient: string;
  /** Whether a connection of this life has the call of that key. */
  readonly isKnown: (key: string) => boolean;
  /** There are more calls of our own now: they are to be taken up. */
  readonly adopt: () => void;
}

interface Left {
  readonly entry: JournalEntry;
  readonly from: Origin;
}

/** So long a program may be away from its calls. Clients that reconnect at all do so within seconds. */
const patienceForPrograms: Millis = 10 * 60_000;

export class Unclaimed implements Disposable {
  readonly #deps: UnclaimedDeps;
  readonly #store = new Store();
  readonly #timer = this.#store.add(new Mutable<Disposable>());
  /** What was unclaimed when it was last looked, and whose it is. */
  readonly #seen = new Map<string, string>();

  constructor(deps: UnclaimedDeps) {
    this.#deps = deps;
  }

  /** From now on everybody has the whole time. */
  watch(): void {
    this.#seen.clear();
    this.#look(this.#left());
  }

  /** The program is there. What it leaves when it goes again has the whole time once more. */
  isBack(client: string): void {
    for (const [key, owner] of this.#seen) if (owner === client) this.#seen.delete(key);
  }

  dispose(): void {
    this.#store.dispose();
    this.#seen.clear();
  }

  #look(left: readonly Left[]): void {
    for (const { entry, from } of left) this.#seen.set(entry.key, from.client);
    this.#timer.value = this.#deps.clock.after(patienceForPrograms, () => this.#offer());
  }

  #offer(): void {
    const left = this.#left();
    const due = left.filter(({ entry }) => this.#seen.has(entry.key));
    this.#seen.clear();
    for (const { entry, from } of due) this.#hand(entry, from);
    this.#look(left.filter((one) => !due.includes(one)));
    if (due.length > 0) this.#deps.adopt();
  }

  /** In one write, so that at no moment both the program and the person have it. */
  #hand(entry: JournalEntry, from: Origin): void {
    const { journal, ownClient } = this.#deps;
    if (entry.request.method === 'tools/call') journal.put(offered(entry, ownClient, from));
    else journal.remove(entry.key);
  }

  #left(): readonly Left[] {
    const { journal, serverId, isKnown } = this.#deps;
    return journal.clients(serverId).flatMap((client) =>
      journal.load(serverId, client).flatMap((entry) => {
        const from = this.#originOf(entry);
        return from === null || isKnown(entry.key) ? [] : [{ entry, from }];
      }),
    );
  }

  /** Which program's call it is; null for one of our own views. */
  #originOf({ client, clientId }: JournalEntry): Origin | null {
    const { ownClient } = this.#deps;
    if (client !== ownClient) return { client, id: ownerOf(clientId)?.id ?? clientId };
    const owner = ownerOf(clientId);
    return owner === null || owner.client === ownClient ? null : owner;
  }
}
