// The requests of one session, from their POST to the delivered answer. Each has a stream in the event log from which any
// response can be fed: the first, one to the same request sent again, one to a GET with a cursor. A client that hangs up has
// cancelled nothing (specification of 2025-11-25, transports).
// Not here: the standalone stream (standalone.ts) and how a request gets to its server (sessionUpstream.ts).
import type { ServerResponse } from 'node:http';
import type { Disposable } from '../base/disposable.ts';
import type { Clock, Millis } from '../base/clock.ts';
import {
  isResponse,
  type RpcId,
  type RpcMessage,
  type RpcNotification,
  type RpcRequest,
  type RpcResponse,
} from '../core/rpc.ts';
import { writtenOf } from '../core/resultText.ts';
import type { EventLog } from '../runtime/gatewayPorts.ts';
import { cancelledAnswer, crowdedAnswer, lostAnswer } from './offline.ts';
import type { McpHeaders } from './mcpRequest.ts';
import { mostOpen, type OpenRequest, OpenRequests } from './openRequests.ts';
import { Quickness } from './quickness.ts';
import { textReply, send as sendReply } from './reply.ts';
import { JsonReply } from './sessionJson.ts';
import { bytesIfLarge, isAnswer, primingText } from './sse.ts';
import { type Reply, SseReply } from './sseReply.ts';
import type { Running } from './sessionUpstream.ts';
import type { OpenStreams } from './streams.ts';
import { answerStreamId, type StreamName, streamIn } from './streamIds.ts';

export interface CallsDeps {
  readonly client: string;
  readonly server: string;
  /** VS Code: it never resumes an answer stream, but takes an answer by its id on the standalone stream. */
  readonly isPatient: () => boolean;
  readonly log: Pick<EventLog, 'append' | 'mark' | 'readAfter' | 'drop'>;
  readonly streams: OpenStreams;
  readonly clock: Clock;
  /** What the client is told to wait before it comes back for the rest of a stream. */
  readonly comeBackAfter: () => Millis;
  /** Makes a stream unique over all lives. */
  readonly nonce: () => string;
  /** Says something on the standalone stream. */
  readonly say: (message: RpcMessage) => void;
}

type AnswerStream = Extract<StreamName, { kind: 'answer' }>;

/** Where a request goes, under the id of its stream. */
export type SendUp = (request: RpcRequest) => void;

/**
 * Streams with nothing left on them that are kept open for clients that ask for every cursor they have (Gemini; the SDK after an
 * error). Beyond it such a client is told that there is nothing, which the SDK takes in silence.
 */
const mostIdle = 16;

export class SessionCalls implements Disposable {
  readonly #deps: CallsDeps;
  readonly #open = new OpenRequests();
  readonly #idle = new Set<Reply>();
  readonly #quickness = new Quickness();

  constructor(deps: CallsDeps) {
    this.#deps = deps;
  }

  get isBusy(): boolean {
    return this.#open.countUnanswered > 0;
  }

  get hasStreams(): boolean {
    return this.#idle.size > 0 || this.#open.all.some(({ replies }) => replies.size > 0);
  }

