// What the screens see of the gateway, made of the gateway's own parts. Rooms of one column do not know each other, so that
// this is where host and gateway meet. No decisions.
import { homedir } from 'node:os';
import type { Signal } from '../base/signal.ts';
import { createClientGuide as createGuide } from '../gateway/connectClientGuide.ts';
import type { DoorPlace } from '../gateway/door.ts';
import type { ClientGuide } from '../host/clientGuide.ts';
import type { GatewayDoor } from '../host/gatewayDoor.ts';
import type { Doors } from './loops.ts';

/** `token`: null until it is known. */
export const doorOf = (
  place: DoorPlace,
  { isWanted, token }: { readonly isWanted: boolean; readonly token: string | null },
): GatewayDoor => {
  if (!isWanted) return { kind: 'off' };
  switch (place.kind) {
    case 'closed':
      return { kind: 'opening' };
    case 'failed':
      return place;
    case 'open':
      return token === null ? { kind: 'opening' } : { ...place, token };
  }
};

/** Where the gateway listens; nowhere while it is not open. */
export const portsOf = (door: GatewayDoor): readonly number[] =>
  door.kind === 'open' ? door.ports : [];

export const doorsOf = (door: Signal<GatewayDoor>): Doors => ({
  ports: () => portsOf(door.value),
  moved: door,
});

export interface GuideParts {
  /** Where the bridge lies, and will still lie after an update of the extension. */
  readonly bridgePath: string;
  /** Where the text of a file from before a change is kept. */
  readonly backups: string;
  /** The folder that the window has open. */
  readonly workspace: () => string | null;
}

export const createClientGuide = ({ bridgePath, ...parts }: GuideParts): ClientGuide =>
  createGuide({
    ...parts,
    bridgePath: () => bridgePath,
    home: homedir(),
    platform: process.platform,
    environment: process.env,
  });
