// The calls of everybody who uses one server, as one: our own views and the programs at the gateway. The sums are kept up, the list
// is made when somebody reads it, because calls move far more often than screens look.
// Not here: the calls of each of them (callDesk.ts).
import { type Disposable, Store, toDisposable } from '../base/disposable.ts';
import { Emitter, type Signal, Source } from '../base/signal.ts';
import type { PendingCall } from './watch.ts';

/** Calls that wait and calls on their way, and the bytes of the former. */
export interface Load {
  readonly held: number;
  readonly running: number;
  readonly heldBytes: number;
}

/** The calls of one connection. */
export interface Calls {
  readonly load: Signal<Load>;
  readonly pending: Signal<readonly PendingCall[]>;
}

const none: Load = { held: 0, running: 0, heldBytes: 0 };

export class ServerCalls implements Calls, Disposable {
  readonly #store = new Store();
  readonly #all = new Set<Calls>();
  readonly #load = this.#store.add(new Source<Load>(none));
  readonly #pendingChanged = this.#store.add(new Emitter<readonly PendingCall[]>());
  readonly pending: Signal<readonly PendingCall[]>;

  constructor() {
    const read = (): readonly PendingCall[] => this.#listPending();
    this.pending = {
      get value() {
        return read();
      },
      onChange: (listener) => this.#pendingChanged.on(listener),
    };
  }

  get load(): Signal<Load> {
    return this.#load;
  }

  /** Counts these too, until disposed. */
  add(calls: Calls): Disposable {
    const store = new Store();
    let counted = none;
    const count = (load: Load): void => {
      const before = counted;
      counted = load;
      this.#shift(before, load);
    };
    this.#all.add(calls);
    count(calls.load.value);
    store.add(calls.load.onChange(count));
    store.add(calls.pending.onChange(() => this.#changed()));
    store.add(toDisposable(() => this.#remove(calls, () => count(none))));
    return store;
  }

  dispose(): void {
    this.#store.dispose();
    this.#all.clear();
  }

  #remove(calls: Calls, uncount: () => void): void {
    this.#all.delete(calls);
    uncount();
    this.#changed();
  }

  #shift(from: Load, to: Load): void {
    const { held, running, heldBytes } = this.#load.value;
    if (from.held === to.held && from.running === to.running && from.heldBytes === to.heldBytes)
      return;
    this.#load.set({
      held: held + to.held - from.held,
      running: running + to.running - from.running,
      heldBytes: heldBytes + to.heldBytes - from.heldBytes,
    });
  }

  #changed(): void {
    if (!this.#store.isDisposed) this.#pendingChanged.emit(this.#listPending());
  }

  #listPending(): readonly PendingCall[] {
    const lists = [...this.#all]
      .map(({ pending }) => pending.value)
      .filter(({ length }) => length > 0);
    const [first] = lists;
    if (lists.length <= 1) return first ?? [];
    return lists.flat().toSorted((one, other) => one.since - other.since);
  }
}
