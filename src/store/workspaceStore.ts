// Builds what one window keeps: records, unfinished calls and what the gateway needs under the lease, and history.
// Where SQLite cannot be used it says so once and builds the same in memory. There, stored sessions come from the
// mirror only if the editor itself lets no second window open the same workspace (a local desktop does; a browser
// does not): with no lease to ask, using none is the safe choice.
import type { Clock, Millis } from '../base/clock.ts';
import { type Disposable, Store, toDisposable } from '../base/disposable.ts';
import { type Signal, Source } from '../base/signal.ts';
import { parseSettings } from '../core/parseSettings.ts';
import type { SessionRecord } from '../core/record.ts';
import type { EventStoreSettings } from '../core/settings.ts';
import type { DoorStore, GatewaySessionStore, OfferStore } from '../runtime/gatewayPorts.ts';
import type { ChronicleStore } from '../runtime/chronicle.ts';
import type { HistoryStore, JournalStore, Log, RecordStore } from '../runtime/ports.ts';
import { type Database, type Sqlite, openDatabase } from './database.ts';
import { Events } from './events/events.ts';
import { EventTable } from './events/eventTable.ts';
import { lazyRedis } from './events/lazyRedis.ts';
import { openGatewayTables } from './gatewayTables.ts';
import { History } from './history.ts';
import { type HistoryBounds, usualBounds } from './historyBounds.ts';
import { Journal } from './journal.ts';
import { journalLimits } from './journalBounds.ts';
import { JournalTable } from './journalTable.ts';
import { Lease } from './lease.ts';
import type { LeaseOpening, LeaseStatus } from './leasePorts.ts';
import type { LeaseLoss, ProcessFacts } from './leaseRules.ts';
import { LeaseTable, leaseFile, leaseMigrations } from './leaseTable.ts';
import { MemoryShelf } from './memory.ts';
import { MemoryHistory } from './memoryHistory.ts';
import { MemoryJournal } from './memoryJournal.ts';
import { type Memento, Mirror, mirrored } from './mirror.ts';
import { OwnedHistory } from './ownedHistory.ts';
import { OwnedRecords, type Ownership, guarded } from './ownedRecords.ts';
import { RecordTable } from './recordTable.ts';
import { Records } from './records.ts';
import { storeFile, storeMigrations } from './schema.ts';

export interface WorkspaceStorePorts {
  /** `storageUri`, or `globalStorageUri` where no folder is open. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
  /** `workspaceState`. */
  readonly memento: Memento;
  readonly sessionTtl: Millis;
  readonly historyEntries: number;
  /** The other bounds of the history; the usual ones where they are left out. */
  readonly historySamples?: number;
  readonly historyMaxAge?: Millis;
  /** Whether the user lets unfinished calls, with their arguments, be written down. */
  readonly allowsJournal: Signal<boolean>;
  /** How the gateway's events are kept; the usual settings where it is left out. */
  readonly eventStore?: Signal<EventStoreSettings>;
  readonly window: WindowFacts;
  readonly loadSqlite?: () => Sqlite | undefined;
}

export interface WindowFacts {
  /** Random id of this window's life. */
  readonly id: string;
  readonly pid: number;
  readonly processes: ProcessFacts;
  /** Whether the editor lets no second window open the same workspace. */
  readonly isOnlyOne: boolean;
  /** Whether somebody looks at this window: a round trip to the workbench. */
  isWatched(): Promise<boolean>;
}

/** Records with what commands and screens ask for besides. */
export interface KeptRecords extends RecordStore {
  all(): readonly SessionRecord[];
  clear(): number;
  flush(): void;
}

export interface WorkspaceStore extends Disposable {
  readonly records: KeptRecords;
  readonly history: HistoryStore & ChronicleStore;
  readonly journal: JournalStore;
  readonly events: Events;
  readonly gatewaySessions: GatewaySessionStore;
  readonly offers: OfferStore;
  readonly door: DoorStore;
  readonly lease: Signal<LeaseStatus>;
  readonly leaseLoss: Signal<LeaseLoss | null>;
  /** Whether this window may use what is stored, its stable port included, at this moment. */
  holdsLease(): boolean;
  /** Null where everything is in memory. */
  readonly database: Database | null;
}

const boundsOf = (ports: WorkspaceStorePorts): HistoryBounds => ({
  entries: ports.historyEntries,
  samples: ports.historySamples ?? usualBounds.samples,
  maxAge: ports.historyMaxAge ?? usualBounds.maxAge,
});

const openHistory = (ports: WorkspaceStorePorts, database: Database): History =>
  new History({ ...ports, database, bounds: boundsOf(ports), now: () => ports.clock.now() });

const ownHistory = (
  ports: WorkspaceStorePorts,
  stored: History,
  lease: Signal<LeaseStatus>,
): OwnedHistory => {
  const own = new MemoryHistory(boundsOf(ports));
  return new OwnedHistory({ lease, stored, own, clock: ports.clock });
};

