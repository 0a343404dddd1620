// Reads a stored entry of the chronicle, trusting nothing: another version of the extension may have written it.
import * as z from 'zod/mini';
import type {
  CallsEntry,
  ChronicleEntry,
  EntryKind,
  HealthEntry,
  MarkEntry,
  RecoveryEntry,
  SessionEntry,
} from '../core/chronicle.ts';
import { type FailureKind, failureTraits } from '../core/connection/failure.ts';
import type { Cause } from '../core/connection/state.ts';
import { causes, isHistoryEntry, shorten, wordsIn } from './historyEntry.ts';
import { isObject } from '../core/rpc.ts';

const wordOf = <Word extends string>(table: Readonly<Record<Word, unknown>>) =>
  z.custom<Word>((value) => typeof value === 'string' && Object.hasOwn(table, value));

const aText = z.nullable(z.string());
const aNumber = z.nullable(z.number());
const aCount = z.int().check(z.gte(0));
const aFailure = z.nullable(wordOf<FailureKind>(failureTraits));
const someWords = z.pipe(z.optional(z.unknown()), z.transform(wordsIn));
const ofServer = { serverId: z.string(), at: z.number() };

const recovery: z.ZodMiniType<RecoveryEntry> = z.object({
  kind: z.literal('recovery'),
  ...ofServer,
  until: z.number(),
  client: aText,
  cause: wordOf<Cause>(causes),
  failure: aFailure,
  detail: aText,
  words: someWords,
  rung: z.enum(['resumed-stream', 'same-session', 'new-session', 'restarted-process', 'stateless']),
  attempts: aCount,
  calls: z.object({ held: aCount, repeated: aCount, unknown: aCount, refused: aCount }),
});

const health: z.ZodMiniType<HealthEntry> = z.object({
  kind: z.literal('health'),
  ...ofServer,
  by: z.enum(['health', 'ping']),
  latency: aNumber,
  status: aNumber,
  uptimeSecs: aNumber,
  failure: aFailure,
});

const session: z.ZodMiniType<SessionEntry> = z.object({
  kind: z.literal('session'),
  ...ofServer,
  what: z.enum(['new', 'same', 'ended']),
  hint: aText,
  protocolVersion: aText,
  serverVersion: aText,
});

const calls: z.ZodMiniType<CallsEntry> = z.object({
  kind: z.literal('calls'),
  ...ofServer,
  count: aCount,
  errors: aCount,
  held: aCount,
  repeated: aCount,
  unknown: aCount,
  refused: aCount,
  latencies: z.array(z.tuple([aCount, aCount])),
});

const mark: z.ZodMiniType<MarkEntry> = z.object({
  kind: z.literal('mark'),
  serverId: aText,
  at: z.number(),
  what: z.enum(['started', 'reloaded', 'ended', 'slept', 'restarted']),
  length: aNumber,
});

type OtherKind = Exclude<EntryKind, 'transition'>;

// Found by the kind: thousands of entries are read at a time, and trying one shape after the other takes three times as long.
const shapes: Readonly<Record<OtherKind, z.ZodMiniType<ChronicleEntry>>> = {
  recovery,
  health,
  session,
  calls,
  mark,
};

const hasShape = (kind: unknown): kind is OtherKind =>
  typeof kind === 'string' && Object.hasOwn(shapes, kind);

const readEntry = (value: unknown): ChronicleEntry | null => {
  if (!isObject(value)) return null;
  const { kind } = value;
  if (kind === 'transition')
    return isHistoryEntry(value) ? { ...value, words: wordsIn(value.words), kind } : null;
  const read = hasShape(kind) ? shapes[kind].safeParse(value) : null;
  return read?.success === true ? read.data : null;
};

/** Null for anything that is not an entry as this version knows it. */
export const parseChronicle = (json: string): ChronicleEntry | null => {
  try {
    return readEntry(JSON.parse(json));
  } catch {
    // Not JSON: one line less to show is all the harm.
    return null;
  }
};

/** As it is kept: what a server says in a failure may be as long as it likes. */
export const shortened = (entry: ChronicleEntry): ChronicleEntry => {
  if (entry.kind === 'transition') return { ...shorten(entry), kind: 'transition' };
  return entry.kind === 'recovery' ? { ...shorten(entry), kind: 'recovery' } : entry;
};
