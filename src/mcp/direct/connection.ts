// One kept connection to a server on this machine: a request at a time goes out in one write, and its answer is read off the
// socket. Not here: which connection is used (courier.ts), and what an answer is (head.ts, bodyReader.ts).
import type { Socket } from 'node:net';
import { DirectAnswer } from './answer.ts';
import { type BodyReader, bodyReaderOf } from './bodyReader.ts';
import { type AnswerHead, NotHttpError, readHead } from './head.ts';

/** Who waits for an answer. */
export interface Waiting {
  answered(answer: DirectAnswer): void;
  /** There is none, and will be none. */
  failed(error: Error): void;
}

export interface ConnectionEvents {
  /** The answer is whole, and another request may follow within this time; null: nothing was said of that. */
  free(connection: DirectConnection, restsFor: number | null): void;
  gone(connection: DirectConnection): void;
}

/** As Node reads them. */
const largestHead = 16 * 1024;
const emptyLine = Buffer.from('\r\n\r\n');

const reset = (text: string): Error => Object.assign(new Error(text), { code: 'ECONNRESET' });

type State =
  | { readonly kind: 'idle' }
  /** `head` is what has come of it. */
  | { readonly kind: 'asked'; readonly waiting: Waiting; readonly head: Buffer | null }
  | {
      readonly kind: 'answering';
      readonly answer: DirectAnswer;
      readonly body: BodyReader;
      readonly head: AnswerHead;
    }
  | { readonly kind: 'gone' };

const idle: State = { kind: 'idle' };
const gone: State = { kind: 'gone' };

export class DirectConnection {
  readonly #socket: Socket;
  readonly #events: ConnectionEvents;
  #state: State = idle;

  constructor(socket: Socket, events: ConnectionEvents) {
    this.#socket = socket;
    this.#events = events;
    socket.on('data', (bytes) => this.#take(bytes));
    socket.on('end', () => this.#ended());
    socket.on('error', (error) => this.#broke(error));
    socket.on('close', () => this.#broke(reset('socket hang up')));
    socket.on('timeout', () => this.destroy());
  }

  get isDead(): boolean {
    const { destroyed, readableEnded, writable, errored } = this.#socket;
    return destroyed || readableEnded || !writable || errored !== null;
  }

  get isConnecting(): boolean {
    return this.#socket.connecting;
  }

  /** Calls `connected` once, when bytes of a request may leave. */
  onConnected(connected: () => void): void {
    this.#socket.once('connect', connected);
  }

  /** The socket closes itself after so long a rest, and does not keep the process alive meanwhile. */
  rest(time: number): void {
    this.#socket.setTimeout(time);
    this.#socket.unref();
  }

  send(head: string, body: string, isAscii: boolean, waiting: Waiting): void {
    this.#state = { kind: 'asked', waiting, head: null };
    const socket = this.#socket;
    // None: an answer may take hours, and a stream may be silent for as long.
    socket.setTimeout(0);
    socket.ref();
    if (isAscii) {
      socket.write(head + body);
      return;
    }
    socket.cork();
    socket.write(head, 'latin1');
    socket.write(body);
    socket.uncork();
  }

  /** Ends it; whoever waits learns of `error`. */
  destroy(error: Error = reset('aborted')): void {
    this.#broke(error);
    this.#socket.destroy();
  }

  #take(bytes: Buffer): void {
    try {
      this.#read(bytes);
    } catch (error) {
      if (!(error instanceof NotHttpError)) throw error;
      this.destroy(error);
    }
  }

  #read(bytes: Buffer): void {
    const state = this.#state;
    switch (state.kind) {
      case 'asked':
        return this.#readHead(state.waiting, state.head, bytes);
      case 'answering':
        return this.#readBody(state, bytes);
      case 'idle':
        // Nothing was asked: whatever it is, the next answer would be taken for it.
        return this.destroy();
      case 'gone':
        return;
    }
  }

  #readHead(waiting: Waiting, before: Buffer | null, bytes: Buffer): void {
    const all = before ? Buffer.concat([before, bytes]) : bytes;
    const end = all.indexOf(emptyLine);
    if ((end < 0 ? all.length : end) > largestHead) throw new NotHttpError('HPE_HEADER_OVERFLOW');
    if (end < 0) {
      // Garbage without lines would be waited for in vain.
      if (!couldBeHead(all)) throw new NotHttpError('HPE_INVALID_CONSTANT');
      this.#state = { kind: 'asked', waiting, head: all };
      return;
    }
    const head = readHead(all.toString('latin1', 0, end));
    const rest = all.subarray(end + emptyLine.length);
    // We asked for no other protocol.
    if (head.statusCode === 101) throw new NotHttpError('HPE_PAUSED_UPGRADE');
    if (head.statusCode < 200) {
      // The answer itself is still to come (RFC 9110, section 15.2).
      this.#state = { kind: 'asked', waiting, head: null };
      if (rest.length > 0) this.#readHead(waiting, null, rest);
      return;
    }
    this.#begin(waiting, head, rest);
  }

  #begin(waiting: Waiting, head: AnswerHead, rest: Buffer): void {
    const socket = this.#socket;
    const answer = new DirectAnswer(head, {
      pause: () => socket.pause(),
      resume: () => socket.resume(),
      cut: () => this.destroy(),
    });
    const state = { kind: 'answering', answer, body: bodyReaderOf(head.framing), head } as const;
    this.#state = state;
    waiting.answered(answer);
    this.#readBody(state, rest);
  }

  #readBody(state: Extract<State, { kind: 'answering' }>, bytes: Buffer): void {
    const { answer, body, head } = state;
    const { parts, rest } = body.take(bytes);
    for (const part of parts) answer.take(part);
    // It may have been destroyed by who took a part.
    if (rest === null || this.#state !== state) return;
    this.#state = idle;
    answer.end();
    if (head.isKept && rest.length === 0 && !this.isDead) this.#events.free(this, head.restsFor);
    else this.destroy();
  }

  /** The server says no more. */
  #ended(): void {
    const state = this.#state;
    if (state.kind === 'answering' && state.head.framing.kind === 'until-close') {
      this.#state = idle;
      state.answer.end();
    }
    this.destroy(reset(state.kind === 'asked' ? 'socket hang up' : 'aborted'));
  }

  #broke(error: Error): void {
    const state = this.#state;
    if (state.kind === 'gone') return;
    this.#state = gone;
    this.#events.gone(this);
    if (state.kind === 'asked') state.waiting.failed(error);
    if (state.kind === 'answering') state.answer.break(error);
  }
}

const beginning = 'HTTP/1.';

const couldBeHead = (bytes: Buffer): boolean => {
  const start = bytes.toString('latin1', 0, beginning.length);
  return start === beginning.slice(0, start.length);
};
