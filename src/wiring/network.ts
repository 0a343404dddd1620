// The network watch of a root, which looks while there is a server that would profit. Composition only.
import type { Clock } from '../base/clock.ts';
import { type Disposable, Store } from '../base/disposable.ts';
import { derive, type Signal } from '../base/signal.ts';
import type { Settings } from '../core/settings.ts';
import { NetworkWatch } from '../mcp/network.ts';
import type { WakeSource } from '../runtime/ports.ts';

export const wireNetwork = (
  { clock, settings }: { readonly clock: Clock; readonly settings: Signal<Settings> },
  owner: Store,
): NetworkWatch => {
  const hasServer = (): boolean =>
    settings.value.servers.some((server) => server.kind !== 'bad' && server.enabled);
  const needed = derive(hasServer, [settings], owner);
  return owner.add(new NetworkWatch({ clock, needed }));
};

/** Sleep and network changes are noticed by the network watch, the window's focus by the editor. */
export const withFocus = (
  network: WakeSource,
  presence: { onFocus(listener: () => void): Disposable },
): WakeSource => ({
  onWake: (listener) => {
    const ears = new Store();
    ears.add(network.onWake(listener));
    ears.add(presence.onFocus(() => listener('focus')));
    return ears;
  },
});
