// The programs that use one server through the gateway, each with a connection of its own or all with the server's. What a person
// does to the server is done to all of them. Not here: who they are (gateway) and how they are answered while the server is
// away (steadyEnd.ts).
import { type Disposable, Store, toDisposable } from '../base/disposable.ts';
import { type Signal, Source } from '../base/signal.ts';
import { offeredAnswer } from '../core/calls/answers.ts';
import { originOf } from '../core/calls/offering.ts';
import type { ConnectionEvent } from '../core/connection/state.ts';
import { fingerprintOf } from '../core/record.ts';
import { type JsonObject, resultOf, type RpcId, type RpcRequest } from '../core/rpc.ts';
import type { ServerOffer } from './gatewayPorts.ts';
import type { CallDesk } from './callDesk.ts';
import type { ClientEnd } from './clientEnd.ts';
import type { AttachedClient, ClientSpec } from './clients.ts';
import type { Connection } from './connection.ts';
import type { ServerCalls } from './serverCalls.ts';
import { makeConnection, memoryOf, type ServerFacts } from './serverConnection.ts';
import type { SessionMemory } from './sessionMemory.ts';
import type { SharedConnection } from './sharedConnection.ts';
import { ownerOf, sharedId } from './sharedIds.ts';
import { SteadyEnd } from './steadyEnd.ts';
import type { ClientWatch, UserNotice } from './watch.ts';

/** The server's own connection, where all of them use that. */
export interface SharedUse {
  readonly connection: Connection;
  readonly memory: SessionMemory;
  readonly clients: SharedConnection;
}

export interface ServerClientsDeps {
  readonly facts: ServerFacts;
  /** Of everybody at this server. */
  readonly calls: ServerCalls;
  /** The calls of the server's own connection: those that a person decides about are there. */
  readonly own: CallDesk;
  readonly shared: SharedUse | null;
  /** A person has stopped the server, and nobody starts it but a person. */
  readonly isStopped: () => boolean;
  /** The connection of a program needs somebody. */
  readonly troubled: (label: string, about: UserNotice['about']) => void;
  /** The program is there, and comes for its calls. */
  readonly isBack: (client: string) => void;
}

interface Present {
  readonly watch: ClientWatch;
  /** Everything of it, ended with it. */
  readonly life: Store;
  /** Null where it uses the server's own. */
  readonly connection: Connection | null;
}

export class ServerClients implements Disposable {
  readonly #deps: ServerClientsDeps;
  readonly #store = new Store();
  readonly #present = new Map<string, Present>();
  readonly #watches = this.#store.add(new Source<readonly ClientWatch[]>([]));

  constructor(deps: ServerClientsDeps) {
    this.#deps = deps;
  }

  get watches(): Signal<readonly ClientWatch[]> {
    return this.#watches;
  }

  /** Whether a connection of one of them has the call of that journal key. */
  isKnown(key: string): boolean {
    return this.#connections.some(({ calls }) => calls.isKnown(key));
  }

  /** A program that comes again while it is still here takes the place of its former self. */
  attach(spec: ClientSpec): AttachedClient {
    this.#end(spec.client);
    const { shared } = this.#deps;
    return shared ? this.#attachShared(spec, shared) : this.#attachOwn(spec);
  }

