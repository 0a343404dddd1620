// What the timeline's page looks at, kept in the workspace's state, so that it is looked at again after another tab and after a
// reload. The editor's own memory of a web view is written down so late that a reload may find an older one. Free of `vscode`.
import type { Clock, Millis } from '../base/clock.ts';
import { type Disposable, Mutable, Store } from '../base/disposable.ts';
import { type KeptView, parseKeptView } from '../core/timeline/messages.ts';

/** What is needed of the workspace's state. */
export interface ViewState {
  get(key: string): unknown;
  update(key: string, value: KeptView | null): PromiseLike<void>;
}

export interface TimelineView extends Disposable {
  /** Null where nobody has looked yet. */
  readonly value: KeptView | null;
  keep(view: KeptView): void;
}

const storageKey = 'mcpLifeline.timeline';
/** Who turns the wheel sends dozens in a second. */
const gatherFor: Millis = 250;

class KeptInState implements TimelineView {
  readonly #clock: Clock;
  readonly #state: ViewState;
  readonly #store = new Store();
  readonly #timer = this.#store.add(new Mutable<Disposable>());
  #value: KeptView | null;

  constructor(clock: Clock, state: ViewState) {
    this.#clock = clock;
    this.#state = state;
    this.#value = parseKeptView(state.get(storageKey));
  }

  get value(): KeptView | null {
    return this.#value;
  }

  keep(view: KeptView): void {
    this.#value = view;
    this.#timer.value ??= this.#clock.after(gatherFor, () => this.#write());
  }

  #write(): void {
    this.#timer.value = undefined;
    // A failed write costs a look; the editor reports its own storage errors.
    void this.#state.update(storageKey, this.#value);
  }

  dispose(): void {
    if (this.#timer.value !== undefined) this.#write();
    this.#store.dispose();
  }
}

export const createTimelineView = (clock: Clock, state: ViewState): TimelineView =>
  new KeptInState(clock, state);
