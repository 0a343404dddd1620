// What a server needs of the fleet that it belongs to.
import type { ConnectionEffect, Life } from '../core/connection/state.ts';
import type { Settings } from '../core/settings.ts';
import type { ServerPorts } from './ports.ts';
import type { ServerWatch } from './watch.ts';

export interface ServerDeps {
  readonly ports: ServerPorts;
  readonly settings: () => Settings;
  /** Bytes that the held calls of all servers take. */
  readonly heldBytes: () => number;
  readonly refusal: (life: Life) => string;
  readonly waiting: (server: string, life: Life) => string;
  /** So many calls of an earlier life may have run, and nobody will learn what they did. */
  readonly leftBehind: (server: ServerWatch, count: number) => void;
  readonly tellUser: (
    server: ServerWatch,
    about: Extract<ConnectionEffect, { kind: 'tell-user' }>['about'],
  ) => void;
}
