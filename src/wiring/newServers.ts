// The ways in which a server becomes one of ours, within an editor: taken over from another product, or added and tried first.
// Composition only.
import type { Store } from '../base/disposable.ts';
import type { ProbeServer } from '../host/addServerProbe.ts';
import type { TakeOvers } from '../host/takeOverPorts.ts';
import type { EditorValues } from './editorValues.ts';
import { type Doors, refusingLoops } from './loops.ts';
import { createProbe, type ProbingParts } from './probing.ts';
import { type TakingOverParts, wireTakingOver } from './takingOver.ts';

export interface NewServersParts
  extends Omit<TakingOverParts, 'log'>, Omit<ProbingParts, 'settings' | 'log' | 'resolver'> {
  readonly logs: { readonly own: TakingOverParts['log'] };
  readonly values: Pick<EditorValues, 'resolver' | 'view'>;
  /** Nobody adds what leads back to ourselves. */
  readonly doors: Doors;
}

export interface NewServers {
  /** For the screens. */
  readonly view: { readonly takeOvers: TakeOvers; readonly probe: ProbeServer };
  /** Ends what a death has left in the middle. Rejects never. */
  open(): Promise<void>;
}

export const wireNewServers = (parts: NewServersParts, owner: Store): NewServers => {
  const { settings, logs, doors } = parts;
  const log = logs.own;
  const takingOver = wireTakingOver({ ...parts, log }, owner);
  const { resolver } = refusingLoops(parts.values.resolver, doors, owner);
  const probe = createProbe({ ...parts, log, resolver, settings: settings.current });
  return { view: { takeOvers: takingOver.view, probe }, open: () => takingOver.open() };
};
