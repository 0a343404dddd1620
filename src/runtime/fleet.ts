// All servers of a window: keeps the running connections equal to the settings. A changed entry touches only its own
// server. Not here: what a server does (server.ts) and where settings come from.
import { type Disposable, Store } from '../base/disposable.ts';
import { Emitter, type Signal, Source } from '../base/signal.ts';
import type { Life } from '../core/connection/state.ts';
import { fingerprintOf } from '../core/record.ts';
import type { BadServer, ServerDefinition, Settings } from '../core/settings.ts';
import type { ServerPorts, WakeSource } from './ports.ts';
import { Server } from './server.ts';
import type { AttachedClient, ClientSpec, ServerDirectory } from './clients.ts';
import type { FleetWatch, LeftBehindNotice, ServerWatch, UserNotice } from './watch.ts';

export interface FleetDeps {
  readonly ports: ServerPorts;
  readonly settings: Signal<Settings>;
  readonly wake: WakeSource;
  /** Words for a call that is refused, in the user's language. */
  readonly refusal: (life: Life) => string;
  /** Words for a client whose call is held, in the user's language. */
  readonly waiting: (server: string, life: Life) => string;
}

const isBad = (entry: ServerDefinition | BadServer): entry is BadServer => entry.kind === 'bad';

/** Whether the running server already is what the entry asks for. Trust in hints can change under way. */
const isSame = (server: Server, definition: ServerDefinition): boolean =>
  JSON.stringify({ ...server.definition, trustHints: definition.trustHints }) ===
  JSON.stringify(definition);

export class Fleet implements FleetWatch, ServerDirectory, Disposable {
  readonly #deps: FleetDeps;
  readonly #store = new Store();
  readonly #servers = this.#store.add(new Source<readonly Server[]>([]));
  readonly #names = this.#store.add(new Source<readonly string[]>([]));
  readonly #bad = this.#store.add(new Source<readonly BadServer[]>([]));
  readonly #notices = this.#store.add(new Emitter<UserNotice>());
  readonly #leftBehind = this.#store.add(new Emitter<LeftBehindNotice>());
  readonly #retiring = new Set<Promise<void>>();
  /** Their successors are about to take their places. */
  readonly #ended = new WeakSet<Server>();

  constructor(deps: FleetDeps) {
    this.#deps = deps;
    this.#store.add(deps.settings.onChange(() => this.#reconcile()));
    this.#store.add(deps.wake.onWake(() => this.#servers.value.forEach((server) => server.woke())));
  }

  get servers(): Signal<readonly ServerWatch[]> {
    return this.#servers;
  }

  /** The servers that programs at the gateway may use. */
  get names(): Signal<readonly string[]> {
    return this.#names;
  }

  attach(serverId: string, spec: ClientSpec): AttachedClient | undefined {
    const server = this.#servers.value.find(({ id }) => id === serverId);
    const isUsable = server?.definition.enabled === true && !this.#ended.has(server);
    return isUsable ? server.attach(spec) : undefined;
  }

  get bad(): Signal<readonly BadServer[]> {
    return this.#bad;
  }

  get(id: string): ServerWatch | undefined {
    return this.#servers.value.find((server) => server.id === id);
  }

  onNotice(listener: (notice: UserNotice) => void): Disposable {
    return this.#notices.on(listener);
  }

  /** Work may be lost: told once for each server that has calls of an earlier life which may have run. */
  onLeftBehind(listener: (notice: LeftBehindNotice) => void): Disposable {
    return this.#leftBehind.on(listener);
  }

  /** Makes the servers of the settings and connects those that start by themselves. */
  open(): void {
    this.#reconcile();
  }

  /** The stored sessions are another window's now: every server goes on with a new session of its own. */
  yieldSessions(): void {
    this.#reconcile(() => false);
  }

  /** The stored calls have become ours: those that another window left behind are offered here. */
  restoreCalls(): void {
    for (const server of this.#servers.value) server.restore();
  }

  /** What a person had to do for this server is done. */
  unblock(id: string): void {
    this.#servers.value.find((server) => server.id === id)?.unblock();
  }

  /** Something says that this server may be another one than before: it is asked at once. */
  lookAgain(id: string): void {
    this.#servers.value.find((server) => server.id === id)?.woke();
  }

  rootsChanged(): void {
    for (const server of this.#servers.value) server.rootsChanged();
  }

  /** Ends all links; the sessions stay alive at their servers, for the next life of the extension. */
  async shutdown(): Promise<void> {
    const servers = this.#servers.value;
    // A program that comes now finds nothing to use: what it started would outlive us.
    for (const server of servers) this.#ended.add(server);
    this.dispose();
    await Promise.all([...servers.map((server) => server.shutdown()), ...this.#retiring]);
  }

  dispose(): void {
    this.#store.dispose();
  }

  #reconcile(mayStay: (server: Server) => boolean = () => true): void {
    const entries = this.#deps.settings.value.servers;
    const wanted = entries.filter((entry) => !isBad(entry));
    const before = this.#servers.value;
    const kept = new Map(
      before
        .filter(mayStay)
        .filter((server) =>
          wanted.some((entry) => entry.name === server.id && isSame(server, entry)),
        )
        .map((server) => [server.id, server]),
    );
    for (const server of before) if (!kept.has(server.id)) this.#end(server, wanted);
    const fresh: Server[] = [];
    const servers = wanted.map((entry) => {
      const server = kept.get(entry.name) ?? this.#make(entry);
      if (!kept.has(entry.name)) fresh.push(server);
      server.redefine(entry);
      return server;
    });
    this.#bad.set(entries.filter(isBad));
    this.#servers.set(servers);
    // Also where the names are the same: whoever used a server that was replaced finds its successor now.
    this.#names.set(servers.filter(({ definition }) => definition.enabled).map(({ id }) => id));
    for (const server of fresh) server.restore();
    for (const server of fresh)
      if (server.definition.enabled && server.definition.autoStart) server.start();
  }

  /** An entry whose meaning is unchanged keeps its session; another one ends it at the server. */
  #end(server: Server, wanted: readonly ServerDefinition[]): void {
    const next = wanted.find((entry) => entry.name === server.id);
    const sameSession =
      next?.enabled === true && fingerprintOf(next) === fingerprintOf(server.definition);
    this.#ended.add(server);
    const ending = sameSession ? server.shutdown(true) : server.retire();
    this.#retiring.add(ending);
    void ending.finally(() => this.#retiring.delete(ending));
  }

  #make(definition: ServerDefinition): Server {
    const { ports, settings, refusal, waiting } = this.#deps;
    return new Server(definition, {
      ports,
      settings: () => settings.value,
      heldBytes: () => this.#heldBytes(),
      refusal,
      waiting,
      leftBehind: (server, count) => this.#leftBehind.emit({ server, count }),
      tellUser: (server, about) => this.#notices.emit({ server, about }),
    });
  }

  #heldBytes(): number {
    return this.#servers.value.reduce((sum, server) => sum + server.calls.value.heldBytes, 0);
  }
}
