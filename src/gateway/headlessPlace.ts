// Where the headless gateway is, told to programs: one line for whoever started it, and a file for bridges.
import { basename, dirname } from 'node:path';
import type { Millis } from '../base/clock.ts';
import { type Disposable, Store } from '../base/disposable.ts';
import type { Signal } from '../base/signal.ts';
import { inEnglish } from '../core/wording/english.ts';
import { describeNoPort, describeRefusedPort } from '../core/wording/port.ts';
import type { Log } from '../runtime/ports.ts';
import type { DiscoveryFile } from './discovery.ts';
import type { DoorPlace } from './door.ts';
import { ownServerName } from './ownServerName.ts';

export interface PlaceDeps {
  readonly file: DiscoveryFile;
  readonly gateway: {
    readonly place: Signal<DoorPlace>;
    url(server: string): string | null;
  };
  readonly names: Signal<readonly string[]>;
  readonly token: string;
  readonly folders: readonly string[];
  readonly startedAt: Millis;
  readonly log: Log;
}

/** The folder that a configuration is about: of `DIR/.vscode/mcp.json` it is DIR. */
export const folderOf = (config: string): string => {
  const folder = dirname(config);
  return basename(folder).startsWith('.') ? dirname(folder) : folder;
};

/** Keeps the file true from now on. It stays when the gateway ends: port and token come back with the state. */
export const publishPlace = (deps: PlaceDeps): Disposable => {
  const { file, gateway, names, token, folders, startedAt, log } = deps;
  const write = (): void => {
    const url = gateway.url('{name}');
    if (url === null) return;
    try {
      file.publish({ url, token, folders, servers: [...names.value, ownServerName], startedAt });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      log.warn(`Bridges cannot find this gateway by themselves: ${why}`);
    }
  };
  write();
  const life = new Store();
  life.add(gateway.place.onChange(write));
  life.add(names.onChange(write));
  return life;
};

export type Announcement =
  | { readonly kind: 'line'; readonly text: string }
  /** Why there is nothing to announce. */
  | { readonly kind: 'nowhere'; readonly reason: string };

/** `wanted`: the port that the command line names, which is then the only one that will do. */
export const announcementOf = (
  { gateway, token }: Pick<PlaceDeps, 'gateway' | 'token'>,
  wanted: number | null,
): Announcement => {
  const place = gateway.place.value;
  if (place.kind === 'failed')
    return { kind: 'nowhere', reason: describeNoPort(place.code, inEnglish) };
  if (place.kind === 'closed') return { kind: 'nowhere', reason: 'The gateway is not open.' };
  const { port, instead } = place;
  if (wanted !== null && port !== wanted) {
    const why = describeRefusedPort(instead?.code ?? 'EADDRINUSE', inEnglish);
    return { kind: 'nowhere', reason: `Port ${wanted} cannot be had: ${why}.` };
  }
  return { kind: 'line', text: JSON.stringify({ url: gateway.url('{name}'), token }) };
};
