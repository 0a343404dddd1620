// Ownership: whoever creates a thing registers it here and ends it once, in reverse order.
// Not here: asynchronous goodbyes, which belong to a `stop()` of their owner.

export interface Disposable {
  dispose(): void;
}

export const toDisposable = (end: () => void): Disposable => {
  let ended = false;
  return {
    dispose: () => {
      if (ended) return;
      ended = true;
      end();
    },
  };
};

/** Several failures of independent closing steps, all of which ran. */
export class DisposeError extends AggregateError {
  constructor(errors: readonly unknown[]) {
    super(errors, `${errors.length} of the closing steps failed`);
    this.name = 'DisposeError';
  }
}

/** Ends what was added in reverse order, once; something added to a dead store ends at once. */
export class Store implements Disposable {
  #items: Disposable[] = [];
  #disposed = false;

  get isDisposed(): boolean {
    return this.#disposed;
  }

  add<T extends Disposable>(item: T): T {
    if (this.#disposed) item.dispose();
    else this.#items.push(item);
    return item;
  }

  /** Ends one item early and forgets it. */
  drop(item: Disposable): void {
    const index = this.#items.indexOf(item);
    if (index >= 0) this.#items.splice(index, 1);
    item.dispose();
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    const failures: unknown[] = [];
    for (const item of this.#items.reverse()) {
      try {
        item.dispose();
      } catch (error) {
        failures.push(error);
      }
    }
    this.#items = [];
    if (failures.length > 0) throw new DisposeError(failures);
  }
}

/** What `build` makes with a store for its parts; where it throws half-way, those that are there end at once. */
export const allOrNothing = <T>(build: (owner: Store) => T): T => {
  const owner = new Store();
  try {
    return build(owner);
  } catch (error) {
    owner.dispose();
    throw error;
  }
};

/** One replaceable thing: assigning ends the one before. */
export class Mutable<T extends Disposable> implements Disposable {
  #value: T | undefined;
  #disposed = false;

  get value(): T | undefined {
    return this.#value;
  }

  set value(next: T | undefined) {
    if (this.#value === next) return;
    const previous = this.#value;
    this.#value = this.#disposed ? undefined : next;
    previous?.dispose();
    if (this.#disposed) next?.dispose();
  }

  dispose(): void {
    if (this.#disposed) return;
    this.value = undefined;
    this.#disposed = true;
  }
}
