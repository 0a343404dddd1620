// What the gateway must find again after its own death: its sessions, what each server last said of itself, and its port. In
// SQLite while this window holds the lease, else in memory, like the records: one without the lease neither reads nor writes
// what is another's, and one that gets it stores what it has (promise one-owner).
// Not here: the rows and their bounds (ownedRows.ts).
import * as z from 'zod/mini';
import type { Clock } from '../base/clock.ts';
import { type Disposable, Store } from '../base/disposable.ts';
import type {
  Away,
  DoorStore,
  GatewaySession,
  GatewaySessionStore,
  OfferStore,
  ServerOffer,
} from '../runtime/gatewayPorts.ts';
import type { Log } from '../runtime/ports.ts';
import type { Database } from './database.ts';
import type { Ownership } from './ownedRecords.ts';
import { OwnedRows, type RowSql } from './ownedRows.ts';

export interface GatewayTablesPorts {
  readonly clock: Clock;
  readonly log: Log;
  /** Null where SQLite cannot be used: then all of it lives in memory. */
  readonly stored: { readonly database: Database; readonly ownership: Ownership } | null;
}

export interface GatewayTables extends Disposable {
  readonly sessions: GatewaySessionStore;
  readonly offers: OfferStore;
  readonly door: DoorStore;
}

const anObject = z.record(z.string(), z.unknown());

const sessionShape = z.object({
  id: z.string(),
  server: z.string(),
  client: z.string(),
  hello: z.nullable(anObject),
  protocolVersion: z.string(),
  created: z.number(),
  lastSeen: z.number(),
  ended: z.boolean(),
});

interface KeptOffer {
  readonly fingerprint: string;
  readonly at: number;
  readonly offer: ServerOffer;
}

const offerShape = z.object({
  fingerprint: z.string(),
  at: z.number(),
  offer: z.object({ welcome: anObject, lists: z.record(z.string(), anObject) }),
});

const aTime = z.number().check(z.gte(0));
const portShape = z.object({
  port: z.int().check(z.gte(1), z.lte(65_535)),
  endedAt: z._default(z.nullable(aTime), null),
  absences: z._default(z.array(aTime).check(z.maxLength(20)), []),
});

interface KeptPort extends Away {
  readonly port: number;
}

// As many as the settings allow, and those that are remembered because they were ended.
const mostSessions = 11_000;
const mostSessionBytes = 256 * 1024;
const mostOffers = 200;
// Lists of thousands of tools with their schemas take a few megabytes.
const mostOfferBytes = 8 * 2 ** 20;

const sessionSql = (database: Database): RowSql<GatewaySession> => {
  const put = database.prepare(
    `INSERT INTO gateway_sessions (id, server, json, last_seen) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET server = excluded.server, json = excluded.json, last_seen = excluded.last_seen`,
  );
  return {
    get: database.prepare('SELECT id AS key, json FROM gateway_sessions WHERE id = ?'),
    all: database.prepare('SELECT id AS key, json FROM gateway_sessions ORDER BY last_seen'),
    put: (id, session, json) => put.run(id, session.server, json, session.lastSeen),
    remove: database.prepare('DELETE FROM gateway_sessions WHERE id = ?'),
    trim: database.prepare(
      `DELETE FROM gateway_sessions WHERE id IN
         (SELECT id FROM gateway_sessions ORDER BY last_seen DESC LIMIT -1 OFFSET ?)`,
    ),
  };
};

const offerSql = (database: Database): RowSql<KeptOffer> => {
  const put = database.prepare(
    `INSERT INTO gateway_offers (server_id, fingerprint, json, at) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET fingerprint = excluded.fingerprint, json = excluded.json, at = excluded.at`,
  );
  return {
    get: database.prepare('SELECT server_id AS key, json FROM gateway_offers WHERE server_id = ?'),
    all: database.prepare('SELECT server_id AS key, json FROM gateway_offers ORDER BY at'),
    put: (serverId, { fingerprint, at }, json) => put.run(serverId, fingerprint, json, at),
    remove: database.prepare('DELETE FROM gateway_offers WHERE server_id = ?'),
    trim: database.prepare(
      `DELETE FROM gateway_offers WHERE server_id IN
         (SELECT server_id FROM gateway_offers ORDER BY at DESC LIMIT -1 OFFSET ?)`,
    ),
  };
};

