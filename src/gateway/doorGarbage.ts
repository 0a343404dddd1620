// Answers to what is no HTTP request, or never becomes one: a header that is too large or too slow, a body that does not
// come, bytes that mean nothing. Not here: requests, however unwelcome.
import type { Socket } from 'node:net';
import type { Clock, Millis } from '../base/clock.ts';
import { isObject } from '../core/rpc.ts';

export type Garbage = 'header-too-large' | 'too-slow' | 'malformed';

const kinds: Readonly<Record<string, Garbage>> = {
  HPE_HEADER_OVERFLOW: 'header-too-large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'header-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'too-slow',
};

export const garbageOf = (error: unknown): Garbage => {
  const code = isObject(error) ? error['code'] : undefined;
  return (typeof code === 'string' ? kinds[code] : undefined) ?? 'malformed';
};

const answers: Readonly<Record<Garbage, readonly [status: string, text: string]>> = {
  'header-too-large': ['431 Request Header Fields Too Large', 'The header is too large.'],
  'too-slow': ['408 Request Timeout', 'The request did not come in time.'],
  malformed: ['400 Bad Request', 'This is not an HTTP request.'],
};

const full = ['503 Service Unavailable', 'Too many connections. Try again in a moment.'] as const;

const rawReply = ([status, text]: readonly [string, string], more = ''): string =>
  `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n` +
  `Content-Length: ${Buffer.byteLength(text) + 1}\r\n${more}\r\n${text}\n`;

// As long as bytes of the client may still be on their way; closing before they came would reset the connection and might
// take the answer away.
const patience: Millis = 200;

const endWith = (socket: Socket, reply: string, clock: Clock): void => {
  const timer = clock.after(patience, () => socket.destroy());
  socket.once('close', () => timer.dispose());
  socket.end(reply);
};

export class DoorGarbage {
  readonly #clock: Clock;
  /** The parser reports each piece that comes after the first. */
  readonly #answered = new WeakSet<Socket>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `isAnswering`: an answer has begun on the connection, and nothing may be written into it. True when it was a first report. */
  refuse(socket: Socket, garbage: Garbage, isAnswering: boolean): boolean {
    if (this.#answered.has(socket)) return false;
    this.#answered.add(socket);
    if (isAnswering || !socket.writable) socket.destroy();
    else endWith(socket, rawReply(answers[garbage]), this.#clock);
    return true;
  }

  turnAway(socket: Socket): void {
    this.#answered.add(socket);
    // It may have nothing to say, and one that breaks off here is of no interest.
    socket.on('error', () => socket.destroy());
    endWith(socket, rawReply(full, 'Retry-After: 1\r\n'), this.#clock);
  }
}
