// The files by which a gateway is found: who may read them, what is believed, and when they go.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  DiscoveryFile,
  gatewaysFolder,
  lifelineFolder,
  listGateways,
} from '../../../src/gateway/discovery.ts';
import { entryText } from '../../../src/gateway/discoveryEntry.ts';
import { aFolder, anEntry, here } from './discoveryFixtures.ts';

const isPosix = process.platform !== 'win32';
const day = 24 * 60 * 60 * 1000;

const aFile = (folder: string, workspace = '/storage/one'): DiscoveryFile =>
  new DiscoveryFile({ folder, workspace, processes: here, now: () => Date.now() });

const { version: _version, pid: _pid, machine: _machine, ...what } = anEntry();

/** Another program's file, with these modes. */
const put = (folder: string, name: string, text: string, mode = 0o600): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
};

it('is found as it was published, under the same name in every life', () => {
  const folder = join(aFolder(), 'state', 'gateways');
  const file = aFile(folder);
  file.publish(what);
  expect(listGateways(folder, here)).toEqual({
    found: [{ file: file.path, state: 'living', entry: anEntry() }],
    refused: [],
  });
  const next = aFile(folder);
  next.publish({ ...what, servers: ['files', 'mail'] });
  expect(readdirSync(folder)).toEqual([next.path.slice(folder.length + 1)]);
  expect(listGateways(folder, here).found[0]?.entry.servers).toEqual(['files', 'mail']);
});

it.runIf(isPosix)('[keep-secrets] is for the owner only, folder and file', () => {
  const folder = join(aFolder(), 'gateways');
  mkdirSync(folder, { mode: 0o755 });
  const file = aFile(folder);
  file.publish(what);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(statSync(file.path).mode & 0o777).toBe(0o600);
});

it('keeps two workspaces apart', () => {
  const folder = aFolder();
  aFile(folder, '/storage/one').publish(what);
  aFile(folder, '/storage/two').publish(what);
  expect(listGateways(folder, here).found).toHaveLength(2);
});

it('knows what runs, what ended, and what belongs to another machine', () => {
  const folder = aFolder();
  chmodSync(folder, 0o700);
  put(folder, 'a.json', entryText(anEntry()));
  put(folder, 'b.json', entryText(anEntry({ pid: process.pid + 1 })));
  put(folder, 'c.json', entryText(anEntry({ machine: 'there' })));
  const states = listGateways(folder, here).found.map(({ state }) => state);
  expect(states).toEqual(['living', 'ended', 'elsewhere']);
});

