// Takes the body of an answer out of what comes over the connection, as its head said that it is delimited (RFC 9112, sections
// 6 and 7). Keeps nothing of it. Not here: the head (head.ts), and what is done with the body.
import { type Framing, NotHttpError } from './head.ts';

/** What a part of the connection's bytes held. */
export interface Taken {
  readonly parts: readonly Buffer[];
  /** The bytes after the body, once it has ended; null before. */
  readonly rest: Buffer | null;
}

export interface BodyReader {
  /** Throws `NotHttpError`. */
  take(bytes: Buffer): Taken;
}

const feed = 0x0a;
// A size is one short line. What else may stand in it, and after the last chunk, means nothing to us.
const longestLine = 4096;
const mostTrailers = 16 * 1024;

class CountedBody implements BodyReader {
  #left: number;

  constructor(bytes: number) {
    this.#left = bytes;
  }

  take(bytes: Buffer): Taken {
    const part = bytes.subarray(0, this.#left);
    this.#left -= part.length;
    const parts = part.length === 0 ? [] : [part];
    return { parts, rest: this.#left === 0 ? bytes.subarray(part.length) : null };
  }
}

class ChunkedBody implements BodyReader {
  #state: 'size' | 'data' | 'after-data' | 'trailers' | 'over' = 'size';
  /** Of the present chunk. */
  #left = 0;
  /** A line of which the end has not come yet. */
  #line = '';
  #trailers = 0;

  take(bytes: Buffer): Taken {
    const parts: Buffer[] = [];
    let at = 0;
    while (at < bytes.length && this.#state !== 'over') {
      if (this.#state === 'data') {
        const part = bytes.subarray(at, at + this.#left);
        parts.push(part);
        at += part.length;
        this.#left -= part.length;
        if (this.#left === 0) this.#state = 'after-data';
      } else at = this.#takeLine(bytes, at);
    }
    return { parts, rest: this.#state === 'over' ? bytes.subarray(at) : null };
  }

  /** Returns where the next line begins. */
  #takeLine(bytes: Buffer, at: number): number {
    const end = bytes.indexOf(feed, at);
    const stop = end < 0 ? bytes.length : end + 1;
    this.#line += bytes.toString('latin1', at, stop);
    if (this.#line.length > longestLine) throw new NotHttpError('HPE_CHUNK_EXTENSIONS_OVERFLOW');
    if (end < 0) return stop;
    const line = this.#line;
    this.#line = '';
    if (!line.endsWith('\r\n')) throw new NotHttpError('HPE_LF_EXPECTED');
    this.#judge(line.slice(0, -2));
    return stop;
  }

  #judge(line: string): void {
    if (this.#state === 'size') {
      const [, digits] = /^([0-9a-f]{1,12})[ \t]*(?:;|$)/i.exec(line) ?? [];
      if (digits === undefined) throw new NotHttpError('HPE_INVALID_CHUNK_SIZE');
      this.#left = Number.parseInt(digits, 16);
      this.#state = this.#left === 0 ? 'trailers' : 'data';
    } else if (this.#state === 'after-data') {
      if (line !== '') throw new NotHttpError('HPE_STRICT');
      this.#state = 'size';
    } else if (line === '') this.#state = 'over';
    else {
      this.#trailers += line.length;
      if (this.#trailers > mostTrailers) throw new NotHttpError('HPE_HEADER_OVERFLOW');
    }
  }
}

const untilClose: BodyReader = {
  take: (bytes) => ({ parts: bytes.length === 0 ? [] : [bytes], rest: null }),
};

export const bodyReaderOf = (framing: Framing): BodyReader => {
  switch (framing.kind) {
    case 'length':
      return new CountedBody(framing.bytes);
    case 'chunked':
      return new ChunkedBody();
    case 'until-close':
      return untilClose;
  }
};
