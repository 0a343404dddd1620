// Which of the gateways on this machine is meant, as pure sentences over what was found. Paths are compared as text, in the
// way of the platform. Not here: finding them (discovery.ts).
import type { DiscoveryEntry } from './discoveryEntry.ts';

/**
 * `living`: its process runs. `ended`: it does not, for now; it comes back at the same port with the same token.
 * `elsewhere`: it belongs to another machine or container that shares the home folder, and cannot be reached from here.
 */
export type GatewayState = 'living' | 'ended' | 'elsewhere';

export interface FoundGateway {
  /** Path of its file; it stays the same over the lives of the gateway. */
  readonly file: string;
  readonly state: GatewayState;
  readonly entry: DiscoveryEntry;
}

export interface GatewayWish {
  /** The server that is wanted. */
  readonly server: string;
  /** The folder that was asked for: no other workspace will do. Null where none was named. */
  readonly workspace: string | null;
  /** The folder that the program was started in: only a hint. */
  readonly startedIn: string | null;
  /** The file that was chosen before: a session belongs to one gateway. */
  readonly before: string | null;
}

export interface PathStyle {
  readonly separator: '/' | '\\';
  readonly isCaseless: boolean;
}

const normal = (path: string, { separator, isCaseless }: PathStyle): string => {
  const slashes = separator === '\\' ? path.replaceAll('/', '\\') : path;
  const bare = slashes.endsWith(separator) ? slashes.slice(0, -1) : slashes;
  return isCaseless ? bare.toLowerCase() : bare;
};

/** Length of the closest of these folders that encloses `inner`, or is it; null where none does. */
export const closeness = (
  folders: readonly string[],
  inner: string,
  style: PathStyle,
): number | null => {
  const wanted = `${normal(inner, style)}${style.separator}`;
  const lengths = folders
    .map((folder) => `${normal(folder, style)}${style.separator}`)
    .filter((folder) => wanted.startsWith(folder))
    .map((folder) => folder.length);
  return lengths.length === 0 ? null : Math.max(...lengths);
};

const stateRank: Readonly<Record<GatewayState, number>> = { living: 2, ended: 1, elsewhere: 0 };

/** The larger, the better, compared one after the other. */
type Merits = readonly number[];

const compare = (one: Merits, other: Merits): number => {
  const index = one.findIndex((merit, place) => merit !== other[place]);
  return index < 0 ? 0 : (other[index] ?? 0) - (one[index] ?? 0);
};

const best = (
  found: readonly FoundGateway[],
  merits: (gateway: FoundGateway) => Merits,
): FoundGateway | null =>
  found.toSorted((one, other) => compare(merits(one), merits(other)))[0] ?? null;

/**
 * With a workspace named: the one whose folder encloses it most closely, running or not, since another workspace's server
 * of the same name is another server. Without: one that offers the server; a running one first, then the one nearest to
 * where the program was started, then the latest. Null: none of them is meant, and it is worth waiting for one.
 */
export const chooseGateway = (
  found: readonly FoundGateway[],
  wish: GatewayWish,
  style: PathStyle,
): FoundGateway | null => {
  const reachable = found.filter(({ state }) => state !== 'elsewhere');
  const before = reachable.find(({ file }) => file === wish.before);
  if (before) return before;
  const offers = ({ entry }: FoundGateway): number => Number(entry.servers.includes(wish.server));
  const { workspace, startedIn } = wish;
  if (workspace !== null)
    return best(
      reachable.filter(({ entry }) => closeness(entry.folders, workspace, style) !== null),
      (gateway) => [
        closeness(gateway.entry.folders, workspace, style) ?? 0,
        stateRank[gateway.state],
        offers(gateway),
        gateway.entry.startedAt,
      ],
    );
  const near = ({ entry }: FoundGateway): number =>
    startedIn === null ? 0 : (closeness(entry.folders, startedIn, style) ?? 0);
  return best(
    reachable.filter((gateway) => offers(gateway) === 1),
    (gateway) => [stateRank[gateway.state], near(gateway), gateway.entry.startedAt],
  );
};
