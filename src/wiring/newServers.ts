// The ways in which a server becomes one of ours, within an editor: taken over from another product, or added and tried first.
// Composition only.
import type { Store } from '../base/disposable.ts';
import type { ProbeServer } from '../host/addServerProbe.ts';
import type { TakeOvers } from '../host/takeOverPorts.ts';
import { createProbe, type ProbingParts } from './probing.ts';
import { type TakingOverParts, wireTakingOver } from './takingOver.ts';

export interface NewServersParts
  extends Omit<TakingOverParts, 'log'>, Omit<ProbingParts, 'settings' | 'log'> {
  readonly logs: { readonly own: TakingOverParts['log'] };
}

export interface NewServers {
  /** For the screens. */
  readonly view: { readonly takeOvers: TakeOvers; readonly probe: ProbeServer };
  /** Ends what a death has left in the middle. Rejects never. */
  open(): Promise<void>;
}

export const wireNewServers = (parts: NewServersParts, owner: Store): NewServers => {
  const { settings, logs } = parts;
  const log = logs.own;
  const takingOver = wireTakingOver({ ...parts, log }, owner);
  const probe = createProbe({ ...parts, log, settings: settings.current });
  return { view: { takeOvers: takingOver.view, probe }, open: () => takingOver.open() };
};
