// What the gateway must be given to keep its word over its own death: the events of its streams, its sessions, what each
// server last said of itself, and where its door was. All synchronous, as SQLite is: "stored before anything else happens"
// is what the promises rest on. Not here: who implements them (store) and who uses them (gateway, steadyEnd.ts).
import type { Millis } from '../base/clock.ts';
import type { Signal } from '../base/signal.ts';
import type { Written } from '../core/resultText.ts';
import type { JsonObject, RpcMessage } from '../core/rpc.ts';
import type { Reason } from '../core/wording/detail.ts';

/** One stored event of a stream. `message` is null for a priming event, which has an id and no data. */
export interface StoredEvent {
  readonly id: string;
  readonly message: RpcMessage | null;
}

/**
 * The events of streams that clients may still have to be told. Bounded by age, by count per stream and by bytes; what does
 * not fit any more is dropped, oldest first. Ids are unique over all streams, grow within one, and are never used again.
 */
export interface EventLog {
  /**
   * Keeps an event and returns its id. When it returns, the event would survive the death of this process. `json`: the message as
   * JSON, from a caller who has it already, so that a large one is turned into text only once. `sent`: an id that `mark` gave for
   * this stream, under which its readers were sent the event before. It gets its place and is there for everybody at once, but is
   * written down when this turn of the event loop is over, or earlier, before the journal forgets the call that it answers.
   */
  append(streamId: string, message: RpcMessage | null, json?: Written, sent?: string): string;
  /**
   * An id that stands before everything that this stream will hold, and costs nothing: nothing is kept of it. The log does not
   * know it, in this life or the next; but it names its stream, and whoever comes back with it is owed the whole of it.
   */
  mark(streamId: string): string;
  /** What a stream got after an event, in order; null asks from its beginning. */
  readAfter(streamId: string, eventId: string | null): readonly StoredEvent[];
  /** The stream of an event; null where the event, or that stream, is not known any more. */
  streamOf(eventId: string): string | null;
  /** Forgets a stream: nobody can resume it any more. */
  drop(streamId: string): void;
  /** Forgets every stream that is not to be kept. */
  dropAll(isKept: (streamId: string) => boolean): void;
  readonly status: Signal<EventLogStatus>;
  /** Writes, reads back and drops a stream of its own, in the store in use. Rejects never. */
  selfTest(): Promise<EventLogTest>;
}

export type EventLogTest =
  | { readonly kind: 'ok'; readonly tookMs: Millis }
  | ({ readonly kind: 'failed' } & Reason);

export interface EventLogStatus {
  /** What the user asked for, and what is in use now. They differ while Redis cannot be reached. */
  readonly wanted: 'memory' | 'sqlite' | 'redis';
  readonly used: 'memory' | 'sqlite' | 'redis';
  /** Why `used` is not `wanted`, without credentials; null while they are the same. */
  readonly fallback: ({ readonly since: Millis } & Reason) | null;
  readonly events: number;
  readonly bytes: number;
}

/** A client's session at the gateway. */
export interface GatewaySession {
  /** `Mcp-Session-Id`. A credential of sorts. */
  readonly id: string;
  readonly server: string;
  /** Under which records and journal of this client are kept; unlike the id it is no credential. */
  readonly client: string;
  /** Params of its `initialize`; null for a client that came with an id we did not know. */
  readonly hello: JsonObject | null;
  /** What it was told in answer. */
  readonly protocolVersion: string;
  readonly created: Millis;
  readonly lastSeen: Millis;
  /** Its client ended it with DELETE: the id is good for nothing any more. */
  readonly ended: boolean;
}

export interface GatewaySessionStore {
  load(id: string): GatewaySession | null;
  save(session: GatewaySession): void;
  all(): readonly GatewaySession[];
  remove(id: string): void;
}

/** What a server last said of itself: enough to welcome a client while the server is away. */
export interface ServerOffer {
  /** Its `initialize` result. */
  readonly welcome: JsonObject;
  /** The results of its lists, by method, whole: `tools/list` and so on. */
  readonly lists: Readonly<Record<string, JsonObject>>;
}

export interface OfferStore {
  /** Null where nothing is known, or only of another definition. */
  load(serverId: string, fingerprint: string): ServerOffer | null;
  save(serverId: string, fingerprint: string, offer: ServerOffer): void;
}

/** How the gateway was missed before. */
export interface Away {
  /** When its last life ended in order, in wall time; null where one runs, or none has said goodbye. */
  readonly endedAt: Millis | null;
  /** How long its clients were without it, the newest last. */
  readonly absences: readonly Millis[];
}

/** Where the gateway was found last, so that it is found there again, and how long it uses to be away. */
export interface DoorStore {
  loadPort(): number | null;
  savePort(port: number): void;
  loadAway(): Away;
  saveAway(away: Away): void;
}
