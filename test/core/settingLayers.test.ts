// Entries of several places: which one of a name counts, and that two are never mixed.
import { expect, test } from 'vitest';
import { theUser } from '../../src/core/parseServers.ts';
import { parseSettings, type ServerLayer } from '../../src/core/parseSettings.ts';

const own = { url: 'https://mine.example/mcp', headers: { Authorization: 'Bearer of-the-user' } };
const foreign = { url: 'https://elsewhere.example/mcp' };

const ofFolder = (folder: string, servers: unknown): ServerLayer => ({
  origin: { scope: 'folder', folder },
  servers,
});
const ofWorkspace = (servers: unknown): ServerLayer => ({
  origin: { scope: 'workspace', folder: null },
  servers,
});
const ofUser = (servers: unknown): ServerLayer => ({ origin: theUser, servers });

const read = (...layers: readonly ServerLayer[]) => parseSettings({}, layers).settings.servers;

test('[keep-secrets] an entry of the workspace with the name of one of the user gets nothing of it', () => {
  const [server, ...others] = read(ofWorkspace({ same: foreign }), ofUser({ same: own }));
  expect(others).toEqual([]);
  expect(server).toMatchObject({
    url: foreign.url,
    headers: {},
    origin: { scope: 'workspace', folder: null },
  });
});

test('the folder that comes first counts before the next, both before the workspace, and that before the user', () => {
  const at = (port: number) => ({ url: `http://127.0.0.1:${port}` });
  const layers = [
    ofFolder('/one', { a: at(1) }),
    ofFolder('/two', { a: at(2), b: at(2) }),
    ofWorkspace({ a: at(3), b: at(3), c: at(3) }),
    ofUser({ a: at(4), b: at(4), c: at(4), d: at(4) }),
  ];
  const found = read(...layers).map((server) =>
    server.kind === 'http' ? [server.name, server.url.slice(-1), server.origin.folder] : [],
  );
  expect(found).toEqual([
    ['a', '1', '/one'],
    ['b', '2', '/two'],
    ['c', '3', null],
    ['d', '4', null],
  ]);
});

test('a bad entry takes the place of a good one of the user too, and is said', () => {
  expect(read(ofWorkspace({ same: { url: 5 } }), ofUser({ same: own }))).toMatchObject([
    { kind: 'bad', name: 'same' },
  ]);
});

test('what is no object in one place harms no other place', () => {
  const { settings, complaints } = parseSettings({}, [ofWorkspace('nonsense'), ofUser({ own })]);
  expect(settings.servers).toHaveLength(1);
  expect(complaints.map(({ key }) => key)).toEqual(['servers']);
});
