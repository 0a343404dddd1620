import {
  chmodSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { storeFile, storeMigrations } from '../../src/store/schema.ts';
import { identityOf, setAside } from '../../src/store/setAside.ts';
import { RememberingLog, aDatabase, aFolder, readNumber } from './fixtures.ts';

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

const open = (folder: string, log: RememberingLog, migrations = storeMigrations) =>
  openDatabase({ folder, name: storeFile, migrations, log });

describe.skipIf(process.platform === 'win32')('privacy', () => {
  it('keeps the folder, the file and its log for the owner only', () => {
    const folder = join(aFolder(), 'a', 'b');
    const database = aDatabase(folder);
    database.exec('CREATE TABLE t (x); INSERT INTO t VALUES (1)');
    const modes = readdirSync(folder).map((name) => `${name} ${modeOf(join(folder, name))}`);
    expect([modeOf(folder), ...modes]).toEqual([
      '700',
      'lifeline.db 600',
      'lifeline.db-shm 600',
      'lifeline.db-wal 600',
    ]);
  });

  it('narrows the modes of a folder and a file that others made readable', () => {
    const folder = aFolder();
    aDatabase(folder).dispose();
    chmodSync(folder, 0o755);
    chmodSync(join(folder, storeFile), 0o644);
    aDatabase(folder);
    expect([modeOf(folder), modeOf(join(folder, storeFile))]).toEqual(['700', '600']);
  });
});

describe('an unreadable file', () => {
  it('is set aside with one log line when it is no database, and a fresh one is used', () => {
    const folder = aFolder();
    const log = new RememberingLog();
    writeFileSync(join(folder, storeFile), 'no database '.repeat(1000));
    const database = aDatabase(folder, log);
    expect(database.isNew).toBe(true);
    expect(readNumber(database, 'SELECT count(*) FROM sessions')).toBe(0);
    expect(log.complaints).toEqual([
      expect.stringContaining('set aside as lifeline.db.unreadable-1'),
    ]);
    expect(readFileSync(join(folder, 'lifeline.db.unreadable-1'), 'utf8')).toMatch(/^no database/);
  });

  it('is set aside when pages in its middle are damaged', () => {
    const folder = aFolder();
    const log = new RememberingLog();
    const before = aDatabase(folder);
    const add = before.prepare(
      `INSERT INTO chronicle (server_id, kind, at, json) VALUES ('a', 'mark', 1, ?)`,
    );
    for (let line = 0; line < 500; line += 1) add.run('x'.repeat(200));
    before.dispose();
    const bytes = readFileSync(join(folder, storeFile));
    bytes.fill(0xaa, 4096 * 6, 4096 * 9);
    writeFileSync(join(folder, storeFile), bytes);
    expect(aDatabase(folder, log).isNew).toBe(true);
    expect(log.complaints).toHaveLength(1);
  });

  it('is set aside when a newer version of the extension wrote it, with the rows it has in its log', () => {
    const folder = aFolder();
    const log = new RememberingLog();
    const newer = aDatabase(folder);
    newer.exec(`PRAGMA user_version = ${storeMigrations.length + 1}`);
    expect(aDatabase(folder, log).isNew).toBe(true);
    expect(log.complaints).toEqual([expect.stringMatching(/newer/)]);
    newer.dispose();
    for (const suffix of ['', '-wal']) {
      const path = join(folder, `lifeline.db.unreadable-1${suffix}`);
      if (readdirSync(folder).includes(`lifeline.db.unreadable-1${suffix}`)) {
        renameSync(path, join(folder, `other.db${suffix}`));
      }
    }
    const kept = openDatabase({
      folder,
      name: 'other.db',
      migrations: [...storeMigrations, ''],
      log,
    });
    expect(kept).toMatchObject({ kind: 'open', database: { isNew: false } });
    if (kept.kind === 'open') kept.database.dispose();
  });

  it('is set aside when its tables are not ours', () => {
    const folder = aFolder();
    const log = new RememberingLog();
    const foreign = openDatabase({ folder, name: storeFile, migrations: [], log });
    if (foreign.kind === 'unavailable') throw new Error(foreign.reason);
    foreign.database.exec('CREATE TABLE sessions (x)');
    foreign.database.dispose();
    expect(readNumber(aDatabase(folder, log), 'SELECT count(server_id) FROM sessions')).toBe(0);
    expect(log.complaints).toHaveLength(1);
  });

  it('is kept at most three times, the newest ones', () => {
    const folder = aFolder();
    for (let round = 1; round <= 5; round += 1) {
      writeFileSync(join(folder, storeFile), `no database ${round} `.repeat(1000));
      aDatabase(folder).dispose();
    }
    const kept = readdirSync(folder).filter((name) => name.includes('unreadable'));
    expect(kept.sort()).toEqual([3, 4, 5].map((number) => `lifeline.db.unreadable-${number}`));
  });
});

it('leaves a file alone that is not the one found unreadable', () => {
  const path = join(aFolder(), storeFile);
  writeFileSync(path, 'the fresh one of another window');
  expect(setAside(path, '1:1')).toBeNull();
  expect(setAside(path, null)).toBeNull();
  expect(readFileSync(path, 'utf8')).toMatch(/^the fresh one/);
  expect(setAside(path, identityOf(path))).toBe('lifeline.db.unreadable-1');
});

describe('a file that cannot be used now', () => {
  it('is not set aside while another program holds it', () => {
    const folder = aFolder();
    const log = new RememberingLog();
    const holder = aDatabase(folder);
    holder.exec('PRAGMA journal_mode = DELETE; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    expect(open(folder, log)).toMatchObject({ kind: 'unavailable', permanent: false });
    expect(log.complaints).toEqual([]);
    expect(readdirSync(folder).some((name) => name.includes('unreadable'))).toBe(false);
  }, 20_000);

  it('is answered with a reason where the folder cannot be made', () => {
    const folder = aFolder();
    writeFileSync(join(folder, 'file'), '');
    const opened = open(join(folder, 'file', 'below'), new RememberingLog());
    expect(opened.kind === 'unavailable' && opened.reason).toContain('ENOTDIR');
  });

  it('is answered for good in an editor without SQLite', () => {
    const opened = openDatabase({
      folder: join(aFolder(), 'never'),
      name: storeFile,
      migrations: storeMigrations,
      log: new RememberingLog(),
      loadSqlite: () => undefined,
    });
    expect(opened).toMatchObject({ kind: 'unavailable', permanent: true });
  });
});

describe('migrations', () => {
  it('lead an old file to the present version and keep its rows', () => {
    const folder = aFolder();
    const log = new RememberingLog();
    const old = open(folder, log, ['CREATE TABLE t (x)']);
    if (old.kind === 'unavailable') throw new Error(old.reason);
    old.database.exec('INSERT INTO t VALUES (1)');
    old.database.dispose();
    const next = open(folder, log, ['CREATE TABLE t (x)', 'ALTER TABLE t ADD COLUMN y DEFAULT 5']);
    if (next.kind === 'unavailable') throw new Error(next.reason);
    expect(readNumber(next.database, 'SELECT y FROM t')).toBe(5);
    expect(next.database.isNew).toBe(false);
    expect(log.complaints).toEqual([]);
    next.database.dispose();
  });
});

describe('a transaction', () => {
  it('leaves nothing behind when its work fails, and the next one works', () => {
    const database = aDatabase();
    database.exec('CREATE TABLE t (x)');
    const failing = (): void =>
      database.transact(() => {
        database.exec('INSERT INTO t VALUES (1)');
        throw new Error('no');
      });
    expect(failing).toThrow('no');
    database.transact(() => database.exec('INSERT INTO t VALUES (2)'));
    expect(readNumber(database, 'SELECT sum(x) FROM t')).toBe(2);
  });
});

it('notices that its file was replaced under its name', () => {
  const folder = aFolder();
  const database = aDatabase(folder);
  expect(database.isCurrent()).toBe(true);
  mkdirSync(join(folder, 'away'));
  renameSync(join(folder, storeFile), join(folder, 'away', storeFile));
  expect(database.isCurrent()).toBe(false);
});
