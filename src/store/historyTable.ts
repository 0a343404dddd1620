// The statements on the table of the history (schema.ts). Not here: when they are run (history.ts).
import type { Database } from './database.ts';

// Servers come and go by name; the lines of all of them together have a limit too.
const mostRows = 100_000;

export const prepareHistory = (database: Database) => ({
  put: database.prepare(
    `INSERT INTO chronicle (server_id, kind, at, key, json) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (key) DO UPDATE SET at = excluded.at, json = excluded.json`,
  ),
  recent: database.prepare(
    `SELECT json FROM chronicle WHERE server_id = ? AND kind = 'transition'
       ORDER BY id DESC LIMIT ?`,
  ),
  readOne: database.prepare(
    `SELECT json FROM chronicle WHERE server_id IN (?, ?)
       AND kind IN (SELECT value FROM json_each(?)) AND at BETWEEN ? AND ? ORDER BY at, id`,
  ),
  readAll: database.prepare(
    `SELECT json FROM chronicle WHERE kind IN (SELECT value FROM json_each(?))
       AND at BETWEEN ? AND ? ORDER BY at, id`,
  ),
  files: database.prepare('SELECT DISTINCT server_id, kind FROM chronicle'),
  prune: database.prepare(
    `DELETE FROM chronicle WHERE server_id = ?1 AND kind = ?2 AND id <=
       (SELECT id FROM chronicle WHERE server_id = ?1 AND kind = ?2
          ORDER BY id DESC LIMIT 1 OFFSET ?3)`,
  ),
  pruneOld: database.prepare('DELETE FROM chronicle WHERE at < ?'),
  pruneAll: database.prepare(
    `DELETE FROM chronicle WHERE id <=
       (SELECT id FROM chronicle ORDER BY id DESC LIMIT 1 OFFSET ${mostRows})`,
  ),
  clearOne: database.prepare('DELETE FROM chronicle WHERE server_id = ?'),
  clearAll: database.prepare('DELETE FROM chronicle'),
});
