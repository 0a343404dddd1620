// Follows a task (2025-11-25, tasks) to its end: asks after it at the server's pace, and fetches what the tool call would
// have been answered with. It outlives everything that happens to the connection below, which holds and repeats each of
// these requests; a server that is away for longer than that is asked again later.
// Not here: which calls become tasks (viewClient.ts).
import { type Clock, type Millis, sleep } from '../base/clock.ts';
import { upstreamFailed } from '../core/calls/answers.ts';
import { unknownTask } from '../core/calls/tasks.ts';
import { errorOf, isObject, type JsonObject, resultOf } from '../core/rpc.ts';
import { sayNow, unsaid, type Unsaid } from '../core/wording/unsaid.ts';
import { inEnglish } from '../core/wording/english.ts';
import type { FollowedTask, FollowOptions } from '../runtime/ports.ts';

export interface TaskAsker {
  readonly clock: Clock;
  /** Rejects with an Error that has the JSON-RPC error of the server as its cause, where that was the reason. */
  readonly request: (
    method: string,
    params: JsonObject,
    signal: AbortSignal,
  ) => Promise<JsonObject>;
}

type Reply =
  | { readonly kind: 'result'; readonly result: JsonObject }
  /** Nobody answered; the task may go on all the same. */
  | { readonly kind: 'away' }
  | { readonly kind: 'error'; readonly code: number; readonly message: string };

// What a server asks for, within reason: it is a wish (tasks, Polling).
const shortestPoll: Millis = 100;
const longestPoll: Millis = 60_000;
/** A server that is not there was waited for already, by the connection. */
const awayPoll: Millis = 5000;
const methodNotFound = -32601;
/** Ended; or the server wants something of the user, which comes on the stream of that request (tasks, Input Required). */
const fetchable: ReadonlySet<unknown> = new Set(['completed', 'failed', 'input_required']);

const codeOf = (error: unknown): number | null => {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? cause.code : null;
  return typeof code === 'number' ? code : null;
};

const ask = async (
  { request }: TaskAsker,
  method: string,
  taskId: string,
  signal: AbortSignal,
): Promise<Reply> => {
  try {
    return { kind: 'result', result: await request(method, { taskId }, signal) };
  } catch (error) {
    signal.throwIfAborted();
    const code = codeOf(error);
    if (code === null || code === upstreamFailed) return { kind: 'away' };
    return { kind: 'error', code, message: error instanceof Error ? error.message : '' };
  }
};

/** Until when the server promised to remember the task; null where it named no time. */
const expiryOf = ({ createdAt, ttl }: JsonObject): Millis | null => {
  const from = typeof createdAt === 'string' ? Date.parse(createdAt) : Number.NaN;
  return typeof ttl === 'number' && !Number.isNaN(from) ? from + ttl : null;
};

const pollOf = (status: JsonObject, before: Millis): Millis => {
  const wished = status['pollInterval'];
  return typeof wished === 'number' ? wished : before;
};

/** What is known of the task while it is followed. */
interface Watch {
  readonly pollAfter: Millis;
  readonly expiry: Millis | null;
  readonly isAway: boolean;
}

type Look =
  | { readonly kind: 'wait'; readonly watch: Watch }
  /** The result can be had. */
  | { readonly kind: 'fetch'; readonly watch: Watch }
  | { readonly kind: 'end'; readonly end: FollowedTask };

const lost = (words: Unsaid): Look => ({
  kind: 'end',
  end: { kind: 'lost', detail: sayNow(words, inEnglish), words },
});

/** In the words of the server. */
const denied = (detail: string): Look => ({ kind: 'end', end: { kind: 'lost', detail } });

/** What an answer to `tasks/get` means. */
const look = (reply: Reply, before: Watch, now: Millis): Look => {
  switch (reply.kind) {
    case 'away':
      return before.expiry !== null && now > before.expiry
        ? lost(unsaid('its time ran out while the server was away'))
        : { kind: 'wait', watch: { ...before, isAway: true } };
    case 'error':
      return isFinal(reply.code)
        ? denied(reply.message)
        : { kind: 'wait', watch: { ...before, isAway: false } };
    case 'result': {
      const task = statusIn(reply.result);
      const { status } = task;
      if (status === 'cancelled') return lost(unsaid('it was cancelled'));
      const pollAfter = pollOf(task, before.pollAfter);
      const watch: Watch = { pollAfter, expiry: expiryOf(task), isAway: false };
      return { kind: fetchable.has(status) ? 'fetch' : 'wait', watch };
    }
  }
};

const pauseOf = ({ pollAfter, isAway }: Watch): Millis => {
  const wished = Math.min(Math.max(pollAfter, shortestPoll), longestPoll);
  return isAway ? Math.max(wished, awayPoll) : wished;
};

/** Waits for the result, which blocks until the task has ended; null where it has to be asked for again. */
const fetchResult = async (
  asker: TaskAsker,
  taskId: string,
  { id, signal }: FollowOptions,
): Promise<FollowedTask | null> => {
  const reply = await ask(asker, 'tasks/result', taskId, signal);
  if (reply.kind === 'away') return null;
  if (reply.kind === 'result') return { kind: 'answered', response: resultOf(id, reply.result) };
  if (reply.code === unknownTask) return { kind: 'lost', detail: reply.message };
  return { kind: 'answered', response: errorOf(id, reply) };
};

const isFinal = (code: number): boolean => code === unknownTask || code === methodNotFound;

/** Some servers wrap it, as the answer to the call does. */
const statusIn = (result: JsonObject): JsonObject =>
  isObject(result['task']) ? result['task'] : result;

/** Resolves with the end of the task. Rejects when `signal` is aborted; the task goes on then. */
export const followTask = async (
  asker: TaskAsker,
  taskId: string,
  options: FollowOptions,
): Promise<FollowedTask> => {
  const { clock } = asker;
  const { signal, pollAfter } = options;
  let watch: Watch = { pollAfter, expiry: null, isAway: false };
  for (;;) {
    await sleep(clock, pauseOf(watch), signal);
    const seen = look(await ask(asker, 'tasks/get', taskId, signal), watch, clock.now());
    if (seen.kind === 'end') return seen.end;
    watch = seen.watch;
    if (seen.kind === 'wait') continue;
    const end = await fetchResult(asker, taskId, options);
    if (end) return end;
    watch = { ...watch, isAway: true };
  }
};
