// The bytes of a line of data that comes in several parts, as a large result does: with them it can go on as it came, without being
// made of its text again. They are only noted, in the very buffers that were read; joining megabytes would make the garbage
// collector run for every such line. Not here: what a line says (stream.ts).
import { StringDecoder } from 'node:string_decoder';

const feed = 0x0a;
const carriageReturn = 0x0d;
const blank = 0x20;
const field = 'data:';
/** What comes in smaller parts than this is not worth noting: each of them costs as much as what it holds. */
const smallestPart = 1024;

/** The value of a line of data. */
interface LineData {
  readonly bytes: readonly Buffer[];
  /** Of the value as text. */
  readonly length: number;
}

export class LongLines {
  // Not TextDecoder: one for each answer is a fifth of the time that a small answer takes.
  readonly #decoder = new StringDecoder('utf8');
  readonly #take: (text: string) => void;
  #isAtStart = true;
  /** What has come of the present line; null where it is not noted. */
  #parts: Buffer[] | null = null;
  #length = 0;
  /** Of the line that has just ended. */
  #ended: LineData | null = null;

  constructor(take: (text: string) => void) {
    this.#take = take;
  }

  /** The bytes of an event that is told while text is handed on; null where they were not noted. */
  bytesOf(data: string): readonly Buffer[] | null {
    const ended = this.#ended;
    this.#ended = null;
    // Of an event with other lines of data as well, the text is longer.
    return ended?.length === data.length ? ended.bytes : null;
  }

  /** Hands a part of the stream on as text, cut where a line that was noted ends and where one begins that may have to be. */
  read(part: Buffer): void {
    // Most answers are whole lines in one part.
    if (!this.#parts && part.at(-1) === feed) return this.#wholeLines(part);
    const first = this.#parts ? part.indexOf(feed) + 1 : 0;
    if (first > 0) this.#end(part.subarray(0, first));
    const rest = part.subarray(first);
    const end = rest.lastIndexOf(feed) + 1;
    if (end > 0) this.#wholeLines(rest.subarray(0, end));
    if (end < rest.length) this.#goOn(rest.subarray(end));
  }

  #wholeLines(part: Buffer): void {
    this.#isAtStart = true;
    this.#handOn(this.#decoder.write(part));
  }

  /** A line has no end yet. */
  #goOn(part: Buffer): void {
    const text = this.#decoder.write(part);
    if (this.#parts) this.#note(part, text);
    else if (this.#isAtStart && part.length > field.length && text.startsWith(field)) {
      this.#parts = [part];
      this.#length = text.length;
    }
    this.#isAtStart = false;
    this.#handOn(text);
  }

  #note(part: Buffer, text: string): void {
    if (!this.#parts) return;
    this.#parts.push(part);
    this.#length += text.length;
    if (this.#length < (this.#parts.length - 1) * smallestPart) this.#parts = null;
  }

  #end(part: Buffer): void {
    const text = this.#decoder.write(part);
    this.#note(part, text);
    this.#ended = this.#parts && valueOf(this.#parts, this.#length);
    this.#parts = null;
    this.#isAtStart = true;
    this.#take(text);
  }

  /** An event is over with its last line, or with what follows at once. */
  #handOn(text: string): void {
    this.#take(text);
    this.#ended = null;
  }
}

const valueOf = (parts: readonly Buffer[], length: number): LineData => {
  const [start = Buffer.alloc(0), ...others] = parts;
  const begin = start[field.length] === blank ? field.length + 1 : field.length;
  const last = others.pop() ?? Buffer.alloc(0);
  // An end that is split between two parts makes the value too long by one, so that it is not the one of any event.
  const end = last.at(-2) === carriageReturn ? 2 : 1;
  const bytes = [start.subarray(begin), ...others, last.subarray(0, last.length - end)];
  return { bytes, length: length - begin - end };
};
