// Keeps servers that lead back to ourselves from being used, in an editor and in the headless gateway: in the settings where their
// entries say so, and before each attempt where only their variables do. Follows the gateway when it moves. No decisions.
import type { Store } from '../base/disposable.ts';
import { type Signal, Source } from '../base/signal.ts';
import { type OwnDoor, refuseLoops } from '../core/loops.ts';
import type { Settings } from '../core/settings.ts';
import type { Say } from '../core/wording/say.ts';
import { bridgeCopyPath } from '../gateway/bridgeCopy.ts';
import type { Fleet } from '../runtime/fleet.ts';
import { LoopGate } from '../runtime/loopGate.ts';
import type { Resolver } from '../runtime/resolver.ts';

export const ownDoorOf = (ports: readonly number[]): OwnDoor => ({
  ports,
  bridge: bridgeCopyPath(),
});

/** Where we listen, and word when that is another place. */
export interface Doors {
  readonly ports: () => readonly number[];
  readonly moved: Signal<unknown>;
}

/** The settings with every server refused that is our own gateway or bridge; they follow the door. */
export const withoutLoops = (
  settings: Signal<Settings>,
  { ports, moved }: Doors,
  owner: Store,
  say: Say,
): Signal<Settings> => {
  const judged = (): Settings => refuseLoops(settings.value, ownDoorOf(ports()), say);
  const source = owner.add(new Source(judged()));
  owner.add(settings.onChange(() => source.set(judged())));
  owner.add(
    moved.onChange(() => {
      const next = judged();
      // A door that moves changes nothing for the servers, unless one of them leads to it.
      if (next !== settings.value || source.value !== settings.value) source.set(next);
    }),
  );
  return source;
};

export interface LoopWatch {
  readonly resolver: Resolver;
  /** Has a server tried anew whose answer the door has overtaken. */
  follow(fleet: Pick<Fleet, 'get'>): void;
}

export const refusingLoops = (next: Resolver, { ports, moved }: Doors, owner: Store): LoopWatch => {
  const gate = new LoopGate({ next, door: () => ownDoorOf(ports()) });
  return {
    resolver: gate,
    follow: (fleet) => {
      const again = (): void => {
        for (const name of gate.overtaken()) fleet.get(name)?.reconnect();
      };
      owner.add(moved.onChange(again));
    },
  };
};
