// One file of another program, read again whenever it changed: at once by hints of the system, and within seconds where
// those are missing. Not here: what is in the file.
import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Clock, Millis } from '../base/clock.ts';
import { type Disposable, Mutable, Store } from '../base/disposable.ts';
import { PathHints } from './pathHints.ts';
import { readText, type Reading } from './readText.ts';

export interface FileWatchPorts {
  readonly clock: Clock;
  readonly limit: number;
  /** Never called after `dispose`. */
  readonly onReading: (reading: Reading) => void;
}

/** A program that writes in several steps, or removes and creates, is done by then. */
const quiet: Millis = 150;
/** One that never stops writing is read all the same. */
const longestQuiet: Millis = 1000;

/** Says whether a file may be another one, or have another text, than before. */
const stampOf = async (path: string): Promise<string> => {
  try {
    const { dev, ino, size, mtimeMs, ctimeMs }: Stats = await stat(path);
    return [dev, ino, size, mtimeMs, ctimeMs].join(':');
  } catch {
    // Whatever keeps it from being looked at will be said when it is read.
    return 'none';
  }
};

export class FileWatch implements Disposable {
  readonly #path: string;
  readonly #ports: FileWatchPorts;
  readonly #store = new Store();
  readonly #timer = this.#store.add(new Mutable<Disposable>());
  readonly #hints: PathHints;
  #running: Promise<void> = Promise.resolve();
  #queued: Promise<void> | null = null;
  #hintedAt: Millis | null = null;
  #stamp: string | null = null;
  #isChecking = false;

  constructor(path: string, ports: FileWatchPorts) {
    this.#path = path;
    this.#ports = ports;
    this.#hints = this.#store.add(new PathHints(path, () => this.#hinted()));
  }

  /** Reads it now, or right after the reading that is under way; resolves when that is told. Never rejects. */
  look(): Promise<void> {
    this.#queued ??= this.#running.then(() => {
      this.#queued = null;
      this.#running = this.#read();
      return this.#running;
    });
    return this.#queued;
  }

  /** Reads it where it is not what was read last. */
  async check(): Promise<void> {
    // A drive that does not answer is asked once.
    if (this.#isChecking) return;
    this.#isChecking = true;
    await this.#hints.arm();
    const stamp = await stampOf(this.#path);
    if (!this.#store.isDisposed && stamp !== this.#stamp) await this.look();
    this.#isChecking = false;
  }

  dispose(): void {
    this.#store.dispose();
  }

  #hinted(): void {
    if (this.#store.isDisposed) return;
    const now = this.#ports.clock.steady();
    this.#hintedAt ??= now;
    const delay = Math.min(quiet, Math.max(0, this.#hintedAt + longestQuiet - now));
    this.#timer.value = this.#ports.clock.after(delay, () => {
      this.#hintedAt = null;
      void this.look();
    });
  }

  async #read(): Promise<void> {
    if (this.#store.isDisposed) return;
    // In this order: a change at any moment is either in what is read, or noticed afterwards.
    await this.#hints.arm();
    const stamp = await stampOf(this.#path);
    const reading = await readText(this.#path, this.#ports.limit);
    if (this.#store.isDisposed) return;
    // What could not be read is tried again: the right to read it, or the drive, may come back without a trace.
    this.#stamp = reading.kind === 'unreadable' ? null : stamp;
    this.#ports.onReading(reading);
  }
}
