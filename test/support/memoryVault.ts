// A vault in memory, and a second look at it from another window where a test wants one.
import { Emitter } from '../../src/base/signal.ts';
import type { TokenVault } from '../../src/mcp/auth/ports.ts';

export class MemoryVault implements TokenVault {
  readonly texts = new Map<string, string>();
  readonly #changed = new Emitter<string>();

  get(key: string): Promise<string | undefined> {
    return Promise.resolve(this.texts.get(key));
  }

  set(key: string, value: string): Promise<void> {
    this.texts.set(key, value);
    this.#changed.emit(key);
    return Promise.resolve();
  }

  delete(key: string): Promise<void> {
    this.texts.delete(key);
    this.#changed.emit(key);
    return Promise.resolve();
  }

  onChange(listener: (key: string) => void): { dispose(): void } {
    return this.#changed.on(listener);
  }
}
