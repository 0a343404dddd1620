// Reads a stored entry of the journal, trusting nothing: another version of the extension may have written it. Not here:
// what becomes of one that cannot be read (journalTable.ts).
import * as z from 'zod/mini';
import type { JournalEntry } from '../core/calls/journal.ts';
import { type FailureKind, failureTraits } from '../core/connection/failure.ts';
import { type RpcMessage, asMessage, isRequest, isResponse } from '../core/rpc.ts';
import { wordsIn } from './historyEntry.ts';

const aMessage = <T extends RpcMessage>(isWanted: (message: RpcMessage) => message is T) =>
  z.pipe(
    z.unknown(),
    z.transform((value, { issues }): T => {
      const message = asMessage(value);
      if (message !== undefined && isWanted(message)) return message;
      issues.push({ code: 'custom', input: value, message: 'not such a message' });
      return z.NEVER;
    }),
  );

const aText = z.nullable(z.string());
const aCount = z.int().check(z.gte(0));
const aFailure = z.object({
  kind: z.custom<FailureKind>(
    (value) => typeof value === 'string' && Object.hasOwn(failureTraits, value),
  ),
  detail: z.string(),
  words: z.pipe(z.optional(z.unknown()), z.transform(wordsIn)),
  status: z.nullable(z.number()),
  retryAfter: z.nullable(z.number()),
});

const at = z.number();
const aPhase = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('held') }),
  z.object({
    kind: z.literal('sent'),
    at,
    upstreamId: aCount,
    sessionId: aText,
    cursor: aText,
    isRepeat: z.optional(z.boolean()),
  }),
  z.object({ kind: z.literal('task'), at, taskId: z.string(), pollAfter: z.number() }),
  z.object({ kind: z.literal('unknown'), at, failure: aFailure }),
  z.object({ kind: z.literal('answered'), at, response: aMessage(isResponse) }),
]);

const entryShape = z.object({
  key: z.string(),
  serverId: z.string(),
  client: z.string(),
  clientId: z.union([z.string(), z.number()]),
  request: aMessage(isRequest),
  arrivedAt: z.number(),
  phase: aPhase,
});

export type ParsedEntry =
  | { readonly kind: 'ok'; readonly entry: JournalEntry }
  /** `reason` quotes nothing of the entry: it goes to the log, and arguments are private. */
  | { readonly kind: 'unreadable'; readonly reason: string };

export const parseJournalEntry = (json: string): ParsedEntry => {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return { kind: 'unreadable', reason: 'it is not JSON' };
  }
  const read = entryShape.safeParse(value);
  if (read.success) return { kind: 'ok', entry: read.data };
  const field = String(read.error.issues[0]?.path[0] ?? 'all of it');
  return { kind: 'unreadable', reason: `its field '${field}' is not as it should be` };
};
