// All files that may define servers, live: read when it opens, read again when one changes, and forgotten when it is no
// longer to be looked at (its source switched off, its folder closed). What did not change in meaning stays the same object.
// Not here: which files those are (places.ts), and what becomes of a found server (host).
import { isDeepStrictEqual } from 'node:util';
import { type Clock, every, type Millis } from '../base/clock.ts';
import { type Disposable, Mutable, Store } from '../base/disposable.ts';
import { type Signal, Source } from '../base/signal.ts';
import type { FoundServer, SourceFile } from '../core/sources.ts';
import type { Log } from '../runtime/ports.ts';
import type { SourcePlace } from './places.ts';
import { limitOf, type Reader, sourceFileOf } from './readSource.ts';
import type { Reading } from './readText.ts';
import { FileWatch } from './watchFile.ts';

export interface SourceWatchPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly places: Signal<readonly SourcePlace[]>;
  readonly reader: Signal<Reader>;
}

/** Where the system gives no hints (network drives, links into other folders) a change is seen after so long. */
const checkInterval: Millis = 5000;

interface Watched {
  place: SourcePlace;
  file: SourceFile | null;
  readonly watch: FileWatch;
}

const keyOf = ({ kind, file }: SourcePlace): string => JSON.stringify([kind, file]);

const sameServer = (next: FoundServer, last: readonly FoundServer[]): FoundServer =>
  last.find((server) => isDeepStrictEqual(server, next)) ?? next;

const isSameList = <T>(one: readonly T[], other: readonly T[]): boolean =>
  one.length === other.length && one.every((item, index) => item === other[index]);

/** `last` where nothing changed; else `next` with those servers of `last` that did not. */
const keepSame = (next: SourceFile | null, last: SourceFile | null): SourceFile | null => {
  if (next === null || last === null) return next;
  const servers = next.servers.map((server) => sameServer(server, last.servers));
  const isSame = next.problem === last.problem && isSameList(servers, last.servers);
  return isSame ? last : { ...next, servers };
};

export class SourceWatch implements Disposable {
  readonly #ports: SourceWatchPorts;
  readonly #store = new Store();
  readonly #found = this.#store.add(new Source<readonly SourceFile[]>([]));
  readonly #watched = new Map<string, Watched>();
  /** There while there is a file to look at. */
  readonly #checking = this.#store.add(new Mutable<Disposable>());

  constructor(ports: SourceWatchPorts) {
    this.#ports = ports;
  }

  /** In the order in which they count. */
  get found(): Signal<readonly SourceFile[]> {
    return this.#found;
  }

  /** Begins to read and to watch; before, nothing is looked at. */
  open(): void {
    const { places, reader } = this.#ports;
    this.#store.add(places.onChange(() => this.#reconcile()));
    this.#store.add(reader.onChange(() => this.#lookAll()));
    this.#reconcile();
  }

  /** Reads this file now, for whoever has just written it; resolves when what it says is published. */
  async refresh(file: string): Promise<void> {
    const meant = [...this.#watched.values()].filter(({ place }) => place.file === file);
    await Promise.all(meant.map(({ watch }) => watch.look()));
  }

  dispose(): void {
    this.#watched.clear();
    this.#store.dispose();
  }

  #reconcile(): void {
    const wanted = new Map(this.#ports.places.value.map((place) => [keyOf(place), place]));
    for (const [key, { watch }] of [...this.#watched]) {
      if (wanted.has(key)) continue;
      this.#watched.delete(key);
      this.#store.drop(watch);
    }
    for (const [key, place] of wanted) this.#keep(key, place);
    this.#keepChecking();
    this.#publish();
  }

  #keepChecking(): void {
    if (this.#watched.size === 0) this.#checking.value = undefined;
    else this.#checking.value ??= every(this.#ports.clock, checkInterval, () => this.#checkAll());
  }

  #keep(key: string, place: SourcePlace): void {
    const known = this.#watched.get(key);
    if (known && isDeepStrictEqual(known.place, place)) return;
    if (known) known.place = place;
    void (known ?? this.#add(key, place)).watch.look();
  }

  #add(key: string, place: SourcePlace): Watched {
    const watch = this.#store.add(
      new FileWatch(place.file, {
        clock: this.#ports.clock,
        limit: limitOf(place.kind),
        onReading: (reading) => this.#tell(watched, reading),
      }),
    );
    const watched: Watched = { place, file: null, watch };
    this.#watched.set(key, watched);
    return watched;
  }

  #tell(watched: Watched, reading: Reading): void {
    const last = watched.file;
    const next = sourceFileOf(watched.place, reading, this.#ports.reader.value, last);
    watched.file = keepSame(next, last);
    const problem = next?.problem ?? null;
    if (problem !== null && problem !== last?.problem)
      this.#ports.log.warn(`${watched.place.file}: ${problem}`);
    this.#publish();
  }

  #publish(): void {
    const files = this.#ports.places.value
      .map((place) => this.#watched.get(keyOf(place))?.file ?? null)
      .filter((file) => file !== null);
    if (!isSameList(files, this.#found.value)) this.#found.set(files);
  }

  #lookAll(): void {
    for (const { watch } of this.#watched.values()) void watch.look();
  }

  #checkAll(): void {
    for (const { watch } of this.#watched.values()) void watch.check();
  }
}
