// The sessions of all clients: which one a request belongs to. One that is stored is taken up where it was left; an id that
// nobody knows is adopted, because most clients are lost when they are told that their session is; only what its own client
// ended is refused. Bounded in number, and those that rest give their connections back.
// Not here: what a session does (session.ts), and statuses (endpoint.ts).
import { randomBytes, randomUUID } from 'node:crypto';
import type { Millis } from '../base/clock.ts';
import { type Disposable, Store } from '../base/disposable.ts';
import { Emitter, type Signal } from '../base/signal.ts';
import type { JsonObject } from '../core/rpc.ts';
import type { EventLog, GatewaySession, GatewaySessionStore } from '../runtime/gatewayPorts.ts';
import type { Log } from '../runtime/ports.ts';
import { forgetStored } from './forgetting.ts';
import { leastMissed } from './leastMissed.ts';
import type { McpHeaders } from './mcpRequest.ts';
import { assumedVersion } from './offline.ts';
import { Session, type SessionPorts } from './session.ts';
import { labelOf, type Origin } from './sessionClient.ts';

export interface SessionLimits {
  readonly maxSessions: number;
  readonly idleAfter: Millis;
  /** Rows of clients that were not heard of for so long are forgotten. */
  readonly ttl: Millis;
}

export interface SessionsPorts extends Omit<SessionPorts, 'save' | 'changed' | 'nonce'> {
  readonly log: SessionPorts['log'] & Pick<EventLog, 'dropAll'>;
  readonly store: GatewaySessionStore;
  readonly limits: () => SessionLimits;
  readonly report: Pick<Log, 'warn'>;
}

/** A session as a screen may see it. Its id is a credential of sorts, and stays here. */
export interface SessionView {
  readonly label: string;
  readonly server: string;
  readonly connected: boolean;
  readonly created: Millis;
  readonly lastSeen: Millis;
}

export type FoundSession =
  | { readonly kind: 'found'; readonly session: Session }
  /** Its client ended it, or it is another server's. */
  | { readonly kind: 'over' }
  | { readonly kind: 'no-server' };

/** Ended ones that are still told from unknown ones. */
const mostEnded = 1000;

const over: FoundSession = { kind: 'over' };

export class Sessions implements Disposable {
  readonly #ports: SessionsPorts;
  readonly #store = new Store();
  readonly #changed = this.#store.add(new Emitter<readonly SessionView[]>());
  readonly #sessionPorts: SessionPorts;
  /** All that is stored, oldest first. */
  readonly #rows = new Map<string, GatewaySession>();
  readonly #ended = new Set<string>();
  readonly #live = new Map<string, Session>();
  readonly #life = randomBytes(6).toString('base64url');
  #count = 0;

  constructor(ports: SessionsPorts) {
    this.#ports = ports;
    this.#sessionPorts = {
      ...ports,
      nonce: () => `${this.#life}${(this.#count++).toString(36)}`,
      // One that was dropped meanwhile must not come back by it.
      save: (row) => {
        if (this.#rows.has(row.id)) this.#save(row);
      },
      changed: () => this.#tell(),
    };
    for (const row of ports.store.all()) this.#keep(row);
    this.#store.add(
      ports.directory.names.onChange(() => {
        for (const session of this.#live.values()) session.directoryChanged();
      }),
    );
  }

  /** For views and health; read at the moment it is asked. */
  get views(): Signal<readonly SessionView[]> {
    const read = (): readonly SessionView[] => this.#views();
    return {
      get value() {
        return read();
      },
      onChange: (listener) => this.#changed.on(listener),
    };
  }

  /** The session of a request that carries an id. */
  find(server: string, id: string, headers: McpHeaders): FoundSession {
    const live = this.#live.get(id);
    if (live) return live.row.server === server ? { kind: 'found', session: live } : over;
    const row = this.#stored(id);
    if (row?.ended === true) return over;
    if (row) return row.server === server ? this.#wake(row, headers) : over;
    return this.#adopt(server, id, headers);
  }

  /** A session for a client that says hello; null where there is no such server. */
  greet(server: string, hello: JsonObject, headers: McpHeaders): Session | null {
    const wanted = hello['protocolVersion'];
    const version = typeof wanted === 'string' ? wanted : assumedVersion;
    const row = this.#newRow({ id: randomUUID(), server, hello, protocolVersion: version });
    return this.#begin(row, 'greeting', headers);
  }

  /** Its client does not need it any more. False: it is no session of this server. */
  end(server: string, id: string, headers: McpHeaders): boolean {
    const row = this.#live.get(id)?.row ?? this.#stored(id);
    if (row?.ended === true) return false;
    // Some clients end what was forgotten long ago (Codex, Copilot, Qwen): that is done.
    if (!row) return true;
    if (row.server !== server) return false;
    const session = this.#live.get(id) ?? this.#make(row, 'stored', headers);
    this.#drop(id);
    this.#remember({ ...row, ended: true });
    this.#leave(session);
    return true;
  }

  /** It never came to be: its client hung up on the greeting. */
  abandon(session: Session): void {
    const { id } = session.row;
    this.#drop(id);
    this.#ports.store.remove(id);
    this.#leave(session);
  }

