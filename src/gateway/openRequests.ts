// The requests of one session that have no answer yet, and those whose answer could not be delivered. By stream, by the id that
// the client gave, and by progress token. Not here: what happens to them (sessionCalls.ts).
import { hash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Millis } from '../base/clock.ts';
import { isObject, type RpcId, type RpcRequest, type RpcResponse } from '../core/rpc.ts';
import type { Reply } from './sseReply.ts';
import type { StreamName } from './streamIds.ts';

/**
 * What the client asked: whole while it waits, later only what tells it from another. `earlier`: as an earlier life wrote it down;
 * null where that has left no more than the id.
 */
type Asked =
  | { readonly kind: 'request'; readonly request: RpcRequest }
  | { readonly kind: 'digest'; readonly digest: string }
  | { readonly kind: 'earlier'; readonly request: RpcRequest | null };

export interface OpenRequest {
  readonly stream: Extract<StreamName, { kind: 'answer' }>;
  readonly progressToken: RpcId | null;
  readonly replies: Set<Reply>;
  /** When it came, by the steady clock. */
  readonly since: Millis;
  asked: Asked;
  isAnswered: boolean;
  /** Whether the log has the answer: one that was handed over whole at once is kept nowhere. */
  isLogged: boolean;
  /** Until it is delivered, or nobody is there who could take it. */
  answer: RpcResponse | null;
}

/** Unanswered ones. A client that has more of them is broken. */
export const mostOpen = 1000;
/** Answers that nobody took; the log has them longer, but then a repeated request counts as a new one. */
const mostUndelivered = 100;

const tokenOf = (request: RpcRequest): RpcId | null => {
  const meta = request.params?.['_meta'];
  const token = isObject(meta) ? meta['progressToken'] : null;
  return typeof token === 'string' || typeof token === 'number' ? token : null;
};

const digestOf = (request: RpcRequest): string => hash('sha256', JSON.stringify(request));

/** Whether it asks for the same, whatever its token for progress is: on the way to a shared program that gets another name. */
const asksTheSame = (earlier: RpcRequest, request: RpcRequest): boolean => {
  const { _meta: _, ...before } = earlier.params ?? {};
  const { _meta: __, ...now } = request.params ?? {};
  return earlier.method === request.method && isDeepStrictEqual(before, now);
};

const isSame = (asked: Asked, request: RpcRequest): boolean => {
  switch (asked.kind) {
    case 'request':
      return isDeepStrictEqual(asked.request, request);
    case 'digest':
      return asked.digest === digestOf(request);
    case 'earlier':
      // A client never uses an id again in a session (specification, basic: requests), so without more the id is enough. A client
      // that was started anew and goes on with its old session does, and must not be given the answer of another call.
      return asked.request === null || asksTheSame(asked.request, request);
  }
};

export class OpenRequests {
  readonly #byStream = new Map<string, OpenRequest>();
  readonly #byClientId = new Map<RpcId, OpenRequest>();
  readonly #byToken = new Map<RpcId, OpenRequest>();
  /** Oldest first. */
  readonly #undelivered = new Set<OpenRequest>();
  #unanswered = 0;

  get isFull(): boolean {
    return this.#unanswered >= mostOpen;
  }

  get unanswered(): readonly OpenRequest[] {
    return [...this.#byStream.values()].filter(({ isAnswered }) => !isAnswered);
  }

  get countUnanswered(): number {
    return this.#unanswered;
  }

  get all(): readonly OpenRequest[] {
    return [...this.#byStream.values()];
  }

  add(stream: OpenRequest['stream'], request: RpcRequest, since: Millis): OpenRequest {
    return this.#add(stream, { kind: 'request', request }, tokenOf(request), since);
  }

  /** One of an earlier life. */
  restore(stream: OpenRequest['stream'], request: RpcRequest | null, since: Millis): void {
    this.#add(stream, { kind: 'earlier', request }, null, since);
  }

  get(streamId: string): OpenRequest | undefined {
    return this.#byStream.get(streamId);
  }

  ofClient(id: RpcId): OpenRequest | undefined {
    return this.#byClientId.get(id);
  }

  withToken(token: RpcId): OpenRequest | undefined {
    return this.#byToken.get(token);
  }

  /** The same request, sent again by a client that lost the stream of its answer. */
  twinOf(request: RpcRequest): OpenRequest | undefined {
    const open = this.#byClientId.get(request.id);
    const isOfKind = open?.stream.isToolCall === (request.method === 'tools/call');
    return open && isOfKind && isSame(open.asked, request) ? open : undefined;
  }

  answered(open: OpenRequest, answer: RpcResponse): void {
    if (open.isAnswered) return;
    open.isAnswered = true;
    open.answer = answer;
    this.#unanswered -= 1;
  }

  /** Nobody is there to take the answer; it stays in the log. */
  keep(open: OpenRequest): void {
    open.answer = null;
    const { asked } = open;
    if (asked.kind === 'request') open.asked = { kind: 'digest', digest: digestOf(asked.request) };
    this.#undelivered.add(open);
    const [oldest] = this.#undelivered;
    if (this.#undelivered.size > mostUndelivered && oldest) this.remove(oldest);
  }

  remove(open: OpenRequest): void {
    const { stream, progressToken } = open;
    if (!this.#byStream.delete(stream.id)) return;
    if (!open.isAnswered) this.#unanswered -= 1;
    this.#undelivered.delete(open);
    // A later request may have taken the id, or the token.
    if (this.#byClientId.get(stream.clientId) === open) this.#byClientId.delete(stream.clientId);
    if (progressToken !== null && this.#byToken.get(progressToken) === open)
      this.#byToken.delete(progressToken);
  }

  #add(
    stream: OpenRequest['stream'],
    asked: Asked,
    progressToken: RpcId | null,
    since: Millis,
  ): OpenRequest {
    const open: OpenRequest = {
      stream,
      progressToken,
      since,
      replies: new Set(),
      asked,
      isAnswered: false,
      isLogged: false,
      answer: null,
    };
    this.#byStream.set(stream.id, open);
    this.#byClientId.set(stream.clientId, open);
    if (progressToken !== null) this.#byToken.set(progressToken, open);
    this.#unanswered += 1;
    return open;
  }
}
