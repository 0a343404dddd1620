// The tables of lifeline.db, one migration per version. A migration that was released is never edited: the next
// change is a new entry at the end. Not here: lease.db (leaseTable.ts).

export const storeFile = 'lifeline.db';

export const storeMigrations: readonly string[] = [
  `CREATE TABLE sessions (
     server_id TEXT NOT NULL,
     client TEXT NOT NULL,
     json TEXT NOT NULL,
     status TEXT NOT NULL,
     last_active INTEGER NOT NULL,
     PRIMARY KEY (server_id, client)
   );
   CREATE INDEX sessions_by_age ON sessions (last_active);
   CREATE TABLE set_aside (
     id INTEGER PRIMARY KEY,
     server_id TEXT NOT NULL,
     client TEXT NOT NULL,
     json TEXT NOT NULL,
     reason TEXT NOT NULL,
     at INTEGER NOT NULL
   );
   CREATE TABLE history (
     id INTEGER PRIMARY KEY,
     server_id TEXT NOT NULL,
     at INTEGER NOT NULL,
     json TEXT NOT NULL
   );
   CREATE INDEX history_by_server ON history (server_id, id);`,
  `CREATE TABLE journal (
     id INTEGER PRIMARY KEY,
     key TEXT NOT NULL UNIQUE,
     server_id TEXT NOT NULL,
     client TEXT NOT NULL,
     arrived_at INTEGER NOT NULL,
     is_held INTEGER NOT NULL,
     charge INTEGER NOT NULL,
     json TEXT NOT NULL
   );
   CREATE INDEX journal_by_client ON journal (server_id, client, arrived_at);`,
  `CREATE TABLE gateway_events (
     id INTEGER PRIMARY KEY,
     seq INTEGER NOT NULL,
     charge INTEGER NOT NULL,
     stream TEXT NOT NULL,
     body
   );
   CREATE TABLE gateway_sessions (
     id TEXT PRIMARY KEY,
     server TEXT NOT NULL,
     json TEXT NOT NULL,
     last_seen INTEGER NOT NULL
   );
   CREATE TABLE gateway_offers (
     server_id TEXT PRIMARY KEY,
     fingerprint TEXT NOT NULL,
     json TEXT NOT NULL,
     at INTEGER NOT NULL
   );
   CREATE TABLE gateway_door (
     key TEXT PRIMARY KEY,
     value TEXT NOT NULL
   );`,
  // Without an index: its owner knows where every call is, and each tree more would be written for every call of every client.
  // `seq` is the order in which calls came, since a row is used again for another one.
  `CREATE TABLE journal_rows (
     id INTEGER PRIMARY KEY,
     seq INTEGER NOT NULL,
     key TEXT NOT NULL,
     server_id TEXT NOT NULL,
     client TEXT NOT NULL,
     arrived_at INTEGER NOT NULL,
     is_held INTEGER NOT NULL,
     charge INTEGER NOT NULL,
     json TEXT NOT NULL
   );
   INSERT INTO journal_rows SELECT id, * FROM journal ORDER BY id;
   DROP TABLE journal;
   ALTER TABLE journal_rows RENAME TO journal;`,
  // The history becomes a part of the chronicle. An empty server_id stands for every server.
  `CREATE TABLE chronicle (
     id INTEGER PRIMARY KEY,
     server_id TEXT NOT NULL,
     kind TEXT NOT NULL,
     at INTEGER NOT NULL,
     key TEXT UNIQUE,
     json TEXT NOT NULL
   );
   INSERT INTO chronicle (server_id, kind, at, json)
     SELECT server_id, 'transition', at, json_set(json, '$.kind', 'transition')
       FROM history WHERE json_valid(json) ORDER BY id;
   DROP TABLE history;
   CREATE INDEX chronicle_by_server ON chronicle (server_id, kind, id);
   CREATE INDEX chronicle_by_time ON chronicle (at);`,
];
