// A readable value that tells when it changed. Views derive from signals and keep no copy.
import { type Disposable, Mutable, Store, toDisposable } from './disposable.ts';

export interface Signal<T> {
  readonly value: T;
  /** Called after each change; never with the present value. */
  onChange(listener: (value: T) => void): Disposable;
}

/** Something that happens, with no value in between. */
export class Emitter<T> implements Disposable {
  #listeners = new Set<(value: T) => void>();

  on(listener: (value: T) => void): Disposable {
    // Wrapped so that the same function may listen twice and each ends alone.
    const entry = (value: T): void => listener(value);
    this.#listeners.add(entry);
    return toDisposable(() => this.#listeners.delete(entry));
  }

  emit(value: T): void {
    for (const listener of [...this.#listeners]) {
      if (this.#listeners.has(listener)) listener(value);
    }
  }

  dispose(): void {
    this.#listeners.clear();
  }
}

/** The writable end of a signal; setting an identical value tells nobody. */
export class Source<T> implements Signal<T>, Disposable {
  #value: T;
  #changed = new Emitter<T>();

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  set(next: T): void {
    if (Object.is(next, this.#value)) return;
    this.#value = next;
    this.#changed.emit(next);
  }

  onChange(listener: (value: T) => void): Disposable {
    return this.#changed.on(listener);
  }

  dispose(): void {
    this.#changed.dispose();
  }
}

/** The value of `read`, anew whenever one of `from` changes; the same value while it means the same. Ends with `owner`. */
export const derive = <T>(
  read: () => T,
  from: readonly Signal<unknown>[],
  owner: Store,
  isSame: (one: T, other: T) => boolean = Object.is,
): Signal<T> => {
  const source = owner.add(new Source(read()));
  const update = (): void => {
    const next = read();
    if (!isSame(next, source.value)) source.set(next);
  };
  for (const signal of from) owner.add(signal.onChange(update));
  return source;
};

/** While `wanted` holds there is what `begin` makes; what needs a timer has none while nobody needs it. */
export const during = (wanted: Signal<boolean>, begin: () => Disposable): Disposable => {
  const store = new Store();
  const present = store.add(new Mutable<Disposable>());
  const follow = (isWanted: boolean): void => {
    present.value = isWanted ? (present.value ?? begin()) : undefined;
  };
  store.add(wanted.onChange(follow));
  follow(wanted.value);
  return store;
};

/** Resolves with the first value that satisfies `wanted`; rejects with the signal's reason when aborted. */
export const whenever = <T>(
  signal: Signal<T>,
  wanted: (value: T) => boolean,
  abort?: AbortSignal,
): Promise<T> =>
  new Promise((resolve, reject) => {
    if (wanted(signal.value)) return resolve(signal.value);
    if (abort?.aborted) return reject(abort.reason);
    const store = new Store();
    store.add(
      signal.onChange((value) => {
        if (!wanted(value)) return;
        store.dispose();
        resolve(value);
      }),
    );
    if (!abort) return;
    const onAbort = (): void => {
      store.dispose();
      reject(abort.reason);
    };
    abort.addEventListener('abort', onAbort, { once: true });
    store.add(toDisposable(() => abort.removeEventListener('abort', onAbort)));
  });