  dispatch(event: ConnectionEvent): void {
    for (const connection of this.#connections) connection.dispatch(event);
  }

  woke(): void {
    for (const connection of this.#connections) connection.woke();
  }

  /** Their sessions stay alive at the server. `tell`: each is told that this end is over. */
  async shutdown(tell: boolean): Promise<void> {
    await this.#endAll((connection) => connection.shutdown(tell));
  }

  /** The server was removed or redefined: their sessions are ended too, and each is told that this end is over. */
  async retire(): Promise<void> {
    const { ports, definition } = this.#deps.facts;
    const clients = [...this.#present.keys()];
    const ended = this.#endAll((connection) => connection.retire());
    // Only now: ending a session is written down in its record.
    for (const client of clients) ports.records.remove(definition().name, client);
    await ended;
  }

  dispose(): void {
    for (const client of [...this.#present.keys()]) this.#end(client);
    this.#store.dispose();
  }

  get #connections(): readonly Connection[] {
    return [...this.#present.values()].flatMap(({ connection }) => connection ?? []);
  }

  #attachOwn(spec: ClientSpec): AttachedClient {
    const { client } = spec;
    const life = new Store();
    const memory = memoryOf(this.#deps.facts, client);
    const connection = life.add(this.#connect(spec, memory));
    const note = (request: RpcRequest): void => connection.owed.add(request);
    const steady = life.add(this.#steady(connection.end, connection, memory, note));
    life.add(this.#deps.calls.add(connection.calls));
    const { calls } = connection;
    const watch: ClientWatch = { label: spec.label, life: connection.life, calls: calls.load };
    const present: Present = { watch, life, connection };
    this.#enter(client, present);
    this.#begin(connection, memory, spec);
    return {
      end: steady.end,
      life: connection.life,
      claim: (taken) => {
        const taking = (request: RpcRequest): void => {
          steady.taking(request);
          taken?.(request);
        };
        const claimed = calls
          .claim({ isTheirs: () => true, taking })
          .filter((id) => typeof id === 'string');
        this.#tellOffered(client, calls, (id) => id);
        return claimed;
      },
      leave: async () => {
        if (this.#present.get(client) !== present) return life.dispose();
        this.#leaveRoom(client);
        calls.release();
        const ended = connection.retire();
        life.dispose();
        // What it had at the server is forgotten, whatever the server says to that.
        this.#forget(client);
        await ended;
      },
      dispose: () => this.#end(client, present),
    };
  }

  #attachShared(spec: ClientSpec, { connection, memory, clients }: SharedUse): AttachedClient {
    const { client, label, hello } = spec;
    const life = new Store();
    const wishes = memoryOf(this.#deps.facts, client);
    const { logLevel, subscriptions } = wishes.record.value;
    const note = (asked: RpcRequest): void => wishes.noteAnswer(asked, resultOf(asked.id, {}));
    const member = life.add(clients.join(client, { level: logLevel, uris: subscriptions, note }));
    const noteForAll = (request: RpcRequest): void => {
      const noted = member.note(request);
      if (noted) connection.owed.add(noted);
    };
    const steady = life.add(this.#steady(member.end, connection, memory, noteForAll));
    const watch: ClientWatch = { label, life: connection.life, calls: member.load };
    const present: Present = { watch, life, connection: null };
    this.#enter(client, present);
    if (hello !== null) member.greet(hello);
    const { calls } = connection;
    const isTheirs = (id: RpcId): boolean => ownerOf(id)?.client === client;
    return {
      end: steady.end,
      life: connection.life,
      claim: (taken) => {
        const taking = (request: RpcRequest): void => {
          member.take(request);
          const own = { ...request, id: ownerOf(request.id)?.id ?? request.id };
          steady.taking(own);
          taken?.(own);
        };
        const claimed = calls.claim({ isTheirs, taking });
        this.#tellOffered(client, calls, (id) => sharedId(client, id));
        return claimed.flatMap(ownText);
      },
      leave: async () => {
        if (this.#present.get(client) !== present) return life.dispose();
        this.#leaveRoom(client);
        calls.release(isTheirs);
        member.leave();
        life.dispose();
        this.#forget(client);
      },
      dispose: () => this.#end(client, present),
    };
  }

  /** Calls that a person decides about now, because their program was away for long: it is told so, once. */
  #tellOffered(client: string, calls: CallDesk, asId: (id: RpcId) => RpcId): void {
    this.#deps.isBack(client);
    for (const entry of this.#deps.own.orphans.disown(client)) {
      const origin = originOf(entry);
      if (origin) calls.answer(offeredAnswer(asId(origin.id), entry));
    }
  }

  #connect({ client, isPatient, label }: ClientSpec, memory: SessionMemory): Connection {
    const { facts, troubled } = this.#deps;
    const holdBudget = (): number => {
      const { holdBudget: usual, patientHoldBudget } = facts.settings().calls;
      return isPatient ? Math.max(usual, patientHoldBudget) : usual;
    };
    // What is left behind is claimed by the program itself, or offered by the server's own connection.
    const events = {
      tellUser: (about: UserNotice['about']) => troubled(label, about),
      leftBehind: nobody,
      taskLeft: nobody,
    };
    const always = { hears: () => true, journals: 'every-request' } as const;
    return makeConnection(facts, { client, label, holdBudget, events, ...always }, memory);
  }

  #steady(
    inner: ClientEnd,
    connection: Connection,
    memory: SessionMemory,
    note: (request: RpcRequest) => void,
  ): SteadyEnd {
    const { ports, definition } = this.#deps.facts;
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
      note,
    });
  }

  /** A program that said hello in an earlier life does not say it again. */
  #begin(connection: Connection, memory: SessionMemory, { hello }: ClientSpec): void {
    const { facts, isStopped } = this.#deps;
    const at = facts.ports.clock.now();
    if (hello !== null && memory.hello === null) memory.greet(hello);
    if (isStopped()) connection.dispatch({ kind: 'stop-asked', at });
    else if (hello !== null) connection.dispatch({ kind: 'started', at });
  }

  #enter(client: string, present: Present): void {
    this.#present.set(client, present);
    present.life.add(toDisposable(() => this.#leaveRoom(client, present)));
    this.#publish();
  }

  #leaveRoom(client: string, present = this.#present.get(client)): void {
    if (present === undefined || this.#present.get(client) !== present) return;
    this.#present.delete(client);
    this.#publish();
  }

  /** It goes without a word; what it waits for is kept. */
  #end(client: string, present = this.#present.get(client)): void {
    if (!present) return;
    this.#leaveRoom(client, present);
    void present.connection?.shutdown();
    present.life.dispose();
  }

  async #endAll(end: (connection: Connection) => Promise<void>): Promise<void> {
    const all = [...this.#present.values()];
    this.#present.clear();
    const ended = all.flatMap(({ connection }) => (connection ? [end(connection)] : []));
    for (const { life } of all) life.dispose();
    await Promise.all(ended);
  }

  #forget(client: string): void {
    const { ports, definition } = this.#deps.facts;
    ports.records.remove(definition().name, client);
  }

  #publish(): void {
    if (this.#store.isDisposed) return;
    this.#watches.set([...this.#present.values()].map(({ watch }) => watch));
  }
}

/** The program's own id of a request. */
const ownText = (id: RpcId): readonly string[] => {
  const own = ownerOf(id)?.id;
  return typeof own === 'string' ? [own] : [];
};

const nobody = (): void => undefined;
