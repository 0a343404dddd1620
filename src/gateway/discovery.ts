// The files by which programs of the same user find a gateway: one for each workspace, for the owner's eyes only, because
// it holds the token. A file outlives its gateway on purpose: port and token come back with the workspace, so that a
// bridge that waits already knows where to knock; what is not running only ranks last. It is removed by a gateway that
// will not come back there (switched off, or a second window's that had a port of its own), and swept after a month.
// Not here: what is in a file (discoveryEntry.ts), which one is chosen (discoveryChoice.ts).
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, sep } from 'node:path';
import type { Millis } from '../base/clock.ts';
import { sayNow } from '../core/wording/unsaid.ts';
import { inEnglish } from '../core/wording/english.ts';
import type { FoundGateway, GatewayState, PathStyle } from './discoveryChoice.ts';
import { type DiscoveryEntry, entryText, parseEntry } from './discoveryEntry.ts';
import { codeOf, exposure, makeOwnFolder, readOwnFile, writeOwnFile } from './ownFiles.ts';

/** What the operating system says about a process, and where a number of one means something. */
export interface ProcessView {
  readonly machine: string;
  isAlive(pid: number): boolean;
}

export interface RefusedFile {
  readonly file: string;
  /** One sentence that says what to do. */
  readonly reason: string;
}

export interface Gateways {
  readonly found: readonly FoundGateway[];
  readonly refused: readonly RefusedFile[];
}

const mostFiles = 500;
const keptFor: Millis = 30 * 24 * 60 * 60 * 1000;
const suffix = '.json';

export const pathStyle: PathStyle = {
  separator: sep,
  isCaseless: process.platform === 'win32' || process.platform === 'darwin',
};

type Environment = Readonly<Record<string, string | undefined>>;

const absolute = (path: string | undefined): string | null =>
  path !== undefined && isAbsolute(path) ? path : null;

/** Where this platform keeps what a program remembers for one user (XDG Base Directory: relative values are ignored). */
const userStateFolder = (environment: Environment, platform: NodeJS.Platform): string => {
  if (platform === 'win32')
    return absolute(environment['LOCALAPPDATA']) ?? join(homedir(), 'AppData', 'Local');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support');
  return absolute(environment['XDG_STATE_HOME']) ?? join(homedir(), '.local', 'state');
};

/** Ours among them; what is written there is for this user only. */
export const lifelineFolder = (
  environment: Environment = process.env,
  platform: NodeJS.Platform = process.platform,
): string => join(userStateFolder(environment, platform), 'mcp-lifeline');

export const gatewaysFolder = (environment: Environment = process.env): string =>
  join(lifelineFolder(environment), 'gateways');

const stateOf = (entry: DiscoveryEntry, processes: ProcessView): GatewayState => {
  if (entry.machine !== processes.machine) return 'elsewhere';
  return processes.isAlive(entry.pid) ? 'living' : 'ended';
};

/** What one file says; null where it is gone. */
export const readGateway = (
  file: string,
  processes: ProcessView,
): FoundGateway | RefusedFile | null => {
  const read = readOwnFile(file);
  if (read.kind === 'missing') return null;
  if (read.kind === 'refused') return { file, reason: read.reason };
  const parsed = parseEntry(read.text);
  return parsed.kind === 'ok'
    ? { file, entry: parsed.entry, state: stateOf(parsed.entry, processes) }
    : { file, reason: `${file} cannot be read as a gateway: ${parsed.reason}.` };
};

const namesIn = (folder: string): readonly string[] => {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith(suffix));
    return names.slice(0, mostFiles);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
};

const exposedFolder = (folder: string): string | null => {
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  const trouble = stats === undefined ? null : exposure(stats, folder);
  return trouble && sayNow(trouble, inEnglish);
};

/** All gateways that left a file there. Where others may write into the folder nothing in it is believed. */
export const listGateways = (folder: string, processes: ProcessView): Gateways => {
  const trouble = exposedFolder(folder);
  if (trouble !== null) return { found: [], refused: [{ file: folder, reason: trouble }] };
  const found: FoundGateway[] = [];
  const refused: RefusedFile[] = [];
  for (const name of namesIn(folder)) {
    const read = readGateway(join(folder, name), processes);
    if (read === null) continue;
    if ('entry' in read) found.push(read);
    else refused.push(read);
  }
  return { found, refused };
};

/** Files of gateways that nobody has seen for a month, and drafts that a crash left. A running one stays, however old. */
const sweep = (folder: string, processes: ProcessView, now: Millis): void => {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats?.isFile() !== true || now - stats.mtimeMs <= keptFor) continue;
    const read = readGateway(path, processes);
    const isLiving = read !== null && 'state' in read && read.state === 'living';
    if (!isLiving) rmSync(path, { force: true });
  }
};

/** A program may come to the same folder through a link. */
export const realPath = (path: string): string => {
  try {
    return realpathSync(path);
  } catch {
    // A folder that is not there, or not for us: its name is all there is.
    return path;
  }
};

export interface DiscoveryFileDeps {
  /** `gatewaysFolder()`. */
  readonly folder: string;
  /** Tells one gateway from another over its lives: the path of its storage. */
  readonly workspace: string;
  readonly processes: ProcessView;
  readonly now: () => Millis;
}

/** The file of one gateway. */
export class DiscoveryFile {
  readonly #deps: DiscoveryFileDeps;
  readonly path: string;

  constructor(deps: DiscoveryFileDeps) {
    this.#deps = deps;
    const id = createHash('sha256').update(deps.workspace).digest('hex').slice(0, 24);
    this.path = join(deps.folder, `${id}${suffix}`);
  }

  /** Says where the gateway is, at its start and whenever that changes. Throws where the file cannot be written. */
  publish(what: Omit<DiscoveryEntry, 'version' | 'pid' | 'machine'>): void {
    const { folder, processes, now } = this.#deps;
    makeOwnFolder(folder);
    sweep(folder, processes, now());
    const { machine } = processes;
    const folders = [...new Set(what.folders.flatMap((path) => [path, realPath(path)]))];
    writeOwnFile(this.path, entryText({ version: 1, pid: process.pid, machine, ...what, folders }));
  }

  /** The gateway will not come back to this port: nobody needs to wait there. Leaves a successor's file alone. */
  withdraw(): void {
    const read = readGateway(this.path, this.#deps.processes);
    if (read !== null && 'entry' in read && read.entry.pid !== process.pid) return;
    rmSync(this.path, { force: true });
  }
}
