// The answer to one request over a connection of ours: its body is handed on as it comes, as soon as somebody wants it. Until
// then a little of it is kept, and the connection waits with the rest. Not here: the connection (connection.ts).
import { EventEmitter } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import type { HttpMessage } from '../httpMessage.ts';
import type { AnswerHead } from './head.ts';

/** What an answer asks of its connection. */
export interface AnswerSource {
  pause(): void;
  resume(): void;
  /** Nobody wants the rest. */
  cut(): void;
}

const mostWaiting = 64 * 1024;

interface AnswerEvents {
  readonly data: [chunk: Buffer];
  readonly error: [error: Error];
  readonly end: [];
  readonly close: [];
}

export class DirectAnswer extends EventEmitter<AnswerEvents> implements HttpMessage {
  readonly statusCode: number;
  readonly headers: IncomingHttpHeaders;
  readonly #source: AnswerSource;
  /** What came before anybody wanted it; null since then. */
  #waiting: Buffer[] | null = [];
  #bytesWaiting = 0;
  #isFlowing = false;
  /** All of the body has come. */
  #isWhole = false;
  #hasEnded = false;
  #isDestroyed = false;

  constructor({ statusCode, headers }: AnswerHead, source: AnswerSource) {
    super();
    this.statusCode = statusCode;
    this.headers = headers;
    this.#source = source;
  }

  get destroyed(): boolean {
    return this.#isDestroyed;
  }

  get readableEnded(): boolean {
    return this.#hasEnded;
  }

  resume(): this {
    if (this.#isFlowing) return this;
    this.#isFlowing = true;
    // Later, so that whoever listens to the body can listen to its end too.
    queueMicrotask(() => this.#flow());
    return this;
  }

  destroy(): this {
    if (this.#isDestroyed) return this;
    this.#isDestroyed = true;
    this.#waiting = null;
    if (!this.#isWhole) this.#source.cut();
    queueMicrotask(() => this.emit('close'));
    return this;
  }

  /** A part of the body has come. */
  take(part: Buffer): void {
    if (this.#isDestroyed) return;
    if (this.#waiting === null) return void this.emit('data', part);
    this.#waiting.push(part);
    this.#bytesWaiting += part.length;
    if (this.#bytesWaiting > mostWaiting) this.#source.pause();
  }

  /** The last of the body has come. */
  end(): void {
    this.#isWhole = true;
    if (this.#waiting === null) this.#finish();
  }

  /** The connection broke before the end. */
  break(error: Error): void {
    if (this.#isDestroyed || this.#isWhole) return;
    this.#isDestroyed = true;
    this.#waiting = null;
    // Without a listener it would be thrown; `close` tells of it as well.
    if (this.listenerCount('error') > 0) this.emit('error', error);
    this.emit('close');
  }

  #flow(): void {
    if (this.#isDestroyed) return;
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const part of waiting) if (!this.#isDestroyed) this.emit('data', part);
    this.#source.resume();
    if (this.#isWhole) this.#finish();
  }

  #finish(): void {
    if (this.#isDestroyed) return;
    this.#hasEnded = true;
    this.#isDestroyed = true;
    this.emit('end');
    this.emit('close');
  }
}
