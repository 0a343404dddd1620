// The standalone stream of one session: what the server says of its own accord, and answers that found no other way. It is
// followed by at most one response; while there is none, what is said waits in the log for the next.
// Not here: answer streams (sessionCalls.ts).
import type { ServerResponse } from 'node:http';
import type { Millis } from '../base/clock.ts';
import type { RpcMessage } from '../core/rpc.ts';
import type { EventLog } from '../runtime/gatewayPorts.ts';
import { comment, knowsPriming, primingText, resumingText } from './sse.ts';
import { SseReply } from './sseReply.ts';
import type { OpenStreams } from './streams.ts';
import { standaloneStreamId } from './streamIds.ts';

export interface StandaloneDeps {
  readonly client: string;
  readonly log: Pick<EventLog, 'append' | 'readAfter' | 'drop'>;
  readonly streams: OpenStreams;
  /** What the client is told to wait before it comes back. */
  readonly comeBackAfter: () => Millis;
  /** It was opened or closed. */
  readonly changed: () => void;
}

export class Standalone {
  readonly #deps: StandaloneDeps;
  readonly #id: string;
  #reply: SseReply | null = null;
  /** The last event that a listener was given in this life; null before the first. */
  #heard: string | null = null;
  #isUnheard = false;

  constructor(deps: StandaloneDeps) {
    this.#deps = deps;
    this.#id = standaloneStreamId(deps.client);
  }

  get isOpen(): boolean {
    return this.#reply !== null;
  }

  say(message: RpcMessage): void {
    const { log } = this.#deps;
    // What an earlier life said is not said again to a client that has no cursor: from here on it is new.
    if (this.#heard === null && !this.#reply) this.#heard = log.append(this.#id, null);
    const json = JSON.stringify(message);
    const id = log.append(this.#id, message, json);
    if (this.#reply) this.#reply.push({ id, json });
    else this.#isUnheard = true;
  }

  /** Takes the place of the former listener, from now on or from what nobody has heard. */
  open(response: ServerResponse, protocolVersion: string): void {
    const reply = this.#replace(response);
    if (this.#isUnheard) reply.resume(this.#heard);
    else if (knowsPriming(protocolVersion)) {
      const id = this.#deps.log.append(this.#id, null);
      reply.begin(primingText(id, this.#deps.comeBackAfter()), id);
    } else reply.begin(comment, this.#heard);
    this.#isUnheard = false;
  }

  /** Goes on after an event of this stream that the log still knows. */
  resume(response: ServerResponse, cursor: string, protocolVersion: string): void {
    const opening = knowsPriming(protocolVersion)
      ? resumingText(cursor, protocolVersion, this.#deps.comeBackAfter())
      : comment;
    this.#replace(response).resume(cursor, opening);
    this.#isUnheard = false;
  }

  end(): void {
    this.#reply?.end();
  }

  /** Nobody will ever ask for it again. */
  forget(): void {
    this.end();
    this.#deps.log.drop(this.#id);
  }

  #replace(response: ServerResponse): SseReply {
    const { log, streams, changed } = this.#deps;
    const stream = { log, id: this.#id, endsWithAnswer: false };
    const reply: SseReply = new SseReply(response, stream, () => {
      streams.remove(reply);
      this.#closed(reply);
    });
    const former = this.#reply;
    if (former?.isBehind) {
      this.#heard = former.cursor ?? this.#heard;
      this.#isUnheard = true;
    }
    this.#reply = reply;
    streams.add(reply);
    former?.end();
    changed();
    return reply;
  }

  #closed(reply: SseReply): void {
    if (this.#reply !== reply) return;
    this.#reply = null;
    this.#heard = reply.cursor ?? this.#heard;
    this.#isUnheard = reply.isBehind;
    this.#deps.changed();
  }
}
