// A window with nothing to do, put together as the extension and the headless gateway put it together: no timer runs in it, and
// each one that somebody needs begins with its reason and ends with it.
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { Store } from '../../src/base/disposable.ts';
import { Source } from '../../src/base/signal.ts';
import { parseSettings, type RawSettings } from '../../src/core/parseSettings.ts';
import { inEnglish } from '../../src/core/wording/english.ts';
import type { GatewayDoor } from '../../src/host/gatewayDoor.ts';
import { KnownSecrets } from '../../src/runtime/knownSecrets.ts';
import { openWorkspaceStore } from '../../src/store/workspaceStore.ts';
import { EditorGateway } from '../../src/wiring/editorGateway.ts';
import { wireChronicler, wireFleet } from '../../src/wiring/fleet.ts';
import { FoundServers } from '../../src/wiring/foundServers.ts';
import { wireNetwork } from '../../src/wiring/network.ts';
import { aHome } from '../sources/home.ts';
import { RememberingLog } from '../store/fixtures.ts';
import { VirtualClock } from '../support/virtualClock.ts';
import { HttpClient } from '../gateway/session/httpClient.ts';
import { eventually } from '../gateway/session/rig.ts';

const noSources = Object.fromEntries(
  Object.keys(parseSettings({}).settings.sources).map((key) => [`sources.${key}`, false]),
);
/** Neither ever connects by itself. */
const resting = { command: 'node', autoStart: false };

/** What is done once, some time later, is done by then. */
const aWhile = 60_000;

let home: ReturnType<typeof aHome>;
beforeEach(() => {
  home = aHome();
  for (const name of ['HOME', 'USERPROFILE', 'XDG_STATE_HOME', 'LOCALAPPDATA'])
    vi.stubEnv(name, home.home);
});
afterEach(() => {
  vi.unstubAllEnvs();
  home.remove();
});

const inMemory = { loadSqlite: () => undefined };

/** `stored`: nothing of it where everything is in memory, which has no lease. */
const aWindow = async (raw: RawSettings = {}, stored: typeof inMemory | object = inMemory) => {
  const [clock, log, owner] = [new VirtualClock(), new RememberingLog(), new Store()];
  onTestFinished(() => owner.dispose());
  const settings = owner.add(new Source(parseSettings({ ...noSources, ...raw }).settings));
  const folder = join(home.home, 'storage');
  const processes = { machine: 'here', bootedAt: 0, isAlive: () => true };
  const secrets = new KnownSecrets([]);
  const store = owner.add(
    openWorkspaceStore({
      ...{ folder, clock, log, sessionTtl: 86_400_000, historyEntries: 500 },
      memento: { get: () => undefined, update: () => Promise.resolve(), keys: () => [] },
      allowsJournal: new Source(true),
      window: { id: '1', pid: 1, processes, isOnlyOne: true, isWatched: async () => true },
      ...stored,
    }),
  );
  const network = wireNetwork({ clock, settings }, owner);
  const chronicler = wireChronicler({ clock, store, network }, owner);
  const parts = { clock, secrets, settings, store, chronicler, version: '1' };
  const fleet = wireFleet(
    {
      ...{ ...parts, logs: { own: log, of: () => log }, wake: network, say: inEnglish },
      folder: () => home.folder,
      roots: () => [],
      resolver: { resolve: async (definition) => ({ kind: 'ready', definition }) },
    },
    owner,
  );
  const door = owner.add(new Source<GatewayDoor>({ kind: 'opening' }));
  const editor = {
    secrets: { get: async () => 'a-token-of-a-test-1234', store: async () => {} },
    extensionPath: home.folder,
    globalStorage: folder,
    folders: () => [home.folder],
  };
  const gateway = owner.add(
    new EditorGateway({ ...parts, editor, log, fleet, chronicle: chronicler, folder }, door),
  );
  const open = { folders: [], workspaceFile: null, workspace: null, isTrusted: true };
  const found = owner.add(
    new FoundServers({
      ...{ clock, log, say: inEnglish, settings, door },
      open: new Source(open),
      globalStorage: join(home.home, 'Code', 'User', 'globalStorage', 'pub.ext'),
    }),
  );
  fleet.open();
  await gateway.open();
  found.open();
  await clock.advance(aWhile);
  const set = async (next: RawSettings): Promise<void> => {
    settings.set(parseSettings({ ...noSources, ...next }).settings);
    await clock.advance(aWhile);
  };
  return { clock, door, set };
};

test('no timer runs where no server is configured, the gateway being open', async () => {
  const { clock, door } = await aWindow();
  expect([door.value.kind, clock.pending]).toEqual(['open', 0]);
});

test('of the stored sessions only the lease is kept up', async () => {
  const { clock } = await aWindow({}, {});
  expect(clock.pending).toBe(1);
});

test('sleep and networks are watched while a server is enabled', async () => {
  const { clock, set } = await aWindow({ servers: { off: { ...resting, enabled: false } } });
  // Every ten minutes a server looks for calls that their programs have left.
  const perServer = 1;
  expect(clock.pending).toBe(perServer);
  await set({ servers: { on: resting } });
  expect(clock.pending).toBe(perServer + 1);
  await set({ servers: { bad: { neither: 'this nor that' } } });
  expect(clock.pending).toBe(0);
});

test('files of other products are looked at while their source is on', async () => {
  const { clock, set } = await aWindow();
  await set({ 'sources.cursor': true });
  expect(clock.pending).toBe(1);
  // The profile is asked for besides.
  await set({ 'sources.vscodeUser': true });
  await expect.poll(() => clock.pending).toBe(2);
  await set({});
  expect(clock.pending).toBe(0);
});

test('streams and sessions of clients are looked after while there are any', async () => {
  const { clock, door } = await aWindow({ 'session.ttl': 60_000 });
  const place = door.value;
  if (place.kind !== 'open') throw new Error('The door is shut.');
  const client = new HttpClient(`http://127.0.0.1:${place.port}/mcp/lifeline`, place.token);
  await client.hello();
  expect(clock.pending).toBeGreaterThan(0);
  await client.delete();
  await eventually(() => clock.pending < 3);
  await clock.advance(3_600_000);
  expect(clock.pending).toBe(0);
});