  /** Looks after those that rest, and those that nobody will miss. False: none is left. */
  sweep(): boolean {
    const { clock, limits, store } = this.#ports;
    const { idleAfter, ttl } = limits();
    for (const session of this.#live.values()) {
      if (session.isConnected) session.touch();
      else if (clock.now() - session.row.lastSeen > idleAfter) this.#rest(session);
    }
    for (const [id, { lastSeen }] of this.#rows) {
      if (this.#live.has(id) || clock.now() - lastSeen <= ttl) continue;
      this.#rows.delete(id);
      this.#ended.delete(id);
      store.remove(id);
    }
    return this.#rows.size > 0;
  }

  /** A person wants those forgotten that rest. Returns how many there were. */
  forgetResting(): number {
    const inUse = new Set([...this.#live.values()].map(({ row }) => row.client));
    const { ids, usable } = forgetStored(this.#ports, inUse);
    for (const id of ids) {
      this.#rows.delete(id);
      this.#ended.delete(id);
    }
    this.#tell();
    return usable;
  }

  /** Requests of some client are not answered yet. */
  get isBusy(): boolean {
    return [...this.#live.values()].some((session) => session.isBusy);
  }

  /** This life ends; the sessions go on in the next. */
  stop(): void {
    for (const session of this.#live.values()) this.#rest(session);
    this.dispose();
  }

  dispose(): void {
    this.#store.dispose();
    for (const session of this.#live.values()) session.dispose();
    this.#live.clear();
  }

  #views(): readonly SessionView[] {
    const rows = [...this.#rows.values()].filter(({ ended }) => !ended);
    return rows.map(({ id, hello, server, created, lastSeen }) => {
      const live = this.#live.get(id);
      const connected = live?.isConnected ?? false;
      const seen = live?.row.lastSeen ?? lastSeen;
      return { label: labelOf(hello), server, connected, created, lastSeen: seen };
    });
  }

  #tell(): void {
    this.#changed.emit(this.#views());
  }

  #newRow(about: Pick<GatewaySession, 'id' | 'server' | 'hello' | 'protocolVersion'>) {
    const now = this.#ports.clock.now();
    // Random, so that a session that was forgotten can never meet what another one left behind.
    const client = `gateway-${randomBytes(9).toString('base64url')}`;
    return { ...about, client, created: now, lastSeen: now, ended: false };
  }

  #adopt(server: string, id: string, headers: McpHeaders): FoundSession {
    const protocolVersion = headers.protocolVersion ?? assumedVersion;
    const row = this.#newRow({ id, server, hello: null, protocolVersion });
    const session = this.#begin(row, 'stranger', headers);
    if (!session) return { kind: 'no-server' };
    this.#save(session.row);
    return { kind: 'found', session };
  }

  #wake(row: GatewaySession, headers: McpHeaders): FoundSession {
    const session = this.#make(row, 'stored', headers);
    this.#live.set(row.id, session);
    session.attach();
    return { kind: 'found', session };
  }

  #begin(row: GatewaySession, origin: Origin, headers: McpHeaders): Session | null {
    const session = this.#make(row, origin, headers);
    if (!session.attach()) {
      session.dispose();
      return null;
    }
    this.#makeRoom();
    this.#keep(row);
    this.#live.set(row.id, session);
    this.#tell();
    return session;
  }

  #make(row: GatewaySession, origin: Origin, headers: McpHeaders): Session {
    return new Session(row, origin, headers.entry, this.#sessionPorts);
  }

  #save(row: GatewaySession): void {
    this.#rows.set(row.id, row);
    this.#ports.store.save(row);
  }

  /** The rows of a window that has ended come with its place, after this one began. */
  #stored(id: string): GatewaySession | null {
    const known = this.#rows.get(id);
    if (known) return known;
    const row = this.#ports.store.load(id);
    if (row) this.#keep(row);
    return row;
  }

  /** From now on there is somebody to be looked after. */
  #keep(row: GatewaySession): void {
    this.#rows.set(row.id, row);
    this.#ports.streams.keepBeating();
    if (row.ended) this.#ended.add(row.id);
  }

  #remember(row: GatewaySession): void {
    this.#save(row);
    this.#ended.add(row.id);
    const [oldest] = this.#ended;
    if (this.#ended.size <= mostEnded || oldest === undefined) return;
    this.#ended.delete(oldest);
    this.#rows.delete(oldest);
    this.#ports.store.remove(oldest);
  }

  #drop(id: string): void {
    this.#live.delete(id);
    this.#rows.delete(id);
    this.#tell();
  }

  #rest(session: Session): void {
    const { row } = session;
    this.#live.delete(row.id);
    this.#save(row);
    session.rest();
  }

  #leave(session: Session): void {
    session.leave().catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      this.#ports.report.warn(`A session of a client could not be ended in order: ${reason}`);
    });
  }

  /** One more comes: the one that is missed least goes, if there are as many as there may be. */
  #makeRoom(): void {
    while (this.#rows.size - this.#ended.size >= this.#ports.limits().maxSessions) {
      const least = leastMissed(this.#rows.values(), this.#live);
      if (!least) return;
      const session = this.#live.get(least.id);
      this.#drop(least.id);
      this.#ports.store.remove(least.id);
      if (session) this.#leave(session);
    }
  }
}
