// Where the editor keeps `mcp.json` of the user, found from where it keeps the extension's own things, so that every
// edition, portable mode, another data folder and a remote machine are the same case. Pure.
import { posix, win32 } from 'node:path';
import { isObject } from '../core/rpc.ts';

const pathsOf = (platform: NodeJS.Platform): typeof posix => (platform === 'win32' ? win32 : posix);

/** `globalStorage`: `…/User/globalStorage/<extension>`. Null where it does not look so: nothing is guessed then. */
export const userFolderOf = (globalStorage: string, platform: NodeJS.Platform): string | null => {
  const paths = pathsOf(platform);
  const parent = paths.dirname(globalStorage);
  return paths.basename(parent) === 'globalStorage' ? paths.dirname(parent) : null;
};

/** What the editor remembers of its profiles; extensions are not told which one is in use. */
export const profileMemory = (userFolder: string, platform: NodeJS.Platform): string =>
  pathsOf(platform).join(userFolder, 'globalStorage', 'storage.json');

const ownValue = (value: unknown, key: string): unknown =>
  isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;

/** A profile may be told to use the default one's servers. */
const usesDefault = (memory: unknown, id: string): boolean => {
  const profiles = ownValue(memory, 'userDataProfiles');
  const known: readonly unknown[] = Array.isArray(profiles) ? profiles : [];
  const mine = known.find((profile) => ownValue(profile, 'location') === id);
  return ownValue(ownValue(mine, 'useDefaultFlags'), 'mcp') === true;
};

/**
 * The profile's folder: of the one that the editor remembers for this workspace (the URI of its folder or file), else of
 * the default one. `memory` is the parsed `storage.json`, or anything.
 */
export const profileFolder = (
  userFolder: string,
  memory: unknown,
  workspace: string | null,
  platform: NodeJS.Platform,
): string => {
  const associations = ownValue(ownValue(memory, 'profileAssociations'), 'workspaces');
  const id = workspace === null ? undefined : ownValue(associations, workspace);
  // A name of one folder and nothing else; the default profile has a name that is no folder's.
  if (typeof id !== 'string' || !/^[\w-]{1,64}$/.test(id) || id.startsWith('__')) return userFolder;
  return usesDefault(memory, id) ? userFolder : pathsOf(platform).join(userFolder, 'profiles', id);
};
