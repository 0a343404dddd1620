// What a server does for the programs at the gateway besides its own views: the clients, the connection that they may share with
// those views, and the calls that nobody comes back for. Put together here; each part is a file of its own.
import { type Disposable, Store } from '../base/disposable.ts';
import type { JsonObject, RpcId } from '../core/rpc.ts';
import type { Connection } from './connection.ts';
import type { ServerCalls } from './serverCalls.ts';
import { ServerClients, type SharedUse } from './serverClients.ts';
import type { ServerFacts } from './serverConnection.ts';
import type { SessionMemory } from './sessionMemory.ts';
import { SharedConnection } from './sharedConnection.ts';
import { ownerOf } from './sharedIds.ts';
import { Unclaimed } from './unclaimed.ts';

export interface ServerProgramsDeps {
  readonly facts: ServerFacts;
  /** Of the server's own views, and its memory. */
  readonly connection: Connection;
  readonly memory: SessionMemory;
  /** Under which the views' calls are kept, and everybody's on a shared connection. */
  readonly ownClient: string;
  /** Of everybody at this server. */
  readonly calls: ServerCalls;
  readonly start: () => void;
}

export class ServerPrograms implements Disposable {
  readonly #deps: ServerProgramsDeps;
  readonly #store = new Store();
  readonly #unclaimed: Unclaimed;
  /** Where programs use the same connection as our own views. */
  readonly shared: SharedUse | null;
  readonly clients: ServerClients;

  constructor(deps: ServerProgramsDeps) {
    this.#deps = deps;
    const { facts, connection, calls } = deps;
    this.shared = facts.definition().connection === 'shared' ? this.#share() : null;
    this.#unclaimed = this.#store.add(this.#watchUnclaimed());
    this.clients = this.#store.add(
      new ServerClients({
        ...{ facts, calls, own: connection.calls, shared: this.shared },
        isStopped: () => ['stopping', 'stopped'].includes(connection.life.value.state.kind),
        troubled: (label, about) => this.#troubled(label, about),
        isBack: (client) => this.#unclaimed.isBack(client),
      }),
    );
  }

  /** Whether the client of this request is there. */
  hears(id: RpcId): boolean {
    return this.shared?.clients.hears(id) ?? true;
  }

  /** Takes up what the views left behind. What programs left is theirs to claim, for a time. */
  restore(): void {
    this.#restoreOwn();
    this.#unclaimed.watch();
  }

  dispose(): void {
    this.#store.dispose();
  }

  #restoreOwn(): void {
    const { connection, ownClient } = this.#deps;
    connection.calls.restore((id) => (ownerOf(id)?.client ?? ownClient) === ownClient);
  }

  #share(): SharedUse {
    const { connection, memory, facts } = this.#deps;
    const { calls, end } = connection;
    const clients = new SharedConnection({
      inner: end,
      identity: { name: 'mcp-lifeline', version: facts.ports.version },
      welcome: (): JsonObject | null => memory.welcome,
      isSubscribed: (uri) => memory.record.value.subscriptions.includes(uri),
      load: calls.load,
      heldIds: () => calls.heldIds,
    });
    return { connection, memory, clients: this.#store.add(clients) };
  }

  #watchUnclaimed(): Unclaimed {
    const { connection, facts, ownClient } = this.#deps;
    const { clock, journal } = facts.ports;
    const { calls } = connection;
    return new Unclaimed({
      ...{ clock, journal, ownClient, serverId: facts.definition().name },
      isKnown: (key) => calls.isKnown(key) || this.clients.isKnown(key),
      adopt: () => this.#restoreOwn(),
    });
  }

  /**
   * A person hears of trouble from the server's own connection, which meets the same. Where nobody has started that one, it is
   * started for it.
   */
  #troubled(label: string, about: string): void {
    const { facts, connection, start } = this.#deps;
    const log = facts.ports.logOf(facts.definition().name);
    log.warn(`The connection of the program "${label}" needs attention: ${about}.`);
    if (connection.life.value.state.kind === 'idle') start();
  }
}
