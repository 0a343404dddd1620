// The programs that use one server through the gateway, each with a connection of its own. What a person does to the server
// is done to all of them. Not here: who they are (gateway) and how they are answered while the server is away (steadyEnd.ts).
import { type Disposable, Store, toDisposable } from '../base/disposable.ts';
import { type Signal, Source } from '../base/signal.ts';
import type { ConnectionEvent } from '../core/connection/state.ts';
import { fingerprintOf } from '../core/record.ts';
import type { JsonObject, RpcId, RpcRequest } from '../core/rpc.ts';
import type { ServerOffer } from './gatewayPorts.ts';
import type { ClientEnd } from './clientEnd.ts';
import type { AttachedClient, ClientSpec } from './clients.ts';
import type { Connection } from './connection.ts';
import { makeConnection, memoryOf, type ServerFacts } from './serverConnection.ts';
import type { SessionMemory } from './sessionMemory.ts';
import type { SharedClient, SharedConnection } from './sharedConnection.ts';
import { ownerOf } from './sharedIds.ts';
import { SteadyEnd } from './steadyEnd.ts';
import type { ClientWatch, PendingCall } from './watch.ts';

/** Calls that wait and calls on their way, and the bytes of the former. */
export interface Load {
  readonly held: number;
  readonly running: number;
  readonly heldBytes: number;
}

/** The server's own connection, where all of them use that. */
export interface SharedUse {
  readonly connection: Connection;
  readonly memory: SessionMemory;
  readonly clients: SharedConnection;
}

interface Attached {
  readonly watch: ClientWatch;
  readonly connection: Connection;
  readonly memory: SessionMemory;
}

export class ServerClients implements Disposable {
  readonly #facts: ServerFacts;
  readonly #store = new Store();
  readonly #attached = new Map<string, Attached>();
  readonly #watches = this.#store.add(new Source<readonly ClientWatch[]>([]));
  readonly #members = new Map<SharedClient, ClientWatch>();
  readonly #changed: () => void;
  readonly #shared: SharedUse | null;

  /** `changed`: the calls of one of them have. */
  constructor(facts: ServerFacts, changed: () => void, shared: SharedUse | null) {
    this.#facts = facts;
    this.#changed = changed;
    this.#shared = shared;
  }

  get watches(): Signal<readonly ClientWatch[]> {
    return this.#watches;
  }

