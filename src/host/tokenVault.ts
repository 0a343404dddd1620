// Where what signing in yields is kept: the editor's secret storage, which all windows of the user share. Free of `vscode`.
// Not here: what is kept (mcp/auth) and the gateway's own token (gatewayToken.ts).
import { type Disposable, Store } from '../base/disposable.ts';
import { Emitter } from '../base/signal.ts';
import type { Log } from '../runtime/ports.ts';

/** The part of the editor's secret storage that is used. */
export interface EditorSecrets {
  get(key: string): PromiseLike<string | undefined>;
  store(key: string, value: string): PromiseLike<void>;
  delete(key: string): PromiseLike<void>;
  onDidChange(listener: (change: { readonly key: string }) => void): Disposable;
}

const prefix = 'signIn.';

/**
 * Texts by key. Where the editor cannot keep secrets (a locked key ring, a container without one) they are good for this life of
 * the window, which is said once.
 */
export class TokenVault implements Disposable {
  readonly #secrets: EditorSecrets;
  readonly #log: Pick<Log, 'warn'>;
  readonly #store = new Store();
  readonly #changed = this.#store.add(new Emitter<string>());
  /** What could not be kept. Null: it was deleted. */
  readonly #here = new Map<string, string | null>();
  #isTold = false;

  constructor(secrets: EditorSecrets, log: Pick<Log, 'warn'>) {
    this.#secrets = secrets;
    this.#log = log;
    this.#store.add(
      secrets.onDidChange(({ key }) => {
        if (key.startsWith(prefix)) this.#changed.emit(key.slice(prefix.length));
      }),
    );
  }

  async get(key: string): Promise<string | undefined> {
    const here = this.#here.get(key);
    if (here !== undefined) return here ?? undefined;
    try {
      return await this.#secrets.get(prefix + key);
    } catch (error) {
      this.#complain(error);
      return undefined;
    }
  }

  async set(key: string, value: string): Promise<void> {
    try {
      await this.#secrets.store(prefix + key, value);
      this.#here.delete(key);
    } catch (error) {
      this.#keepHere(key, value, error);
    }
  }

  async delete(key: string): Promise<void> {
    try {
      await this.#secrets.delete(prefix + key);
      this.#here.delete(key);
    } catch (error) {
      this.#keepHere(key, null, error);
    }
  }

  onChange(listener: (key: string) => void): Disposable {
    return this.#changed.on(listener);
  }

  dispose(): void {
    this.#store.dispose();
  }

  #keepHere(key: string, value: string | null, error: unknown): void {
    this.#here.set(key, value);
    this.#complain(error);
    // The editor tells of what it stored only.
    this.#changed.emit(key);
  }

  #complain(error: unknown): void {
    if (this.#isTold) return;
    this.#isTold = true;
    const reason = error instanceof Error ? error.message : String(error);
    this.#log.warn(
      `The editor cannot keep secrets (${reason}). You will have to sign in again after each reload.`,
    );
  }
}
