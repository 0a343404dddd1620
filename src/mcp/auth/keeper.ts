// The copy in this window of what the vault keeps for one server, and the way to change it. Another window's change is heard of
// and read. The vault of a window lags behind the others', so that whoever changed it leaves a mark beside the lock.
// Not here: the shape of it (stored.ts) and who may change it when (the mutex, see renewal.ts).
import { createHash } from 'node:crypto';
import { type Clock, type Millis, sleep } from '../../base/clock.ts';
import { type Disposable, Store } from '../../base/disposable.ts';
import { Emitter } from '../../base/signal.ts';
import type { Log } from '../../runtime/ports.ts';
import type { Mutex, TokenVault } from './ports.ts';
import { nothingStored, readStored, secretsIn, type Stored } from './stored.ts';

export interface KeeperDeps {
  readonly vault: TokenVault;
  readonly mutex: Pick<Mutex, 'noted' | 'note'>;
  readonly key: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Told of everything that must not appear in any text. */
  readonly learn: (secret: string) => void;
}

// The editor writes secrets a tenth of a second later, and tells its other windows another tenth after that.
const lagAtMost: Millis = 2_000;
const usualLag: Millis = 500;
const lookEvery: Millis = 50;

/** Tells one text from all others, and nothing of what is in it: tokens are too random to be guessed. */
const markOf = (text: string | undefined): string =>
  createHash('sha256')
    .update(text ?? '')
    .digest('hex');

export class Keeper implements Disposable {
  readonly #deps: KeeperDeps;
  readonly #store = new Store();
  readonly #changed = this.#store.add(new Emitter<Stored>());
  #current: Stored = nothingStored;
  #text: string | undefined;
  #loading: Promise<Stored> | null = null;
  readonly #ending = new AbortController();

  constructor(deps: KeeperDeps) {
    this.#deps = deps;
    this.#store.add(
      deps.vault.onChange((key) => {
        // Before the first use nothing is known that could have changed.
        if (key === deps.key && this.#loading) void this.reload();
      }),
    );
  }

  /** As it was last read. */
  get current(): Stored {
    return this.#current;
  }

  /** Called when it is something else than before, whoever changed it. */
  onChange(listener: (stored: Stored) => void): Disposable {
    return this.#changed.on(listener);
  }

  /** As it is now; reads the vault the first time. */
  async load(): Promise<Stored> {
    await (this.#loading ??= this.reload());
    return this.#current;
  }

  /** Reads the vault anew. A vault that cannot be read keeps nothing. */
  async reload(): Promise<Stored> {
    const { vault, key, log } = this.#deps;
    try {
      this.#take(await vault.get(key));
    } catch (error) {
      log.warn(`What is kept of the sign-in cannot be read: ${String(error)}`);
    }
    this.#loading ??= Promise.resolve(this.#current);
    return this.#current;
  }

  /** Under the lock: as the window that held it last has left it, however late this one hears of that. */
  async settled(): Promise<Stored> {
    const { mutex, key, clock } = this.#deps;
    const mark = await mutex.noted(key);
    const until = clock.steady() + lagAtMost;
    for (;;) {
      const stored = await this.reload();
      if (mark === null || mark === markOf(this.#text)) return stored;
      if (clock.steady() >= until || !(await this.#pause(lookEvery))) break;
    }
    // It will not come: that window could not keep it, or its vault is another one. Nobody else has to wait for it.
    await mutex.note(key, markOf(this.#text));
    return this.#current;
  }

  /** Once more, when what a window without marks has changed would have arrived. */
  async secondLook(): Promise<Stored> {
    await this.#pause(usualLag);
    return this.reload();
  }

  /** Under the lock. Known here at once, even where the vault does not take it: then it is good for this life of the window. */
  async save(stored: Stored): Promise<void> {
    const { vault, mutex, key, log } = this.#deps;
    const isNothing = JSON.stringify(stored) === JSON.stringify(nothingStored);
    const text = isNothing ? undefined : JSON.stringify(stored);
    this.#take(text);
    this.#loading = Promise.resolve(this.#current);
    // Before it is kept: a window that dies in between costs the next one a short wait, and no token that was used up.
    await mutex.note(key, markOf(text));
    try {
      await (text === undefined ? vault.delete(key) : vault.set(key, text));
    } catch (error) {
      log.warn(`The sign-in cannot be kept beyond this window: ${String(error)}`);
    }
  }

  dispose(): void {
    this.#ending.abort();
    this.#store.dispose();
  }

  /** False where the window ends. */
  #pause(time: Millis): Promise<boolean> {
    return sleep(this.#deps.clock, time, this.#ending.signal).then(
      () => true,
      () => false,
    );
  }

  #take(text: string | undefined): void {
    if (text === this.#text) return;
    this.#text = text;
    const read = text === undefined ? nothingStored : readStored(text);
    if (read === null)
      this.#deps.log.warn('What is kept of the sign-in is unreadable; sign in again.');
    this.#current = read ?? nothingStored;
    for (const secret of secretsIn(this.#current)) this.#deps.learn(secret);
    this.#changed.emit(this.#current);
  }
}