  /** Calls of programs, in no order. */
  get pending(): readonly PendingCall[] {
    return [...this.#attached.values()].flatMap(({ connection }) => connection.calls.pending.value);
  }

  get load(): Load {
    const loads = [...this.#attached.values()].map(({ connection }) => connection.calls.load.value);
    const total = (of: (load: (typeof loads)[number]) => number): number =>
      loads.reduce((sum, load) => sum + of(load), 0);
    return {
      held: total(({ held }) => held),
      running: total(({ running }) => running),
      heldBytes: total(({ heldBytes }) => heldBytes),
    };
  }

  attach(spec: ClientSpec): AttachedClient {
    return this.#shared ? this.#attachShared(spec, this.#shared) : this.#attachOwn(spec);
  }

  #attachOwn(spec: ClientSpec): AttachedClient {
    // A program that comes again while it is still here: what it had is its own again through the journal.
    this.#detach(spec.client);
    const life = new Store();
    const memory = memoryOf(this.#facts, spec.client);
    const connection = life.add(this.#connect(spec, memory));
    const { load, pending } = connection.calls;
    life.add(load.onChange(() => this.#changed()));
    life.add(pending.onChange(() => this.#changed()));
    const steady = life.add(this.#steady(connection.end, connection, memory));
    const watch: ClientWatch = { label: spec.label, life: connection.life, calls: load };
    const attached: Attached = { watch, connection, memory };
    this.#attached.set(spec.client, attached);
    this.#publish();
    const gone = (): void => this.#forget(spec.client, attached);
    this.#begin(connection, memory, spec);
    return {
      end: steady.end,
      life: connection.life,
      claim: () => connection.calls.claim().filter((id) => typeof id === 'string'),
      leave: async () => {
        gone();
        await connection.retire();
        this.#facts.ports.records.remove(this.#facts.definition().name, spec.client);
        life.dispose();
      },
      dispose: () => {
        gone();
        void connection.shutdown();
        life.dispose();
      },
    };
  }

  #attachShared(spec: ClientSpec, { connection, memory, clients }: SharedUse): AttachedClient {
    const life = new Store();
    const member = life.add(clients.join(spec.client));
    const steady = life.add(this.#steady(member.end, connection, memory));
    this.#members.set(member, { label: spec.label, life: connection.life, calls: member.load });
    life.add(toDisposable(() => this.#forgetMember(member)));
    this.#publish();
    if (spec.hello !== null) member.greet(spec.hello);
    const isTheirs = (id: RpcId): boolean => ownerOf(id)?.client === spec.client;
    return {
      end: steady.end,
      life: connection.life,
      claim: () => connection.calls.claim(isTheirs).flatMap((id) => ownText(id)),
      leave: () => Promise.resolve(life.dispose()),
      dispose: () => life.dispose(),
    };
  }

  #forgetMember(member: SharedClient): void {
    this.#members.delete(member);
    if (!this.#store.isDisposed) this.#publish();
  }

  dispatch(event: ConnectionEvent): void {
    for (const { connection } of this.#attached.values()) connection.dispatch(event);
  }

  woke(): void {
    for (const { connection } of this.#attached.values()) connection.woke();
  }

  /** Their sessions stay alive at the server. `tell`: each is told that this end is over. */
  async shutdown(tell: boolean): Promise<void> {
    const all = [...this.#attached.values()];
    this.#attached.clear();
    await Promise.all(all.map(({ connection }) => connection.shutdown(tell)));
  }

  /** The server was removed or redefined: their sessions are ended too, and each is told that this end is over. */
  async retire(): Promise<void> {
    const all = [...this.#attached];
    this.#attached.clear();
    const { ports, definition } = this.#facts;
    for (const [client] of all) ports.records.remove(definition().name, client);
    await Promise.all(all.map(([, { connection }]) => connection.retire()));
  }

  dispose(): void {
    this.#store.dispose();
  }

  #connect(spec: ClientSpec, memory: SessionMemory): Connection {
    const { settings } = this.#facts;
    return makeConnection(
      this.#facts,
      {
        client: spec.client,
        journals: 'every-request',
        holdBudget: () => {
          const { holdBudget, patientHoldBudget } = settings().calls;
          return spec.isPatient ? Math.max(holdBudget, patientHoldBudget) : holdBudget;
        },
        // The server's own connection tells the same story, and one voice is enough for a person.
        events: { tellUser: nobody, leftBehind: nobody, taskLeft: nobody },
        isHistory: false,
      },
      memory,
    );
  }

  #steady(inner: ClientEnd, connection: Connection, memory: SessionMemory): SteadyEnd {
    const { ports, definition } = this.#facts;
    const { name } = definition();
    const fingerprint = fingerprintOf(definition());
    return new SteadyEnd({
      clock: ports.clock,
      inner,
      life: connection.life,
      server: name,
      offers: {
        load: () => ports.offers.load(name, fingerprint),
        save: (offer: ServerOffer) => ports.offers.save(name, fingerprint, offer),
      },
      welcome: (): JsonObject | null => memory.welcome,
      nudge: () => connection.dispatch({ kind: 'call-arrived', at: ports.clock.now() }),
      note: (request: RpcRequest) => memory.noteAnswer(request, accepted(request)),
    });
  }

  /** A program that said hello in an earlier life does not say it again. */
  #begin(connection: Connection, memory: SessionMemory, { hello }: ClientSpec): void {
    if (hello === null) return;
    if (memory.hello === null) memory.greet(hello);
    connection.dispatch({ kind: 'started', at: this.#facts.ports.clock.now() });
  }

  #detach(client: string): void {
    const before = this.#attached.get(client);
    if (!before) return;
    this.#forget(client, before);
    void before.connection.shutdown();
  }

  #forget(client: string, attached: Attached): void {
    if (this.#attached.get(client) !== attached) return;
    this.#attached.delete(client);
    this.#publish();
  }

  #publish(): void {
    const own = [...this.#attached.values()].map(({ watch }) => watch);
    this.#watches.set([...own, ...this.#members.values()]);
    this.#changed();
  }
}

/** The program's own id of a request. */
const ownText = (id: RpcId): readonly string[] => {
  const own = ownerOf(id)?.id;
  return typeof own === 'string' ? [own] : [];
};

const nobody = (): void => undefined;

/** A setting that was noted counts as made: the next session gets it. */
const accepted = ({ id }: RpcRequest) => ({ jsonrpc: '2.0' as const, id, result: {} });
