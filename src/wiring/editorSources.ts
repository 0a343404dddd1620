// The servers that other products define, with what this editor window has open. Composition only.
import type { Clock } from '../base/clock.ts';
import type { Store } from '../base/disposable.ts';
import type { Signal } from '../base/signal.ts';
import type { Settings } from '../core/settings.ts';
import type { Say } from '../core/wording/say.ts';
import { FoundServers } from './foundServers.ts';
import { globalStorageOf, watchOpenPlaces } from '../host/foundSources.ts';
import type { GatewayDoor } from '../host/gatewayDoor.ts';
import type { Logs } from '../host/log.ts';

export interface EditorSourcesParts {
  readonly context: Parameters<typeof globalStorageOf>[0];
  readonly clock: Clock;
  readonly logs: Logs;
  readonly say: Say;
  readonly settings: Signal<Settings>;
  readonly door: Signal<GatewayDoor>;
}

export const wireFoundServers = (parts: EditorSourcesParts, owner: Store): FoundServers => {
  const { context, logs, ...others } = parts;
  const open = owner.add(watchOpenPlaces()).places;
  const globalStorage = globalStorageOf(context);
  return owner.add(new FoundServers({ ...others, log: logs.own, open, globalStorage }));
};
