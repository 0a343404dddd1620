// The copy in this window of what the vault keeps for one server, and the way to change it. Another window's change is heard of
// and read. Not here: the shape of it (stored.ts) and who may change it when (the mutex, see renewal.ts).
import { type Disposable, Store } from '../../base/disposable.ts';
import { Emitter } from '../../base/signal.ts';
import type { Log } from '../../runtime/ports.ts';
import type { TokenVault } from './ports.ts';
import { nothingStored, readStored, secretsIn, type Stored } from './stored.ts';

export interface KeeperDeps {
  readonly vault: TokenVault;
  readonly key: string;
  readonly log: Log;
  /** Told of everything that must not appear in any text. */
  readonly learn: (secret: string) => void;
}

export class Keeper implements Disposable {
  readonly #deps: KeeperDeps;
  readonly #store = new Store();
  readonly #changed = this.#store.add(new Emitter<Stored>());
  #current: Stored = nothingStored;
  #text: string | undefined;
  #loading: Promise<Stored> | null = null;

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

  /** Known here at once, even where the vault does not take it: then it is good for this life of the window. */
  async save(stored: Stored): Promise<void> {
    const { vault, key, log } = this.#deps;
    const isNothing = JSON.stringify(stored) === JSON.stringify(nothingStored);
    const text = isNothing ? undefined : JSON.stringify(stored);
    this.#take(text);
    this.#loading = Promise.resolve(this.#current);
    try {
      await (text === undefined ? vault.delete(key) : vault.set(key, text));
    } catch (error) {
      log.warn(`The sign-in cannot be kept beyond this window: ${String(error)}`);
    }
  }

  dispose(): void {
    this.#store.dispose();
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