describe('what is not believed', () => {
  const refusals = (text: string): readonly string[] => {
    const folder = aFolder();
    const path = put(folder, 'a.json', text);
    const { found, refused } = listGateways(folder, here);
    expect(found).toEqual([]);
    return refused.map(({ reason }) => reason.replace(path, 'FILE'));
  };
  const changed = (change: object): readonly string[] =>
    refusals(JSON.stringify({ ...anEntry(), ...change }));

  it('names what is wrong with a file, and never what is in it', () => {
    expect(refusals('{"token": "a-token-of')).toEqual([
      'FILE cannot be read as a gateway: it is not JSON.',
    ]);
    expect(refusals('null')).toEqual(['FILE cannot be read as a gateway: it is not an object.']);
    const url = "FILE cannot be read as a gateway: its field 'url' cannot be used.";
    expect(changed({ url: 'http://192.168.1.7:4100/mcp/{name}' })).toEqual([url]);
    expect(changed({ url: 'http://127.0.0.1:4100@evil.example/mcp/{name}' })).toEqual([url]);
    expect(changed({ url: 'http://127.0.0.1.evil.example:4100/mcp/{name}' })).toEqual([url]);
    expect(changed({ token: 'short' })[0]).toContain("'token'");
    expect(changed({ token: 'a-token-of-some-length\r\nHost: x' })[0]).toContain("'token'");
    expect(changed({ version: 2 })[0]).toContain("'version'");
    expect(changed({ pid: 0 })[0]).toContain("'pid'");
    expect(changed({ servers: 'files' })[0]).toContain("'servers'");
  });

  it('[bounded] a file that is too large', () => {
    expect(refusals(' '.repeat(300 * 1024))).toEqual(['FILE is too large to be of use.']);
  });

  it('[bounded] writes no more servers than it would read', () => {
    const folder = aFolder();
    const servers = Array.from({ length: 2000 }, (_, index) => `server-${index}`);
    aFile(folder).publish({ ...what, servers });
    expect(listGateways(folder, here).found[0]?.entry.servers).toHaveLength(1000);
  });

  it.runIf(isPosix)('[locked-door] a file that others may read or write', () => {
    for (const mode of [0o640, 0o604, 0o620, 0o602]) {
      const folder = aFolder();
      const path = put(folder, 'a.json', entryText(anEntry()), mode);
      expect(listGateways(folder, here)).toEqual({
        found: [],
        refused: [
          {
            file: path,
            reason: `${path} can be reached by other users and is not used. Run: chmod 600 "${path}"`,
          },
        ],
      });
    }
  });

  it.runIf(isPosix)('[locked-door] anything in a folder that others may enter', () => {
    const folder = aFolder();
    put(folder, 'a.json', entryText(anEntry()));
    chmodSync(folder, 0o770);
    const { found, refused } = listGateways(folder, here);
    expect(found).toEqual([]);
    expect(refused[0]?.reason).toContain('chmod 700');
  });

  it.runIf(isPosix)('[locked-door] a link, or a folder in place of a file', () => {
    const folder = aFolder();
    const real = put(aFolder(), 'real.json', entryText(anEntry()));
    symlinkSync(real, join(folder, 'a.json'));
    mkdirSync(join(folder, 'b.json'), { mode: 0o700 });
    const { found, refused } = listGateways(folder, here);
    expect(found).toEqual([]);
    expect(refused.map(({ reason }) => reason.slice(folder.length))).toEqual([
      '/a.json cannot be read (ELOOP).',
      '/b.json is not a file.',
    ]);
  });
});

it('finds nothing where nobody ever left a file', () => {
  expect(listGateways(join(aFolder(), 'never'), here)).toEqual({ found: [], refused: [] });
});

it('is withdrawn by a gateway that will not come back, and not by one that was replaced', () => {
  const folder = aFolder();
  const file = aFile(folder);
  file.publish(what);
  const successor = readFileSync(file.path, 'utf8').replace(`${process.pid}`, '1');
  writeFileSync(file.path, successor, { mode: 0o600 });
  file.withdraw();
  expect(existsSync(file.path)).toBe(true);
  file.publish(what);
  file.withdraw();
  expect(existsSync(file.path)).toBe(false);
  file.withdraw();
});

it('[bounded] sweeps what nobody has used for a month, except what runs', () => {
  const folder = aFolder();
  chmodSync(folder, 0o700);
  const names = ['ended.json', 'living.json', 'draft.json.abc.tmp', 'recent.json'];
  put(folder, 'ended.json', entryText(anEntry({ pid: process.pid + 1 })));
  put(folder, 'living.json', entryText(anEntry()));
  put(folder, 'draft.json.abc.tmp', '');
  put(folder, 'recent.json', entryText(anEntry({ pid: process.pid + 1 })));
  const old = (Date.now() - 31 * day) / 1000;
  for (const name of names.slice(0, 3)) utimesSync(join(folder, name), old, old);
  const file = aFile(folder);
  file.publish(what);
  expect(new Set(readdirSync(folder))).toEqual(
    new Set(['living.json', 'recent.json', file.path.slice(folder.length + 1)]),
  );
});

it('lies where the platform keeps what a program remembers for one user', () => {
  expect(lifelineFolder({ XDG_STATE_HOME: '/state' }, 'linux')).toBe(
    isPosix ? '/state/mcp-lifeline' : lifelineFolder({}, 'linux'),
  );
  expect(lifelineFolder({ XDG_STATE_HOME: 'relative' }, 'linux')).toBe(
    join(homedir(), '.local', 'state', 'mcp-lifeline'),
  );
  expect(lifelineFolder({}, 'darwin')).toBe(
    join(homedir(), 'Library', 'Application Support', 'mcp-lifeline'),
  );
  expect(lifelineFolder({}, 'win32')).toBe(join(homedir(), 'AppData', 'Local', 'mcp-lifeline'));
  expect(gatewaysFolder({})).toContain('gateways');
});
