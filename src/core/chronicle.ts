// What is written down about servers over time, and what figures, views and the timeline are derived from. Values only, free of
// arguments, results, tokens and session ids. Not here: derivations (chronicle/), who writes it down (runtime/chronicler.ts),
// where it is kept (store) and its words (wording/chronicle.ts).
import type { Millis } from '../base/clock.ts';
import type { HistoryEntry } from './history.ts';
import type { FailureKind } from './connection/failure.ts';
import type { Cause } from './connection/state.ts';
import type { Unsaid } from './wording/unsaid.ts';

/** Every `at` is wall time; for what lasts, its beginning. Only a mark with a length is written down for its end (`MarkEntry`). */
interface OfServer {
  readonly serverId: string;
  readonly at: Millis;
}

/** The server's own connection went from one state to another, or tried once more (`from` and `to` are alike then). */
export interface TransitionEntry extends HistoryEntry {
  readonly kind: 'transition';
}

/** Which rung of the recovery ladder brought a connection back, the cheapest first. */
export type Rung =
  | 'resumed-stream'
  | 'same-session'
  | 'new-session'
  | 'restarted-process'
  | 'stateless';

/** What became of the calls that a loss met, of all clients of the server together. */
export interface CallToll {
  /** Waited, and went out afterwards. */
  readonly held: number;
  /** Sent a second time because that was safe. */
  readonly repeated: number;
  /** May have run; their callers were told so. */
  readonly unknown: number;
  /** Answered without having run. */
  readonly refused: number;
}

/** A loss that is over. `until - at` is the time lost. */
export interface RecoveryEntry extends OfServer {
  readonly kind: 'recovery';
  readonly until: Millis;
  /** The program whose connection it was; null for the server's own. */
  readonly client: string | null;
  /** What ended the good time before. */
  readonly cause: Cause;
  readonly failure: FailureKind | null;
  /** Technical detail of that failure in English, free of secrets. */
  readonly detail: string | null;
  /** The same, not yet said (wording/detail.ts). */
  readonly words?: Unsaid | undefined;
  readonly rung: Rung;
  readonly attempts: number;
  readonly calls: CallToll;
}

/** One look at the server, thinned: a steady server has one about every minute, a change is always kept. */
export interface HealthEntry extends OfServer {
  readonly kind: 'health';
  /** `health`: its health page; `ping`: a ping on the session. */
  readonly by: 'health' | 'ping';
  /** Null where it did not answer. */
  readonly latency: Millis | null;
  /** HTTP status; null for a ping, and where it did not answer. */
  readonly status: number | null;
  readonly uptimeSecs: number | null;
  /** Why it did not answer. */
  readonly failure: FailureKind | null;
}

/** A session was made, went on after a break, or ended. */
export interface SessionEntry extends OfServer {
  readonly kind: 'session';
  readonly what: 'new' | 'same' | 'ended';
  /** Shortened: a session id is a credential. Null where the server keeps no sessions. */
  readonly hint: string | null;
  readonly protocolVersion: string | null;
  readonly serverVersion: string | null;
}

/** How many calls took about so long: the index of a bucket (chronicle/latencies.ts) and a count. */
export type LatencyCount = readonly [bucket: number, count: number];

/** The calls that ended within a minute, of all clients. `at` is the beginning of the minute. */
export interface CallsEntry extends OfServer {
  readonly kind: 'calls';
  readonly count: number;
  /** Answered by the server with an error. */
  readonly errors: number;
  readonly held: number;
  readonly repeated: number;
  readonly unknown: number;
  readonly refused: number;
  /** Of the calls that were answered, as their callers saw it, in order of bucket. */
  readonly latencies: readonly LatencyCount[];
}

/**
 * `started`: a window opened. `reloaded`: it came back after a moment (`length`: how long it was away). `ended`: the window closed.
 * `slept`: the computer slept until then (`length`: for how long). `restarted`: the server was seen to be another run of itself.
 */
export type MarkWhat = 'started' | 'reloaded' | 'ended' | 'slept' | 'restarted';

export interface MarkEntry {
  readonly kind: 'mark';
  /** Null for what concerns every server. */
  readonly serverId: string | null;
  /** When it was noticed. What has a length was over then, and began `length` before; nothing of it could be written sooner. */
  readonly at: Millis;
  readonly what: MarkWhat;
  /** Null for what has no length, or one that is not known. */
  readonly length: Millis | null;
}

export type ChronicleEntry =
  | TransitionEntry
  | RecoveryEntry
  | HealthEntry
  | SessionEntry
  | CallsEntry
  | MarkEntry;

export type EntryKind = ChronicleEntry['kind'];

export type EntryOf<Kind extends EntryKind> = Extract<ChronicleEntry, { readonly kind: Kind }>;

/** For `filter`. */
export const isKind =
  <Kind extends EntryKind>(kind: Kind) =>
  (entry: ChronicleEntry): entry is EntryOf<Kind> =>
    entry.kind === kind;

/** Entries of one server: its own, and the marks of every server. */
export const isAbout =
  (serverId: string) =>
  (entry: ChronicleEntry): boolean =>
    entry.serverId === serverId || entry.serverId === null;
