// Listens to every server there is, also to those that come later, and forgets those that go. Not here: what a view
// does about a change.
import { type Disposable, Store, toDisposable } from '../base/disposable.ts';
import type { Signal } from '../base/signal.ts';
import type { FleetWatch, ServerWatch } from '../runtime/watch.ts';

/** Listens to what a view shows of a value, and not to the rest: every call changes something. */
export const onChangeOf = <T, P>(
  signal: Signal<T>,
  part: (value: T) => P,
  listener: () => void,
): Disposable => {
  let shown = part(signal.value);
  return signal.onChange((value) => {
    const now = part(value);
    if (Object.is(now, shown)) return;
    shown = now;
    listener();
  });
};

/** `listen` is called once per item; what it returns ends when the item goes. */
export const watchEach = <T>(
  items: Signal<readonly T[]>,
  listen: (item: T) => Disposable,
): Disposable => {
  const store = new Store();
  const listening = new Map<T, Disposable>();
  const follow = (present: readonly T[]): void => {
    for (const [item, ear] of listening) {
      if (present.includes(item)) continue;
      listening.delete(item);
      ear.dispose();
    }
    for (const item of present) {
      if (!listening.has(item)) listening.set(item, listen(item));
    }
  };
  store.add(toDisposable(() => listening.forEach((ear) => ear.dispose())));
  store.add(items.onChange(follow));
  follow(items.value);
  return store;
};

export const watchServers = (
  fleet: FleetWatch,
  listen: (server: ServerWatch) => Disposable,
): Disposable => watchEach(fleet.servers, listen);
