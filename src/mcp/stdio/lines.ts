// Cuts the output of a process into lines and holds no more of one than the limit. A longer line is let pass by, of which
// its two ends are kept. Not here: what a line says.

/** What is kept of a line that is too long. */
export interface LineEnds {
  readonly head: string;
  readonly tail: string;
}

export interface LineSink {
  line(text: string): void;
  /** A line of more bytes than the limit has ended. */
  tooLong(ends: LineEnds): void;
  /** A line has grown so far past the limit that its end is not to be expected; told once for each. */
  endless(): void;
}

const lineFeed = 0x0a;
const keptOfEnds = 512;
/** A line of more than so many times the limit is taken for one without an end. */
const endlessAfter = 4;

export class LineReader {
  readonly #limit: number;
  readonly #sink: LineSink;
  #parts: Buffer[] = [];
  #size = 0;
  /** Set while a line is let pass by. */
  #passing: { readonly head: string; tail: Buffer } | null = null;

  constructor(limit: number, sink: LineSink) {
    this.#limit = limit;
    this.#sink = sink;
  }

  push(chunk: Buffer): void {
    let from = 0;
    for (;;) {
      const end = chunk.indexOf(lineFeed, from);
      if (end < 0) return this.#add(chunk.subarray(from));
      this.#add(chunk.subarray(from, end));
      this.end();
      from = end + 1;
    }
  }

  /** The line is complete, or the output has ended without a line feed. */
  end(): void {
    const passing = this.#passing;
    const parts = this.#parts;
    const size = this.#size;
    this.#passing = null;
    this.#parts = [];
    this.#size = 0;
    if (passing) this.#sink.tooLong({ head: passing.head, tail: passing.tail.toString('utf8') });
    else if (size > 0) this.#sink.line(Buffer.concat(parts, size).toString('utf8'));
  }

  #add(part: Buffer): void {
    if (part.length === 0) return;
    const before = this.#size;
    this.#size += part.length;
    if (this.#passing) this.#passing.tail = lastOf([this.#passing.tail, part]);
    else if (this.#size <= this.#limit) this.#parts.push(part);
    else this.#letPass([...this.#parts, part]);
    const most = endlessAfter * this.#limit;
    if (before <= most && this.#size > most) this.#sink.endless();
  }

  #letPass(parts: readonly Buffer[]): void {
    this.#passing = { head: headOf(parts), tail: lastOf(parts) };
    this.#parts = [];
  }
}

const headOf = (parts: readonly Buffer[]): string => {
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat(parts, Math.min(size, keptOfEnds)).toString('utf8');
};

/** A copy, so that the large buffers behind the parts can go. */
const lastOf = (parts: readonly Buffer[]): Buffer => {
  const kept: Buffer[] = [];
  let room = keptOfEnds;
  for (const part of parts.toReversed()) {
    if (room <= 0) break;
    kept.unshift(part.subarray(-room));
    room -= part.length;
  }
  return Buffer.concat(kept);
};
