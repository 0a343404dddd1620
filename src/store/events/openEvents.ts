// Opens an event store that belongs to this process alone: for servers that are made with the MCP SDK, for benchmarks and for
// tests. A window of the editor shares its files with others and opens its stores together (workspaceStore.ts).
import { type Clock, realClock } from '../../base/clock.ts';
import { type Disposable, Store } from '../../base/disposable.ts';
import { Source } from '../../base/signal.ts';
import { parseSettings } from '../../core/parseSettings.ts';
import type { EventStoreSettings } from '../../core/settings.ts';
import type { Log } from '../../runtime/ports.ts';
import { openDatabase } from '../database.ts';
import type { LeaseStatus } from '../leasePorts.ts';
import { storeFile, storeMigrations } from '../schema.ts';
import type { StoredEvents } from './eventPlaces.ts';
import { Events } from './events.ts';
import { EventTable } from './eventTable.ts';
import { lazyRedis } from './lazyRedis.ts';

export interface EventsOptions {
  /** Where the file of events lies; owner-only. Needed unless `kind` is `memory`. */
  readonly folder?: string;
  /** The settings of `mcpLifeline.eventStore`, where they are not the usual. */
  readonly settings?: Partial<EventStoreSettings>;
  readonly log?: Log;
  readonly clock?: Clock;
}

export interface OpenedEvents extends Disposable {
  readonly events: Events;
  /** Settings may change while the store is open. */
  readonly settings: Source<EventStoreSettings>;
}

const quiet = (): void => undefined;
const noLog: Log = { debug: quiet, info: quiet, warn: quiet, error: quiet };

const openStored = (folder: string, log: Log, life: Store): StoredEvents | null => {
  const opened = openDatabase({ folder, name: storeFile, migrations: storeMigrations, log });
  if (opened.kind === 'unavailable') {
    log.warn(`Event store: SQLite cannot be used (${opened.reason}): events are kept in memory.`);
    return null;
  }
  const database = life.add(opened.database);
  const status = new Source<LeaseStatus>('owner');
  return { table: new EventTable(database), ownership: { status, holds: () => true } };
};

export const openEvents = (options: EventsOptions): OpenedEvents => {
  const { folder, log = noLog, clock = realClock } = options;
  const life = new Store();
  const usual = parseSettings({}).settings.eventStore;
  const settings = life.add(new Source<EventStoreSettings>({ ...usual, ...options.settings }));
  const stored = folder === undefined ? null : openStored(folder, log, life);
  const events = life.add(new Events({ clock, log, settings, stored, connectRedis: lazyRedis }));
  return { events, settings, dispose: () => life.dispose() };
};
