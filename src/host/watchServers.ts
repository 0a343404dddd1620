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

/** `listen` is called once per server; what it returns ends when the server goes. */
export const watchServers = (
  fleet: FleetWatch,
  listen: (server: ServerWatch) => Disposable,
): Disposable => {
  const store = new Store();
  const listening = new Map<ServerWatch, Disposable>();
  const follow = (servers: readonly ServerWatch[]): void => {
    for (const [server, ear] of listening) {
      if (servers.includes(server)) continue;
      listening.delete(server);
      ear.dispose();
    }
    for (const server of servers) {
      if (!listening.has(server)) listening.set(server, listen(server));
    }
  };
  store.add(toDisposable(() => listening.forEach((ear) => ear.dispose())));
  store.add(fleet.servers.onChange(follow));
  follow(fleet.servers.value);
  return store;
};