  /** Takes a request, unless it is one that came before: then this response follows its stream too. */
  post(request: RpcRequest, response: ServerResponse, forms: McpHeaders, up: SendUp): void {
    const twin = this.#open.twinOf(request);
    if (twin) return this.#join(twin, response, forms.acceptsEvents);
    const { client, nonce, clock } = this.#deps;
    const id = answerStreamId(client, nonce(), request);
    const isToolCall = request.method === 'tools/call';
    const isFull = this.#open.isFull;
    const open = this.#open.add(
      { kind: 'answer', id, clientId: request.id, isToolCall },
      request,
      clock.steady(),
    );
    if (forms.acceptsEvents) this.#beginEvents(open, response, request, forms.acceptsJson);
    else this.#beginJson(open, response);
    if (isFull) this.#answer(open, crowdedAnswer(request, mostOpen));
    else up({ ...request, id });
  }

  /**
   * A GET with a cursor of an answer stream; `cursor` is null where the log no longer knows the event. `opening` begins the
   * response.
   */
  resume(
    stream: AnswerStream,
    response: ServerResponse,
    cursor: string | null,
    opening: string,
  ): void {
    const open = this.#open.get(stream.id);
    if (!open || open.isAnswered) this.#ensureAnswer(stream);
    if (open) return this.#eventsFor(open, response).resume(cursor, opening);
    if (this.#deps.log.readAfter(stream.id, cursor).length > 0)
      return this.#sseReply(stream.id, response, () => undefined).resume(cursor, opening);
    this.#rest(stream, response, cursor, opening);
  }

  /** The answer of a request of ours; one that nobody waits for any more is dropped. */
  answered(response: RpcResponse): void {
    const open = typeof response.id === 'string' ? this.#open.get(response.id) : undefined;
    if (open && !open.isAnswered) this.#answer(open, { ...response, id: open.stream.clientId });
  }

  /** Says something on the stream of the request that caused it. False: it has none that could carry it. */
  tell(message: RpcRequest | RpcNotification, cause: RpcId | null): boolean {
    const open = this.#causeOf(message, cause);
    if (!open || open.isAnswered) return false;
    const carriers = [...open.replies].filter(({ carriesEvents }) => carriesEvents);
    const comesBack = open.replies.size === 0 && !this.#deps.isPatient();
    if (carriers.length === 0 && !comesBack) return false;
    const json = JSON.stringify(message);
    const id = this.#deps.log.append(open.stream.id, message, json);
    for (const reply of carriers) reply.push({ id, json });
    return true;
  }

  /** The client wants no answer any more. Returns the id upstream; null where nothing of this id runs. */
  cancel(clientId: RpcId): string | null {
    const open = this.#open.ofClient(clientId);
    if (!open || open.isAnswered) return null;
    // Every stream ends with a response: without one its client would come back for it.
    this.#answer(open, cancelledAnswer(clientId));
    return open.stream.id;
  }

  /** These run, and nothing else does: what was open besides has lost its answer. */
  settle({ ids, asked }: Running): void {
    const { client, server, clock } = this.#deps;
    for (const open of this.#open.unanswered)
      if (!ids.includes(open.stream.id)) this.#answer(open, lostAnswer(open.stream, server));
    for (const id of ids) {
      const stream = streamIn(id, client);
      if (stream?.kind === 'answer' && stream.id === id && !this.#open.get(id))
        this.#open.restore(stream, asked.get(id) ?? null, clock.steady());
    }
  }

  /** Ends every response where it is. */
  end(): void {
    for (const { replies } of this.#open.all) for (const reply of replies) reply.end();
    for (const reply of this.#idle) reply.end();
  }

  /** Nobody will ever ask again. */
  forget(): void {
    for (const open of this.#open.unanswered)
      this.#answer(open, cancelledAnswer(open.stream.clientId));
    this.end();
    for (const open of this.#open.all) {
      this.#open.remove(open);
      this.#deps.log.drop(open.stream.id);
    }
  }

  /** What closes from now on concerns nobody: the log may be closed too. */
  dispose(): void {
    for (const open of this.#open.all) this.#open.remove(open);
  }

  #causeOf(message: RpcRequest | RpcNotification, cause: RpcId | null): OpenRequest | undefined {
    if (typeof cause === 'string') return this.#open.get(cause);
    const token =
      message.method === 'notifications/progress' ? message.params?.['progressToken'] : null;
    return typeof token === 'string' || typeof token === 'number'
      ? this.#open.withToken(token)
      : undefined;
  }

  #answer(open: OpenRequest, answer: RpcResponse): void {
    const json = bytesIfLarge(writtenOf(answer));
    this.#open.answered(open, answer);
    if (open.asked.kind === 'request')
      this.#quickness.took(open.asked.request, this.#deps.clock.steady() - open.since);
    const [first] = open.replies;
    const alone = open.replies.size === 1 && first ? first.alone(json) : 'no';
    if (alone === 'gone') return;
    const { log } = this.#deps;
    // Whoever waits for it has it before it is kept. The call is in the journal until then: were we killed in between, a client that
    // did not get all of it would come back with its cursor and be told that its call may have run.
    const sent = first ? log.mark(open.stream.id) : undefined;
    if (sent !== undefined) for (const reply of open.replies) reply.finish({ id: sent, json });
    log.append(open.stream.id, answer, json, sent);
    open.isLogged = true;
    if (open.replies.size === 0) this.#undelivered(open);
  }

  /** Its client has hung up. Most come back with a cursor. */
  #undelivered(open: OpenRequest): void {
    const { answer } = open;
    if (answer && this.#deps.isPatient()) {
      this.#open.remove(open);
      return this.#deps.say(answer);
    }
    if (answer && !open.isLogged) this.#deps.log.append(open.stream.id, answer);
    this.#open.keep(open);
  }

  #beginEvents(
    open: OpenRequest,
    response: ServerResponse,
    request: RpcRequest,
    mayBePlain: boolean,
  ): void {
    const { log, clock } = this.#deps;
    const reply = this.#eventsFor(open, response);
    const opening = (): void => {
      const id = log.mark(open.stream.id);
      reply.begin(primingText(id, this.#deps.comeBackAfter()), id);
    };
    this.#quickness.crowded(this.#open.countUnanswered);
    if (!this.#quickness.expects(request)) return opening();
    reply.beginLate({ opening, clock, patience: this.#quickness.moment, mayBePlain });
  }

  #beginJson(open: OpenRequest, response: ServerResponse): JsonReply {
    const { streams } = this.#deps;
    const reply: JsonReply = new JsonReply(response, (isWhole) => {
      streams.remove(reply);
      this.#closed(open, reply, isWhole);
    });
    open.replies.add(reply);
    streams.add(reply);
    return reply;
  }

  #join(open: OpenRequest, response: ServerResponse, asEvents: boolean): void {
    if (open.isAnswered) this.#ensureAnswer(open.stream);
    if (asEvents) return this.#eventsFor(open, response).resume(null);
    const reply = this.#beginJson(open, response);
    const stored = this.#deps.log
      .readAfter(open.stream.id, null)
      .find(({ message }) => isAnswer(message));
    if (stored) reply.finish({ id: stored.id, json: JSON.stringify(stored.message) });
  }

  #eventsFor(open: OpenRequest, response: ServerResponse): SseReply {
    const reply = this.#sseReply(open.stream.id, response, (isWhole) =>
      this.#closed(open, reply, isWhole),
    );
    open.replies.add(reply);
    return reply;
  }

  #sseReply(id: string, response: ServerResponse, closed: (isWhole: boolean) => void): SseReply {
    const { log, streams } = this.#deps;
    const reply: SseReply = new SseReply(response, { log, id, endsWithAnswer: true }, (isWhole) => {
      streams.remove(reply);
      closed(isWhole);
    });
    streams.add(reply);
    return reply;
  }

  #closed(open: OpenRequest, reply: Reply, isWhole: boolean): void {
    open.replies.delete(reply);
    if (!open.isAnswered || this.#open.get(open.stream.id) !== open) return;
    if (isWhole) this.#open.remove(open);
    else if (open.replies.size === 0) this.#undelivered(open);
  }

  /** The log may have dropped an answer, and an earlier life may have ended without one. */
  #ensureAnswer(stream: AnswerStream): void {
    const { log, server } = this.#deps;
    const stored = log.readAfter(stream.id, null);
    if (stored.some(({ message }) => message !== null && isResponse(message))) return;
    log.append(stream.id, lostAnswer(stream, server));
  }

  /** Nothing is left on this stream. */
  #rest(
    stream: AnswerStream,
    response: ServerResponse,
    cursor: string | null,
    opening: string,
  ): void {
    if (this.#idle.size >= mostIdle)
      return sendReply(response, textReply(405, 'Everything on this stream was sent.'));
    const reply = this.#sseReply(stream.id, response, () => this.#idle.delete(reply));
    this.#idle.add(reply);
    reply.begin(opening, cursor);
  }
}
