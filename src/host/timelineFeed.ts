// What the timeline's page is told, and when: everything when it begins to listen, then the lanes that have changed, and the
// time every few seconds, without which the page takes us for dead. Free of `vscode`. Not here: the panel (timeline.ts).
import { type Clock, every, type Millis } from '../base/clock.ts';
import { type Disposable, Mutable, Store } from '../base/disposable.ts';
import { type ChronicleEntry, type EntryKind, isKind } from '../core/chronicle.ts';
import { laneOf, type LaneSource } from '../core/timeline/derive.ts';
import type { Lane } from '../core/timeline/lane.ts';
import type { MessageToPage } from '../core/timeline/messages.ts';
import { thin } from '../core/timeline/thin.ts';
import type { Say } from '../core/wording/say.ts';
import type { Chronicle } from '../runtime/chronicle.ts';
import type { FleetWatch } from '../runtime/watch.ts';
import { watchServers } from './watchServers.ts';

export interface FeedPorts {
  readonly clock: Clock;
  readonly fleet: FleetWatch;
  readonly chronicle: Pick<Chronicle, 'read' | 'revision'>;
  readonly say: Say;
  readonly send: (message: MessageToPage) => void;
}

export interface TimelineFeed extends Disposable {
  /** The page has begun to listen; it knows nothing. */
  start(): void;
  stop(): void;
}

/** Sessions are told by the states. */
const kinds: readonly EntryKind[] = ['transition', 'recovery', 'health', 'calls', 'mark'];
/** A burst of changes is one message. */
const gatherFor: Millis = 300;
const beatEvery: Millis = 5_000;
/** What is older than this is read again only now and then: few things are written down so late. */
const recent: Millis = 15 * 60_000;
/** So many of the last entries are compared with those that the page was told. */
const newest = 20;
const readAllEvery: Millis = 10 * 60_000;

class Feed implements TimelineFeed {
  readonly #ports: FeedPorts;
  readonly #listening = new Mutable<Disposable>();
  readonly #timer = new Mutable<Disposable>();
  #entries: readonly ChronicleEntry[] = [];
  #readAllAt: Millis = -Infinity;
  /** What the page was told last of each server. */
  #told = new Map<string, string>();

  constructor(ports: FeedPorts) {
    this.#ports = ports;
  }

  start(): void {
    const { clock, fleet, chronicle } = this.#ports;
    this.#told = new Map();
    this.#readAllAt = -Infinity;
    const ears = new Store();
    this.#listening.value = ears;
    const soon = (): void => this.#tellSoon();
    ears.add(chronicle.revision.onChange(soon));
    ears.add(fleet.servers.onChange(soon));
    ears.add(watchServers(fleet, (server) => server.life.onChange(soon)));
    ears.add(every(clock, beatEvery, () => this.#tell()));
    this.#tell();
  }

  stop(): void {
    this.#timer.value = undefined;
    this.#listening.value = undefined;
    this.#entries = [];
  }

  dispose(): void {
    this.stop();
    this.#timer.dispose();
    this.#listening.dispose();
  }

  #tellSoon(): void {
    this.#timer.value ??= this.#ports.clock.after(gatherFor, () => {
      this.#timer.value = undefined;
      this.#tell();
    });
  }

  #tell(): void {
    const { clock, fleet, send } = this.#ports;
    const now = clock.now();
    this.#read(now);
    const common = this.#entries.filter(({ serverId }) => serverId === null);
    const own = Map.groupBy(this.#entries, ({ serverId }) => serverId);
    const servers = new Map(fleet.servers.value.map((server) => [server.id, server]));
    // The configured servers as every view lists them, then those that were.
    const known = [...own.keys()].flatMap((serverId) => serverId ?? []);
    const order = [...new Set([...servers.keys(), ...known])];
    const lanes = order.flatMap((serverId) => {
      const state = servers.get(serverId)?.life.value.state.kind ?? null;
      const entries = [...(own.get(serverId) ?? []), ...common];
      return this.#isNew({ serverId, state, entries })
        ? this.#lane({ serverId, state, entries }, now)
        : [];
    });
    send({ kind: 'lanes', now, order, lanes });
  }

  #read(now: Millis): void {
    const { chronicle } = this.#ports;
    const from = now - recent;
    const newest = chronicle.read(null, from, now, kinds);
    if (now - this.#readAllAt < readAllEvery && !this.#lacksOlder(newest, from)) {
      this.#entries = [...this.#entries.filter(({ at }) => at < from), ...newest];
      return;
    }
    this.#readAllAt = now;
    this.#entries = chronicle.read(null, -Infinity, now, kinds);
  }

  /** A loss is written down when it is over, at the moment at which it began; and what was cleared is gone at once. */
  #lacksOlder(newest: readonly ChronicleEntry[], from: Millis): boolean {
    const known = this.#entries.filter(({ at }) => at >= from);
    if (newest.length < known.length) return true;
    const lastKnown = known.at(-1)?.at ?? from;
    return newest.some(
      (entry) =>
        entry.kind === 'transition' && entry.at > lastKnown && entry.cause === 'attempt-succeeded',
    );
  }

  /** Whether the page was told something else of the server, or nothing. */
  #isNew({ serverId, state, entries }: LaneSource): boolean {
    // Apart, because marks of every server stand last; and a loss stands at its beginning when its calls are put anew.
    const parts = [
      entries.filter((entry) => entry.serverId !== null),
      entries.filter((entry) => entry.serverId === null),
      entries.filter(isKind('recovery')),
    ];
    const last = parts.map((part) => part.slice(-newest));
    const mark = JSON.stringify([state, entries.length, entries[0]?.at, last]);
    if (this.#told.get(serverId) === mark) return false;
    this.#told.set(serverId, mark);
    return true;
  }

  #lane(source: LaneSource, now: Millis): Lane {
    return laneOf({ ...source, entries: thin(source.entries, now) }, now, this.#ports.say);
  }
}

export const createTimelineFeed = (ports: FeedPorts): TimelineFeed => new Feed(ports);