const openLeaseTable = (ports: WorkspaceStorePorts): LeaseOpening => {
  const opened = openDatabase({ ...ports, name: leaseFile, migrations: leaseMigrations });
  return opened.kind === 'open' ? { kind: 'open', table: new LeaseTable(opened.database) } : opened;
};

const makeLease = (ports: WorkspaceStorePorts): Lease => {
  const { clock, log, window } = ports;
  const { id, pid, processes } = window;
  const isWatched = (): Promise<boolean> => window.isWatched();
  return new Lease({
    clock,
    log,
    id,
    pid,
    processes,
    open: () => openLeaseTable(ports),
    isWatched,
  });
};

type Kept = Pick<WorkspaceStore, 'events' | 'gatewaySessions' | 'offers' | 'door'>;

/** What the gateway keeps; `owned` is null where everything is in memory. */
const buildForGateway = (
  ports: WorkspaceStorePorts,
  owned: { readonly database: Database; readonly ownership: Ownership } | null,
  life: Store,
): Kept => {
  const { clock, log } = ports;
  const settings = ports.eventStore ?? new Source(parseSettings({}).settings.eventStore);
  const stored = owned && { table: new EventTable(owned.database), ownership: owned.ownership };
  const events = life.add(new Events({ clock, log, settings, stored, connectRedis: lazyRedis }));
  const tables = life.add(openGatewayTables({ clock, log, stored: owned }));
  return { events, gatewaySessions: tables.sessions, offers: tables.offers, door: tables.door };
};

const buildStored = (ports: WorkspaceStorePorts, database: Database): WorkspaceStore => {
  const { clock, log, sessionTtl } = ports;
  const life = new Store();
  life.add(database);
  const storedHistory = life.add(openHistory(ports, database));
  const mirror = life.add(new Mirror(ports));
  const table = new RecordTable({ database, clock, log });
  const lease = makeLease(ports);
  const shelf = guarded(mirrored(table, mirror), () => lease.holds());
  const stored = life.add(new Records({ shelf, clock, log }));
  const prepare = (): void => {
    // A fresh file, for the first time or after an unreadable one: the mirror knows what was.
    if (database.isNew && table.all().length === 0) table.put(mirror.all());
    const { removed } = stored.collect(clock.now(), sessionTtl);
    if (removed > 0) log.info(`Storage: ${removed} expired sessions were removed.`);
  };
  const records = life.add(new OwnedRecords({ ownership: lease, stored, prepare }));
  const limits = journalLimits;
  const calls = new JournalTable({ database, clock, log, limits });
  const allowed = ports.allowsJournal;
  const forGateway = buildForGateway(ports, { database, ownership: lease }, life);
  const keepAnswers = (): void => forGateway.events.flush();
  const journal = life.add(
    new Journal({ ownership: lease, allowed, table: calls, limits, keepAnswers, clock, log }),
  );
  // Added last, so that it ends first: what waits is written while the lease is still held.
  life.add(lease);
  lease.beforeRelease(() => {
    records.flush();
    forGateway.events.flush();
    journal.flush();
  });
  lease.acquire();
  return {
    records,
    // Only now, because before it was asked for the lease seems to be another window's.
    history: life.add(ownHistory(ports, storedHistory, lease.status)),
    journal,
    ...forGateway,
    lease: lease.status,
    leaseLoss: lease.loss,
    holdsLease: () => lease.holds(),
    database,
    dispose: () => life.dispose(),
  };
};

const buildInMemory = (ports: WorkspaceStorePorts): WorkspaceStore => {
  const { clock, log, window } = ports;
  const life = new Store();
  const shelf = window.isOnlyOne ? life.add(new Mirror(ports)) : new MemoryShelf();
  const records = life.add(new Records({ shelf, clock, log }));
  records.collect(clock.now(), ports.sessionTtl);
  const lease = new Source<LeaseStatus>('unavailable');
  life.add(toDisposable(() => lease.dispose()));
  return {
    records,
    history: new MemoryHistory(boundsOf(ports)),
    journal: new MemoryJournal(),
    ...buildForGateway(ports, null, life),
    lease,
    leaseLoss: new Source<LeaseLoss | null>(null),
    holdsLease: () => false,
    database: null,
    dispose: () => life.dispose(),
  };
};

export const openWorkspaceStore = (ports: WorkspaceStorePorts): WorkspaceStore => {
  const opened = openDatabase({ ...ports, name: storeFile, migrations: storeMigrations });
  if (opened.kind === 'open') return buildStored(ports, opened.database);
  const kept = ports.window.isOnlyOne
    ? 'sessions are kept in the editor state of the workspace'
    : 'sessions are not kept across a reload';
  ports.log.warn(
    `Storage: SQLite cannot be used (${opened.reason}): ${kept}, and history, unfinished calls and the gateway's events are kept in memory.`,
  );
  return buildInMemory(ports);
};
