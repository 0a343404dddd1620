// A second home of the small records: the editor's own state of the workspace. It serves where SQLite is missing and
// after a file had to be set aside. It may be up to half a second old after a reload (an update that has resolved
// is not yet durable), so request ids taken from it leap ahead; cursors stay, since an older one only brings
// events again. Not here: `vscode`; the host passes `workspaceState` in.
import type { Clock, Millis } from '../base/clock.ts';
import { type Disposable, Mutable } from '../base/disposable.ts';
import { type SessionRecord, parseRecord } from '../core/record.ts';
import type { Log } from '../runtime/ports.ts';
import { reasonOf } from './database.ts';
import { type Collected, type RecordShelf, recordKey } from './recordShelf.ts';

/** The part of the editor's `Memento` that is needed. */
export interface Memento {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
  keys(): readonly string[];
}

export interface MirrorPorts {
  readonly memento: Memento;
  readonly clock: Clock;
  readonly log: Log;
}

/** More than any half second of calls can use up; ids are 53 bits wide. */
export const idLeap = 10_000;
const prefix = 'session:';
// The editor writes its whole state on every update, so only small and few records belong there.
const largestMirrored = 64 * 1024;
const mostMirrored = 200;
// For the same reason: calls change a record hundreds of times a second, and the leap makes up for the delay.
const coalesceFor: Millis = 500;

export class Mirror implements RecordShelf, Disposable {
  readonly #ports: MirrorPorts;
  readonly #waiting = new Map<string, SessionRecord>();
  readonly #timer = new Mutable<Disposable>();
  #isFailing = false;

  constructor(ports: MirrorPorts) {
    this.#ports = ports;
  }

  get(serverId: string, client: string): SessionRecord | null {
    return this.#read(prefix + recordKey(serverId, client));
  }

  all(): readonly SessionRecord[] {
    return this.#keys().flatMap((key) => this.#read(key) ?? []);
  }

  put(records: readonly SessionRecord[]): void {
    for (const record of records) {
      this.#waiting.set(prefix + recordKey(record.serverId, record.client), record);
    }
    this.#timer.value ??= this.#ports.clock.after(coalesceFor, () => this.flush());
  }

  /** Hands what waits to the editor, now. */
  flush(): void {
    this.#timer.value = undefined;
    for (const [key, record] of this.#waiting) {
      const isSmall = JSON.stringify(record).length <= largestMirrored;
      // A record that has grown too large must not leave its past behind.
      this.#update(key, isSmall ? record : undefined);
    }
    this.#waiting.clear();
    this.#trim();
  }

  dispose(): void {
    this.flush();
    this.#timer.dispose();
  }

  remove(serverId: string, client: string): void {
    const key = prefix + recordKey(serverId, client);
    this.#waiting.delete(key);
    this.#update(key, undefined);
  }

  collect(before: Millis): Collected {
    this.flush();
    let expired = 0;
    let removed = 0;
    for (const record of this.all()) {
      const isPast = record.lastActive < before && record.status !== 'expired';
      if (isPast) expired += 1;
      if (!isPast && record.status !== 'expired') continue;
      this.remove(record.serverId, record.client);
      removed += 1;
    }
    return { expired, removed };
  }

  clear(): number {
    this.flush();
    const keys = this.#keys();
    for (const key of keys) this.#update(key, undefined);
    return keys.length;
  }

  #keys(): readonly string[] {
    const keys = new Set([...this.#ports.memento.keys(), ...this.#waiting.keys()]);
    return [...keys].filter((key) => key.startsWith(prefix));
  }

  #read(key: string): SessionRecord | null {
    const waiting = this.#waiting.get(key);
    if (waiting !== undefined) return waiting;
    const value = this.#ports.memento.get(key);
    if (value === undefined) return null;
    const parsed = parseRecord(value);
    if (parsed.kind === 'ok') return { ...parsed.record, nextId: parsed.record.nextId + idLeap };
    this.#update(key, undefined);
    this.#ports.log.warn(`Storage: a mirrored session was dropped: ${parsed.reason}.`);
    return null;
  }

  #trim(): void {
    if (this.#keys().length <= mostMirrored) return;
    const newestFirst = this.all().toSorted((one, other) => other.lastActive - one.lastActive);
    for (const record of newestFirst.slice(mostMirrored)) {
      this.remove(record.serverId, record.client);
    }
  }

  #update(key: string, value: SessionRecord | undefined): void {
    if (value === undefined && this.#ports.memento.get(key) === undefined) return;
    this.#ports.memento.update(key, value).then(
      () => {
        this.#isFailing = false;
      },
      (error: unknown) => {
        if (!this.#isFailing) {
          this.#ports.log.warn(`Storage: sessions cannot be mirrored (${reasonOf(error)}).`);
        }
        this.#isFailing = true;
      },
    );
  }
}

/** Reads from the first, writes to both. */
export const mirrored = (main: RecordShelf, mirror: RecordShelf): RecordShelf => ({
  get: (serverId, client) => main.get(serverId, client),
  all: () => main.all(),
  put: (records) => {
    main.put(records);
    mirror.put(records);
  },
  remove: (serverId, client) => {
    main.remove(serverId, client);
    mirror.remove(serverId, client);
  },
  collect: (before) => {
    mirror.collect(before);
    return main.collect(before);
  },
  clear: () => {
    mirror.clear();
    return main.clear();
  },
});
