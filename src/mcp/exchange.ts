// Sending one message by POST and finding out what became of it. Every function resolves with a fate and never
// rejects. Not here: going on with the stream of an earlier request (resume.ts).
import type { Clock, Millis } from '../base/clock.ts';
import type { Fate } from '../core/calls/fate.ts';
import { type Failure, wordedFailure } from '../core/connection/failure.ts';
import {
  isErrorResponse,
  type RpcNotification,
  type RpcRequest,
  type RpcResponse,
} from '../core/rpc.ts';
import { unsaid } from '../core/wording/unsaid.ts';
import type { ExchangeOptions, Log } from '../runtime/ports.ts';
import { AnswerStream, type AnswerTools, readJsonAnswer, type Wanted } from './answer.ts';
import { drain, readSome } from './body.ts';
import { saysSessionLost } from './failures.ts';
import type { HttpMessage } from './httpMessage.ts';
import type { Answered } from './courier.ts';
import { type Asked, fateOfStatus } from './statuses.ts';
import { isEventStream } from './stream.ts';
import { isHandshake, type Wire } from './wire.ts';

export interface Exchanging {
  readonly wire: Wire;
  readonly tools: AnswerTools;
  readonly log: Log;
  /** Streams that run, so that they can be cut after sleep. */
  readonly streams: Set<AnswerStream>;
}

// Error pages: enough to find what they say, and no waiting for one that trickles.
const refusalLimits = { bytes: 64 * 1024, time: 5_000 };
// A server takes a notification at once (spec: 202); nobody waits for it in earnest.
const tellLimit: Millis = 30_000;
const drainTime = 1_000;

export const isSuccess = (status: number): boolean => status >= 200 && status < 300;
const isJson = (type: string): boolean => /^application\/([\w.+-]+\+)?json\b/i.test(type);

const askedOf = (message: RpcRequest | RpcNotification | RpcResponse, wire: Wire): Asked => {
  const handshake = isHandshake(message);
  const { id, protocolVersion } = wire.session;
  return {
    id: 'method' in message && 'id' in message ? message.id : null,
    withSession: !handshake && id !== null,
    afterHandshake: !handshake && (id !== null || protocolVersion !== null),
  };
};

export const fateOfRefusal = async (
  { message, refusal }: Answered,
  asked: Asked,
  clock: Clock,
): Promise<Fate> => {
  const body = await readSome(message, refusalLimits, clock);
  const { statusCode = 0, headers } = message;
  const fate = fateOfStatus({ status: statusCode, headers, body }, asked, clock.now());
  const isBetterKnown = fate.kind === 'refused' && fate.failure.kind !== 'session-lost';
  return refusal && isBetterKnown ? { kind: 'refused', failure: refusal } : fate;
};

export const readStreamed = async (
  message: HttpMessage,
  wanted: Wanted,
  { tools, streams }: Exchanging,
): Promise<Fate> => {
  const stream = new AnswerStream(message, wanted, tools);
  streams.add(stream);
  const fate = await stream.read();
  streams.delete(stream);
  return fate;
};

export const notMcp = (message: HttpMessage): Failure => {
  const type = message.headers['content-type']?.split(';')[0]?.slice(0, 80);
  const detail = unsaid(
    'The server answered with {0}, neither JSON nor an event stream.',
    type ?? unsaid('no content type'),
  );
  return wordedFailure('not-mcp', detail, { status: message.statusCode ?? null });
};

/** Reads what a server that took the request answers. */
const readSuccess = (
  message: HttpMessage,
  wanted: Wanted,
  exchanging: Exchanging,
): Promise<Fate> => {
  const type = message.headers['content-type'];
  const encoding = message.headers['content-encoding'] ?? 'identity';
  if (isEventStream(message)) return readStreamed(message, wanted, exchanging);
  // No type at all comes with an empty body, which is no answer either.
  if (encoding === 'identity' && (type === undefined || isJson(type)))
    return readJsonAnswer(message, wanted, exchanging.tools);
  message.destroy();
  return Promise.resolve({ kind: 'broken', failure: notMcp(message), cursor: null });
};

const captureSession = (message: HttpMessage, fate: Fate, { wire, log }: Exchanging): void => {
  if (fate.kind !== 'answered' || isErrorResponse(fate.response)) return;
  const id = message.headers['mcp-session-id'];
  if (wire.beginSession(Array.isArray(id) ? id[0] : id)) return;
  log.warn('The server sent a session id that is not visible ASCII; going on without a session.');
};

/** Sends a request and waits for its end. */
export const exchange = async (
  exchanging: Exchanging,
  request: RpcRequest,
  { signal, begun, leaving }: ExchangeOptions,
): Promise<Fate> => {
  const { wire, tools } = exchanging;
  const asked = askedOf(request, wire);
  const reply = await wire.post(request, signal, leaving);
  if (reply.kind === 'failed') return wire.fateOfFailed(reply, signal);
  tools.events.heard();
  const { message } = reply;
  if (!isSuccess(message.statusCode ?? 0)) return fateOfRefusal(reply, asked, tools.clock);
  begun?.();
  const explain = (error: unknown): Failure => wire.explain(error, signal);
  const fate = await readSuccess(
    message,
    { id: request.id, asked, from: null, patience: null, explain },
    exchanging,
  );
  if (isHandshake(request)) captureSession(message, fate, exchanging);
  return fate;
};

const fateOfTold = async (
  message: HttpMessage,
  asked: Asked,
  { tools }: Exchanging,
): Promise<Fate> => {
  if (!isJson(message.headers['content-type'] ?? '')) {
    drain(message, tools.clock, drainTime);
    return { kind: 'accepted' };
  }
  // Some servers answer 200 with an error inside when they have forgotten the session.
  const body = await readSome(message, refusalLimits, tools.clock);
  if (!asked.withSession || !body.includes('"error"') || !saysSessionLost(body))
    return { kind: 'accepted' };
  const detail = unsaid('The server answered that it does not know our session.');
  return { kind: 'refused', failure: wordedFailure('session-lost', detail, { status: 200 }) };
};

/** Sends a notification or an answer of ours. */
export const tell = async (
  exchanging: Exchanging,
  message: RpcNotification | RpcResponse,
): Promise<Fate> => {
  const { wire, tools } = exchanging;
  const asked = askedOf(message, wire);
  const limit = new AbortController();
  const timer = tools.clock.after(tellLimit, () => limit.abort());
  const reply = await wire.post(message, limit.signal);
  timer.dispose();
  if (reply.kind === 'failed') {
    const fate = wire.fateOfFailed(reply);
    if (!limit.signal.aborted || wire.ending.aborted || fate.kind !== 'broken') return fate;
    return {
      ...fate,
      failure: wordedFailure('timeout', unsaid('The server did not take a notification.')),
    };
  }
  tools.events.heard();
  const { statusCode = 0 } = reply.message;
  return isSuccess(statusCode)
    ? fateOfTold(reply.message, asked, exchanging)
    : fateOfRefusal(reply, asked, tools.clock);
};
