// The settings of the headless gateway as they are now: the configuration file is read at the start and whenever it changes. A
// change that cannot be understood, as in the middle of an edit, changes nothing and is said once.
// Not here: what the file means (headlessConfig.ts).
import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { type Disposable, Store, toDisposable } from '../base/disposable.ts';
import { type Signal, Source } from '../base/signal.ts';
import type { Settings } from '../core/settings.ts';
import type { Log } from '../runtime/ports.ts';
import type { HeadlessWish } from './headlessArguments.ts';
import { type ParsedConfig, parseConfig } from './headlessConfig.ts';
import { codeOf } from './ownFiles.ts';

/** Looked at so often: events of the file system miss files that are replaced, and folders that are mounted. */
const lookEvery = 500;
const largestFile = 4 * 2 ** 20;

export const readConfig = (wish: HeadlessWish): ParsedConfig => {
  try {
    const text = readFileSync(wish.config, 'utf8');
    if (text.length > largestFile) return { kind: 'unusable', reason: 'It is too large.' };
    return parseConfig(text, wish);
  } catch (error) {
    return { kind: 'unusable', reason: `It cannot be read (${String(codeOf(error))}).` };
  }
};

export class HeadlessSettings implements Disposable {
  readonly #wish: HeadlessWish;
  readonly #log: Log;
  readonly #store = new Store();
  readonly #current: Source<Settings>;
  #said = '';

  /** `first`: what `readConfig` said. */
  constructor(wish: HeadlessWish, first: Extract<ParsedConfig, { kind: 'ok' }>, log: Log) {
    this.#wish = wish;
    this.#log = log;
    this.#current = this.#store.add(new Source(first.settings));
    for (const complaint of first.complaints) log.warn(complaint);
    const look = (): void => this.#look();
    watchFile(wish.config, { interval: lookEvery }, look);
    this.#store.add(toDisposable(() => unwatchFile(wish.config, look)));
  }

  get current(): Signal<Settings> {
    return this.#current;
  }

  dispose(): void {
    this.#store.dispose();
  }

  #look(): void {
    const read = readConfig(this.#wish);
    if (read.kind === 'unusable') {
      if (read.reason !== this.#said)
        this.#log.warn(`${this.#wish.config} is not used as it is now: ${read.reason}`);
      this.#said = read.reason;
      return;
    }
    this.#said = '';
    this.#log.info(`${this.#wish.config} has changed.`);
    for (const complaint of read.complaints) this.#log.warn(complaint);
    this.#current.set(read.settings);
  }
}
