// Hands messages to the input of a process one after the other, and knows of each whether the process can have read it.
// That decides whether it may be sent again after the process died: a line without its end was never executed.
// Not here: answers.
import type { Writable } from 'node:stream';

/**
 * `queued` and `stuck`: the process cannot have read the whole line. `handed`: it may have. `written`: the kernel has
 * all of it.
 */
export type LetterState = 'queued' | 'handed' | 'stuck' | 'written';

export interface Letter {
  readonly state: LetterState;
}

interface Posted {
  state: LetterState;
  readonly line: string;
  readonly bytes: number;
  readonly written: () => void;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export class Outbox {
  readonly #stream: Writable;
  readonly #limit: number;
  #queue: Posted[] = [];
  #waiting = 0;
  #current: Posted | null = null;
  #closed = false;

  /** `limit`: bytes that may wait for a process that does not read its input. */
  constructor(stream: Writable, limit: number) {
    this.#stream = stream;
    this.#limit = limit;
  }

  /** Null where too much waits already. `written` is called when the kernel has taken the whole message. */
  post(text: string, written: () => void): Letter | null {
    const line = `${text}\n`;
    const bytes = Buffer.byteLength(line);
    if (this.#waiting > 0 && this.#waiting + bytes > this.#limit) return null;
    const letter: Posted = { state: 'queued', line, bytes, written };
    this.#waiting += bytes;
    this.#queue.push(letter);
    this.#handOn();
    return letter;
  }

  /** Takes back what was not handed over yet. */
  withdraw(letter: Letter): void {
    const found = this.#queue.find((other) => other === letter);
    if (!found) return;
    this.#queue = this.#queue.filter((other) => other !== found);
    this.#waiting -= found.bytes;
  }

  /** From now on no letter counts as written: what is told after a death is about the closing of the pipe. */
  freeze(): void {
    this.#closed = true;
  }

  /** Ends the input. What is not written yet will not be: others are told that it was not sent. */
  close(): void {
    this.#closed = true;
    this.#queue = [];
    if (this.#current) this.#stream.destroy();
    else this.#stream.end();
  }

  #handOn(): void {
    while (!this.#closed && this.#current === null) {
      const letter = this.#queue.shift();
      if (!letter) return;
      this.#hand(letter);
    }
  }

  #hand(letter: Posted): void {
    letter.state = 'handed';
    this.#current = letter;
    this.#stream.write(letter.line, (error) => {
      // The stream itself tells its trouble as well; without its end the line is worth nothing.
      if (error) letter.state = 'stuck';
      else this.#done(letter);
    });
    // Nothing is left in the stream when the kernel took all of it at once, as it mostly does.
    if (this.#stream.writableLength === 0 && !this.#stream.errored) this.#done(letter);
    else void this.#watch(letter);
  }

  #done(letter: Posted): void {
    if (this.#closed || letter.state === 'written') return;
    letter.state = 'written';
    this.#waiting -= letter.bytes;
    if (this.#current === letter) this.#current = null;
    letter.written();
    this.#handOn();
  }

  /**
   * Node writes at once what the kernel takes, tries again once, and hears of that second success in the next turn of
   * the event loop. After two turns without word the kernel has not taken the end of the line; when it does, we
   * hear of that before we hear of the death of a process (libuv handles signals last in a turn).
   */
  async #watch(letter: Posted): Promise<void> {
    await turn();
    await turn();
    if (!this.#closed && letter.state === 'handed') letter.state = 'stuck';
  }
}
