// A vault in memory, and others that show what was kept in it only after a while, as the editor's other windows do.
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

/** The vaults of two windows: what one keeps the other one sees when it has looked `looks` times. */
export const lateVaults = (looks: number): readonly [MemoryVault, MemoryVault] => {
  const [one, other] = [new LateVault(looks), new LateVault(looks)];
  one.onChange((key) => other.arrives(key, one.texts.get(key)));
  other.onChange((key) => one.arrives(key, other.texts.get(key)));
  return [one, other];
};

class LateVault extends MemoryVault {
  readonly #looks: number;
  readonly #coming = new Map<string, { left: number; readonly text: string | undefined }>();

  constructor(looks: number) {
    super();
    this.#looks = looks;
  }

  arrives(key: string, text: string | undefined): void {
    this.#coming.set(key, { left: this.#looks, text });
  }

  override get(key: string): Promise<string | undefined> {
    const coming = this.#coming.get(key);
    if (coming && coming.left === 0) {
      this.#coming.delete(key);
      if (coming.text === undefined) this.texts.delete(key);
      else this.texts.set(key, coming.text);
    } else if (coming) coming.left -= 1;
    return super.get(key);
  }

  override set(key: string, value: string): Promise<void> {
    this.#coming.delete(key);
    return super.set(key, value);
  }
}
