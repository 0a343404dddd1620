// The last lines that a server wrote to stderr, kept for the day when it dies: they say why. Without credentials, since
// they become part of a failure, which is shown and stored. Not here: the log, which gets every line.
import { redact } from '../../core/redact.ts';

const mostLines = 20;
const longestLine = 200;

export class StderrTail {
  /** Values of the settings that must not be shown. */
  readonly #secrets: readonly string[];
  #lines: string[] = [];

  constructor(secrets: readonly string[]) {
    this.#secrets = secrets;
  }

  add(line: string): void {
    const text = line.trim();
    if (text === '') return;
    // Before it is cut: half a secret would not be recognised.
    const plain = redact(text, this.#secrets);
    const short = plain.length > longestLine ? `${plain.slice(0, longestLine)}…` : plain;
    this.#lines = [...this.#lines, short].slice(-mostLines);
  }

  /** In one line, as the detail of a failure is; empty where nothing was written. */
  get text(): string {
    return this.#lines.join(' | ');
  }
}
