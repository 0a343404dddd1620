// Our own views at one server: the client that lists for them and calls for them. Made when it is first needed, because it says
// hello as soon as it exists, which starts the connection. Not here: what is done with its calls (leftBehind.ts).
import { type Disposable, Store } from '../base/disposable.ts';
import { type Signal, Source } from '../base/signal.ts';
import { isUp, type Life } from '../core/connection/state.ts';
import type { ClientEnd } from './clientEnd.ts';
import type { ViewClient, ViewClientFactory } from './ports.ts';
import type { Catalog } from './watch.ts';

export interface ServerViewDeps {
  readonly life: Signal<Life>;
  readonly makeClient: ViewClientFactory;
  /** The end of the connection that the views hold; what it takes is given to the store. */
  readonly endFor: (store: Store) => ClientEnd;
  readonly made: (client: ViewClient) => void;
}

const emptyCatalog: Catalog = { listedAt: null, tools: [], resources: [], prompts: [] };

export class ServerView implements Disposable {
  readonly #deps: ServerViewDeps;
  readonly #store = new Store();
  readonly #catalog = this.#store.add(new Source<Catalog>(emptyCatalog));
  #client: ViewClient | null = null;

  constructor(deps: ServerViewDeps) {
    this.#deps = deps;
  }

  get catalog(): Signal<Catalog> {
    return this.#catalog;
  }

  /** Null where nobody has needed it yet. */
  get client(): ViewClient | null {
    return this.#client;
  }

  ensureClient(): ViewClient {
    if (this.#client) return this.#client;
    const { makeClient, endFor, made } = this.#deps;
    const client = this.#store.add(makeClient(endFor(this.#store)));
    this.#store.add(client.catalog.onChange((catalog) => this.#catalog.set(catalog)));
    this.#store.add(this.#listOnceUp(client));
    this.#client = client;
    made(client);
    return client;
  }

  dispose(): void {
    this.#client = null;
    this.#store.dispose();
  }

  /** A client whose hello was refused while the server was away has listed nothing, and nobody else would have it try. */
  #listOnceUp(client: ViewClient): Disposable {
    let wasUp = false;
    return this.#deps.life.onChange(({ state }) => {
      const up = isUp(state);
      if (up && !wasUp && this.#catalog.value.listedAt === null) client.refresh();
      wasUp = up;
    });
  }
}
