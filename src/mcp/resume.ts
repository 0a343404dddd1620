// Going on with the answer stream of an earlier request: always a GET with its cursor (spec, Resumability), after the
// pause that the server asked for. Resolves with a fate and never rejects.
import { type Millis, sleep } from '../base/clock.ts';
import type { Fate } from '../core/calls/fate.ts';
import { type Failure, wordedFailure } from '../core/connection/failure.ts';
import type { RpcId } from '../core/rpc.ts';
import { unsaid } from '../core/wording/unsaid.ts';
import type { ExchangeOptions } from '../runtime/ports.ts';
import { streamOf } from './answer.ts';
import { type Exchanging, fateOfRefusal, isSuccess, notMcp, readStreamed } from './exchange.ts';
import { isCursor } from './headers.ts';
import type { Answered } from './courier.ts';
import type { Asked } from './statuses.ts';
import { isEventStream } from './stream.ts';

// A resumed stream that brings no event for so long is asked for again; a healthy one loses nothing by it.
const firstPatience: Millis = 5_000;
const longestPatience: Millis = 30_000;
const mostConflicts = 5;

/** Statuses to a resuming GET after which the same cursor may work later. */
const isPassing = (status: number): boolean =>
  [401, 408, 409, 425, 429].includes(status) || (status >= 500 && status !== 501);

/** A GET that was refused says nothing about the request, nor about the session: servers differ too much. */
const fateOfRefusedResume = async (
  reply: Answered,
  cursor: string,
  { tools }: Exchanging,
): Promise<Fate> => {
  const { message } = reply;
  const { statusCode = 0 } = message;
  const asked: Asked = { id: null, withSession: false, afterHandshake: false };
  const fate = await fateOfRefusal(reply, asked, tools.clock);
  const failure = 'failure' in fate ? fate.failure : notMcp(message);
  const kind = statusCode === 400 ? 'endpoint-missing' : failure.kind;
  return {
    kind: 'broken',
    failure: { ...failure, kind },
    cursor: isPassing(statusCode) ? cursor : null,
  };
};

/** One resumption: what is asked for, by whom, and for how long it may bring nothing. */
interface Attempt {
  readonly id: RpcId;
  readonly cursor: string;
  readonly patience: Millis;
  readonly options: ExchangeOptions;
}

/** Books a resumption that did not even open a stream, so that the next one comes later. */
const withoutStream = (fate: Fate, id: RpcId, { tools }: Exchanging): Fate => {
  const stream = streamOf(id);
  if (fate.kind !== 'broken') return fate;
  if (fate.cursor === null) {
    tools.pauses.forget(stream);
    tools.events.cursor(stream, null);
    return fate;
  }
  tools.pauses.ended(stream, { resumed: true, fruitful: false });
  const { retryAfter } = fate.failure;
  if (retryAfter !== null) tools.pauses.announced(stream, retryAfter);
  return fate;
};

const openResumed = async (exchanging: Exchanging, attempt: Attempt): Promise<Fate> => {
  const { wire, tools } = exchanging;
  const { id, cursor, patience, options } = attempt;
  const explain = (error: unknown): Failure => wire.explain(error, options.signal);
  const reply = await wire.get(cursor, options.signal);
  if (reply.kind === 'failed') {
    const fate: Fate = { kind: 'broken', failure: explain(reply.error), cursor };
    return withoutStream(fate, id, exchanging);
  }
  tools.events.heard();
  const { message } = reply;
  if (!isSuccess(message.statusCode ?? 0)) {
    return withoutStream(await fateOfRefusedResume(reply, cursor, exchanging), id, exchanging);
  }
  if (!isEventStream(message)) {
    message.destroy();
    const fate: Fate = { kind: 'broken', failure: notMcp(message), cursor: null };
    return withoutStream(fate, id, exchanging);
  }
  options.begun?.();
  const asked: Asked = { id, withSession: wire.session.id !== null, afterHandshake: true };
  return readStreamed(message, { id, asked, from: cursor, patience, explain }, exchanging);
};

/** The fate of giving up during the pause; null when it is over. */
const pause = async (exchanging: Exchanging, attempt: Attempt): Promise<Fate | null> => {
  const { wire, tools } = exchanging;
  const { id, cursor, options } = attempt;
  const left = tools.pauses.left(streamOf(id));
  const ends = options.signal ? AbortSignal.any([wire.ending, options.signal]) : wire.ending;
  try {
    if (left > 0) await sleep(tools.clock, left, ends);
    return null;
  } catch (error) {
    return { kind: 'broken', failure: wire.explain(error, options.signal), cursor };
  }
};

/**
 * A stream that brings nothing is asked for again: server-everything replays what it has and then leaves the new
 * stream without what follows, so that only another replay brings the answer. A 409 means that it has not yet noticed
 * the end of the old one.
 */
const isWorthAnother = ({ kind, status }: Failure, conflicts: number): boolean =>
  kind === 'silent' || (status === 409 && conflicts < mostConflicts);

/** Waits for the answer of request `id` on its stream, from `cursor`, after the pause that the server asked for. */
export const resume = async (
  exchanging: Exchanging,
  id: RpcId,
  from: string,
  options: ExchangeOptions,
): Promise<Fate> => {
  if (!isCursor(from)) {
    const failure = wordedFailure('malformed', unsaid('The cursor of the stream cannot be sent.'));
    return { kind: 'broken', failure, cursor: null };
  }
  exchanging.tools.inbox.seen.addCursor(from);
  let cursor = from;
  let conflicts = 0;
  for (let patience = firstPatience; ; patience = Math.min(longestPatience, patience * 2)) {
    const attempt = { id, cursor, patience, options };
    const fate = (await pause(exchanging, attempt)) ?? (await openResumed(exchanging, attempt));
    if (fate.kind !== 'broken' || fate.cursor === null) return fate;
    if (!isWorthAnother(fate.failure, conflicts)) return fate;
    if (fate.failure.status === 409) conflicts += 1;
    cursor = fate.cursor;
  }
};
