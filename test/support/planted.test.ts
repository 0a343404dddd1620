// The search for planted secrets must be able to find one, in whatever dress it was written down.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { searchBelow } from '../run/planted.ts';
import { plantIn, planted, plantedCode, plantedSession } from './planted.ts';

const aRun = () => {
  const folder = mkdtempSync(join(tmpdir(), 'ml-search-'));
  const root = join(folder, 'run');
  mkdirSync(root);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  // First, since a whole run keeps folders like that one (keepFolders.ts), and what is planted here must really be gone.
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const write = (path: string, content: string | Buffer): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  const leaks = (): string[] => searchBelow(root).leaks.map(({ path }) => path);
  return { root, write, leaks };
};

const secret = planted('of-this-test');

test.each<[string, string | Buffer]>([
  ['plain text', `a line\nwith ${secret} in it\n`],
  ['two bytes for each letter', Buffer.from(`x ${secret}`, 'utf16le')],
  ['base64', Buffer.from(secret).toString('base64')],
  ['base64 behind one letter', Buffer.from(`u${secret}`).toString('base64')],
  ['the header of a Basic sign-in', `Basic ${Buffer.from(`me:${secret}`).toString('base64')}`],
])('[keep-secrets] it is found as %s', (_, content) => {
  const { write, leaks } = aRun();
  write('ml-abc/user/logs/extension.log', content);
  write('ml-abc/user/logs/clean.log', 'nothing here');
  expect(leaks()).toEqual(['user/logs/extension.log']);
});

test('[keep-secrets] it is found in a database, also before it is moved out of the log beside it', () => {
  const { root, leaks } = aRun();
  const database = new DatabaseSync(join(root, 'lifeline.db'));
  onTestFinished(() => database.close());
  database.exec('PRAGMA journal_mode = WAL; CREATE TABLE notes (text TEXT)');
  database.prepare('INSERT INTO notes VALUES (?)').run(`it says ${secret}`);
  expect(leaks()).toEqual(['lifeline.db-wal']);
});

test('it may stand where the test put it, and such places are counted', () => {
  const { root, write } = aRun();
  write('ml-abc/.vscode/settings.json', secret);
  write('kept/12-1/user/User/settings.json', secret);
  write('kept/12-2/.vscode/settings.json.bak', secret);
  const { files, leaks, places } = searchBelow(root);
  expect([files, places]).toEqual([3, 2]);
  expect(leaks.map(({ path }) => path)).toEqual(['.vscode/settings.json.bak']);
});

test('an id of a session may stand with the records of sessions, and a code in the history of a browser', () => {
  const { root, write, leaks } = aRun();
  write('ml-abc/lifeline.db', plantedSession());
  write('ml-abc/browser/Default/History', plantedCode());
  expect(searchBelow(root)).toMatchObject({ leaks: [], places: 2 });
  write('ml-abc/browser/Default/History', plantedSession());
  write('ml-abc/lifeline.db', secret);
  write('ml-abc/user/logs/extension.log', plantedCode());
  expect(leaks().toSorted()).toEqual([
    'browser/Default/History',
    'lifeline.db',
    'user/logs/extension.log',
  ]);
});

test('links are not followed, so that the tests themselves are no finding', () => {
  const { root, leaks } = aRun();
  symlinkSync(import.meta.dirname, join(root, 'extension'));
  expect(leaks()).toEqual([]);
});

test('entries get credentials where they have none, and keep their own', () => {
  const own = { url: 'http://host', headers: { A: 'b' } };
  const entries = { site: { url: 'http://host' }, own, run: { command: 'node' }, bad: 5 };
  const all = plantIn(entries, 'x');
  expect(all['own']).toBe(own);
  expect(all['bad']).toBe(5);
  expect(JSON.stringify(all['site'])).toContain(planted('x-header'));
  expect(JSON.stringify(all['run'])).toContain(planted('x-variable'));
});
