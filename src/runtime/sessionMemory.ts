// What we remember of a server's session while it runs, and what of it is written down for the next reload.
// Not here: the shape and its migrations (core/record.ts), and where it is kept (store).
import type { Clock } from '../base/clock.ts';
import { Source, whenever } from '../base/signal.ts';
import type { HealthReading } from '../core/connection/health.ts';
import { isObject, type JsonObject, type RpcRequest, type RpcResponse } from '../core/rpc.ts';
import { newRecord, reserve, type RunMark, type SessionRecord } from '../core/record.ts';
import type { RecordStore, SessionRef, StreamName } from './ports.ts';

export interface SessionMemoryDeps {
  readonly store: RecordStore;
  readonly clock: Clock;
  readonly serverId: string;
  readonly client: string;
  readonly fingerprint: string;
}

/** Streams without an answer can pile up on a server that never ends them; the oldest cursor goes. */
const maxCursors = 200;
/** More than this many subscriptions are no longer restored, oldest first. */
const maxSubscriptions = 1000;

export class SessionMemory {
  readonly #deps: SessionMemoryDeps;
  readonly record: Source<SessionRecord>;
  /** An earlier life has spoken with this very server. */
  readonly isInherited: boolean;
  /** Counts the sessions of this connection: a cursor or a call belongs to one of them. */
  sessionNumber = 0;

  constructor(deps: SessionMemoryDeps) {
    this.#deps = deps;
    const stored = deps.store.load(deps.serverId, deps.client);
    const isSame = stored && stored.fingerprint === deps.fingerprint;
    this.isInherited = isSame === true;
    this.record = new Source(isSame && stored.status !== 'expired' ? stored : this.#blank());
  }

  get serverId(): string {
    return this.#deps.serverId;
  }

  get client(): string {
    return this.#deps.client;
  }

  #blank(): SessionRecord {
    const { serverId, client, fingerprint, clock } = this.#deps;
    return newRecord({ serverId, client, fingerprint, at: clock.now() });
  }

  #write(change: Partial<SessionRecord>): void {
    const record: SessionRecord = {
      ...this.record.value,
      ...change,
      lastActive: this.#deps.clock.now(),
    };
    this.record.set(record);
    this.#deps.store.save(record);
  }

  /** The session to go back to, or null where there is none. */
  get session(): SessionRef | null {
    const { sessionId, protocolVersion } = this.record.value;
    return sessionId === null ? null : { id: sessionId, protocolVersion };
  }

  get hello(): JsonObject | null {
    return this.record.value.hello;
  }

  get welcome(): JsonObject | null {
    return this.record.value.welcome;
  }

  /** What the server can do, as its `initialize` result said; empty before the first. */
  get capabilities(): JsonObject {
    const capabilities = this.welcome?.['capabilities'];
    return isObject(capabilities) ? capabilities : {};
  }

  /** The client's params, as soon as it has said hello; rejects when `signal` is aborted before. */
  async greeting(signal: AbortSignal): Promise<JsonObject> {
    const { hello } = await whenever(this.record, (record) => record.hello !== null, signal);
    return hello ?? {};
  }

  greet(hello: JsonObject): void {
    this.#write({ hello });
  }

  /** A handshake made a new session (or none, on a server without sessions). */
  opened(session: SessionRef, welcome: JsonObject): void {
    this.sessionNumber += 1;
    this.#write({
      sessionId: session.id,
      protocolVersion: session.protocolVersion,
      welcome,
      cursors: {},
      // The marks of the run before say nothing about this session.
      run: null,
      created: this.#deps.clock.now(),
      status: 'active',
    });
  }

  resumed(): void {
    this.#write({ status: 'active', recoveries: this.record.value.recoveries + 1 });
  }

  renewed(): void {
    this.#write({ recoveries: this.record.value.recoveries + 1 });
  }

  /** The server was restarted, and whether it still knows the session must be proven before it is used again. */
  get isDoubted(): boolean {
    return this.record.value.status === 'doubted';
  }

  lost(): void {
    if (this.record.value.status === 'active') this.#write({ status: 'disconnected' });
  }

  /** The session ended for good: by the user, or by the server's own word. What a new one needs is kept. */
  forget(): void {
    this.#write({ sessionId: null, cursors: {}, status: 'disconnected', run: null });
  }

  /** What the entry means with everything filled in; nothing else may go on with the session than what began it. */
  means(meaning: string): void {
    const { meaning: before, fingerprint } = this.record.value;
    // An entry in which nothing is open means what it says.
    if ((before ?? fingerprint) === meaning) return;
    this.#write({ meaning });
    this.forget();
  }

  cursor(stream: StreamName, cursor: string | null): void {
    const { [stream]: _, ...others } = this.record.value.cursors;
    if (cursor === null) {
      if (stream in this.record.value.cursors) this.#write({ cursors: others });
      return;
    }
    const kept = Object.entries(others).slice(-(maxCursors - 1));
    this.#write({ cursors: { ...Object.fromEntries(kept), [stream]: cursor } });
  }

  cursorOf(stream: StreamName): string | null {
    return this.record.value.cursors[stream] ?? null;
  }

  /** Keeps the stored counter ahead of every id in use (spec, basic: an id is never used twice in a session). */
  idsUsedUpTo(nextId: number): void {
    const ceiling = reserve(this.record.value.nextId, nextId);
    if (ceiling !== this.record.value.nextId) this.#write({ nextId: ceiling });
  }

  /** An answered request that set something on the session which a new one must have too. */
  noteAnswer(request: RpcRequest, response: RpcResponse): void {
    if ('error' in response) return;
    const uri = request.params?.['uri'];
    const level = request.params?.['level'];
    if (request.method === 'logging/setLevel' && typeof level === 'string')
      this.#write({ logLevel: level });
    else if (typeof uri !== 'string') return;
    else if (request.method === 'resources/subscribe') this.#setSubscribed(uri, true);
    else if (request.method === 'resources/unsubscribe') this.#setSubscribed(uri, false);
  }

  #setSubscribed(uri: string, subscribed: boolean): void {
    const others = this.record.value.subscriptions.filter((other) => other !== uri);
    this.#write({ subscriptions: subscribed ? [...others, uri].slice(-maxSubscriptions) : others });
  }

  /** `restarted`: by another process than the mark before. The new mark hides that from whoever compares next. */
  markRun(reading: HealthReading, restarted: boolean): void {
    const { uptimeSecs, version, instanceId } = reading.body;
    const run: RunMark = { at: reading.at, uptimeSecs, version, instanceId };
    const before = this.record.value.run;
    if (restarted && this.session) this.#write({ status: 'doubted' });
    this.record.set({ ...this.record.value, run });
    // Uptime grows with every answer; only another run of the server is worth a write at once.
    if (before?.version !== version || before.instanceId !== instanceId) this.#write({});
  }
}