const doorSql = (database: Database): RowSql<KeptPort> => {
  const put = database.prepare(
    `INSERT INTO gateway_door (key, value) VALUES (?, ?)
     ON CONFLICT DO UPDATE SET value = excluded.value`,
  );
  return {
    get: database.prepare('SELECT key, value AS json FROM gateway_door WHERE key = ?'),
    all: database.prepare('SELECT key, value AS json FROM gateway_door'),
    put: (key, _value, json) => put.run(key, json),
    remove: database.prepare('DELETE FROM gateway_door WHERE key = ?'),
    trim: database.prepare(
      'DELETE FROM gateway_door WHERE key IN (SELECT key FROM gateway_door ORDER BY key LIMIT -1 OFFSET ?)',
    ),
  };
};

const readSession = (value: unknown): GatewaySession | undefined =>
  sessionShape.safeParse(value).data;
const readOffer = (value: unknown): KeptOffer | undefined => offerShape.safeParse(value).data;
const readPort = (value: unknown): KeptPort | undefined => portShape.safeParse(value).data;

const sessionStore = (rows: OwnedRows<GatewaySession>): GatewaySessionStore => ({
  load: (id) => rows.load(id),
  save: (session) => rows.save(session.id, session),
  all: () => rows.all(),
  remove: (id) => rows.remove(id),
});

const offerStore = (rows: OwnedRows<KeptOffer>, clock: Clock): OfferStore => ({
  load: (serverId, fingerprint) => {
    const kept = rows.load(serverId);
    return kept?.fingerprint === fingerprint ? kept.offer : null;
  },
  save: (serverId, fingerprint, offer) =>
    rows.save(serverId, { fingerprint, at: clock.now(), offer }),
});

const doorKey = 'port';
const neverAway: Away = { endedAt: null, absences: [] };

const doorStore = (rows: OwnedRows<KeptPort>): DoorStore => ({
  loadPort: () => rows.load(doorKey)?.port ?? null,
  savePort: (port) => rows.save(doorKey, { ...(rows.load(doorKey) ?? neverAway), port }),
  loadAway: () => {
    const { endedAt, absences } = rows.load(doorKey) ?? neverAway;
    return { endedAt, absences };
  },
  // Without a port there is no door that anybody could miss.
  saveAway: (away) => {
    const kept = rows.load(doorKey);
    if (kept) rows.save(doorKey, { ...kept, ...away });
  },
});

export const openGatewayTables = ({ clock, log, stored }: GatewayTablesPorts): GatewayTables => {
  const life = new Store();
  const place = <T>(sql: (database: Database) => RowSql<T>) =>
    stored && { sql: sql(stored.database), ownership: stored.ownership };
  const sessions = new OwnedRows<GatewaySession>({
    what: 'sessions of clients',
    log,
    stored: place(sessionSql),
    parse: readSession,
    limits: { rows: mostSessions, bytes: mostSessionBytes },
    ownWins: true,
  });
  const offers = new OwnedRows<KeptOffer>({
    what: 'descriptions of servers',
    log,
    stored: place(offerSql),
    parse: readOffer,
    limits: { rows: mostOffers, bytes: mostOfferBytes },
    ownWins: true,
  });
  const door = new OwnedRows<KeptPort>({
    what: 'ports',
    log,
    stored: place(doorSql),
    parse: readPort,
    limits: { rows: 1, bytes: 300 },
    // The stable port of the workspace is what clients know; this window's own was made up for the time being.
    ownWins: false,
  });
  for (const rows of [sessions, offers, door]) life.add(rows);
  return {
    sessions: sessionStore(sessions),
    offers: offerStore(offers, clock),
    door: doorStore(door),
    dispose: () => life.dispose(),
  };
};
