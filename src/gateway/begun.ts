// Which connections carry an answer that has begun and is not whole. A port keeper holds them too, and has to know it when this process
// is killed: it ends those, and their clients come back with a cursor; whoever waits along another is told to ask again. It is one
// byte for each connection, in a file without a name whose pages outlive us, because a message for each answer would cost more
// than the answer. Not here: the keeper's side (keeperHeirs.ts), and who shares what with it (portKeeper.ts).
import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Disposable } from '../base/disposable.ts';

/** Of one connection. */
export interface BegunMark {
  /** How many answers on it have begun and are not whole: more than one only where its client does not wait for the first. */
  change(by: 1 | -1): void;
  /** Its connection has ended, and its number is another one's from now on. */
  clear(): void;
}

const mostShown = 255;
/** What nearly all need is there from the beginning, so that a disk that is full later hides nothing. */
const firstPart = Buffer.alloc(4096);

export class BegunMarks implements Disposable {
  /** To be inherited by the keeper. */
  readonly descriptor: number;
  #isOpen = true;

  private constructor(descriptor: number) {
    this.descriptor = descriptor;
  }

  /** Null where there is no room for it; then nobody knows, and the keeper ends whatever it cannot tell. */
  static open(folder: string = tmpdir()): BegunMarks | null {
    const path = join(folder, `mcp-lifeline-${randomUUID()}`);
    try {
      const descriptor = openSync(path, 'wx+', 0o600);
      unlinkSync(path);
      writeSync(descriptor, firstPart);
      return new BegunMarks(descriptor);
    } catch {
      return null;
    }
  }

  /** Of the connection with this number, counted from 0. */
  of(number: number): BegunMark {
    let count = 0;
    let isOver = false;
    const show = (next: number): void => {
      if (isOver) return;
      count = next;
      this.#write(number, next);
    };
    show(0);
    return {
      change: (by) => show(count + by),
      clear: () => {
        show(0);
        isOver = true;
      },
    };
  }

  dispose(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    closeSync(this.descriptor);
  }

  #write(number: number, count: number): void {
    // Its descriptor may be another file's by now.
    if (!this.#isOpen) return;
    try {
      writeSync(this.descriptor, Buffer.of(Math.min(count, mostShown)), 0, 1, number);
    } catch {
      // The disk is full: what has begun and does not look so is broken a little later, when the next gateway is there.
    }
  }
}

/** What a keeper finds in the file that it inherits: whether an answer has begun on the connection with a number. */
export const readBegun = (descriptor: number, numbers: Iterable<number>): ReadonlySet<number> => {
  const begun = new Set<number>();
  const byte = Buffer.alloc(1);
  for (const number of numbers)
    // What lies behind the end was never shown.
    if (readSync(descriptor, byte, 0, 1, number) === 1 && byte[0] !== 0) begun.add(number);
  return begun;
};

const marks = new WeakMap<Socket, BegunMark>();
const shown = new WeakMap<ServerResponse, BegunMark>();

/** Answers along this connection are shown there from now on. */
export const showBegunAt = (socket: Socket, mark: BegunMark): void => void marks.set(socket, mark);

/**
 * The beginning of an answer was written. Said after that: killed in between, its client gets words where a chunk would begin, which
 * break the stream just as its end would. Said before, it would get nothing, and lose its call.
 */
export const hasBegun = (response: ServerResponse): void => {
  const mark = response.socket && marks.get(response.socket);
  if (!mark || shown.has(response)) return;
  shown.set(response, mark);
  mark.change(1);
};

const isWholeNow = (response: ServerResponse): void => {
  shown.get(response)?.change(-1);
  shown.delete(response);
};

/** In characters. The system takes so much at once, or nothing, from whoever has nothing else to write. */
const takenAtOnce = 4 * 1024;

/**
 * The last of an answer is written next, so many characters of it. Said before that, for a client may ask again as soon as it has it. What
 * the system may take in parts is shown until all of it is gone: words in the middle of an event would be taken for a part of it.
 */
export const isEnding = (response: ServerResponse, length: number): void => {
  if (length <= takenAtOnce && response.writableLength === 0) return isWholeNow(response);
  hasBegun(response);
  response.once('finish', () => isWholeNow(response));
};
