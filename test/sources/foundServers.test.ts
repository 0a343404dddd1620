// The servers that other products define, put together as the extension does it: home folder, profile, trust, switches, door.
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { realClock } from '../../src/base/clock.ts';
import { Store } from '../../src/base/disposable.ts';
import { Source, whenever } from '../../src/base/signal.ts';
import { parseSettings } from '../../src/core/parseSettings.ts';
import { inEnglish } from '../../src/core/wording/english.ts';
import { FoundServers } from '../../src/wiring/foundServers.ts';
import type { OpenPlaces } from '../../src/host/foundSources.ts';
import type { GatewayDoor } from '../../src/host/gatewayDoor.ts';
import { aHome, type TestHome } from './home.ts';
import { listing } from './watchRig.ts';

let home: TestHome;
const store = { now: new Store() };

beforeEach(() => {
  home = aHome();
  store.now = new Store();
  vi.stubEnv('HOME', home.home);
  vi.stubEnv('USERPROFILE', home.home);
  vi.stubEnv('CLAUDE_CONFIG_DIR', '');
});
afterEach(() => {
  store.now.dispose();
  home.remove();
  vi.unstubAllEnvs();
});

const workspace = 'file:///work/project';
const profileOf = (id: string): string =>
  JSON.stringify({ profileAssociations: { workspaces: { [workspace]: id } } });
const servers = (name: string): string =>
  JSON.stringify({ servers: { [name]: { url: 'http://127.0.0.1:40009/mcp/x' } } });

const finding = (more: Partial<OpenPlaces> = {}) => {
  const silent = (): void => {};
  const settings = new Source(parseSettings({}).settings);
  const door = new Source<GatewayDoor>({ kind: 'off' });
  const open = new Source<OpenPlaces>({
    folders: [home.folder],
    workspaceFile: null,
    workspace,
    isTrusted: true,
    ...more,
  });
  const found = store.now.add(
    new FoundServers({
      clock: realClock,
      log: { debug: silent, info: silent, warn: silent, error: silent },
      say: inEnglish,
      settings,
      door,
      open,
      globalStorage: join(home.home, 'Code', 'User', 'globalStorage', 'pub.ext'),
    }),
  );
  const { files } = found.view;
  const untilNames = (...names: readonly string[]) =>
    whenever(
      files,
      (all) => all.flatMap((file) => file.servers.map(({ name }) => name)).join() === names.join(),
    );
  return { found, settings, door, open, files, untilNames };
};

test('the profile of this workspace is the one whose servers are listed, also after it is changed', async () => {
  home.write('Code/User/mcp.json', servers('default'));
  home.write('Code/User/profiles/-1a/mcp.json', servers('first'));
  home.write('Code/User/profiles/2b/mcp.json', servers('second'));
  home.write('Code/User/globalStorage/storage.json', profileOf('-1a'));
  const { found, open, files, untilNames } = finding();
  const seen: string[] = [];
  files.onChange((all) =>
    seen.push(...all.flatMap((file) => file.servers.map(({ name }) => name))),
  );
  found.open();
  await untilNames('first');
  expect(seen).not.toContain('default');
  home.write('Code/User/globalStorage/storage.json', profileOf('2b'));
  await untilNames('second');
  open.set({ ...open.value, workspace: 'file:///work/other' });
  await untilNames('default');
});

test('without a memory of profiles it is the default one', async () => {
  home.write('Code/User/mcp.json', servers('default'));
  const { found, untilNames } = finding();
  found.open();
  await untilNames('default');
});

test('[locked-door] files of the workspace are listed once it is trusted', async () => {
  home.write('work/project/.mcp.json', listing('hostile'));
  home.write('.cursor/mcp.json', listing('mine'));
  const { found, open, files, untilNames } = finding({ isTrusted: false });
  found.open();
  await untilNames('mine');
  await found.view.refresh(join(home.folder, '.mcp.json'));
  expect(files.value.map(({ kind }) => kind)).toEqual(['cursor']);
  open.set({ ...open.value, isTrusted: true });
  await untilNames('hostile', 'mine');
});

test('a source is switched off and on in the settings', async () => {
  home.write('.cursor/mcp.json', listing('mine'));
  home.write('.codeium/windsurf/mcp_config.json', listing('other'));
  const { found, settings, untilNames } = finding();
  found.open();
  await untilNames('mine', 'other');
  settings.set(parseSettings({ 'sources.cursor': false }).settings);
  await untilNames('other');
  settings.set(parseSettings({}).settings);
  await untilNames('mine', 'other');
});

test('other settings that change leave the list the object it was', async () => {
  home.write('.cursor/mcp.json', listing('mine'));
  const { found, settings, files, untilNames } = finding();
  found.open();
  const before = await untilNames('mine');
  settings.set(parseSettings({ statusBar: 'never' }).settings);
  await found.view.refresh(join(home.home, '.cursor', 'mcp.json'));
  expect(files.value).toBe(before);
});

test('an entry is ours once the gateway listens where it leads', async () => {
  home.write('Code/User/mcp.json', servers('x'));
  const { found, door, files, untilNames } = finding();
  found.open();
  await untilNames('x');
  const none = { token: 't', instead: null };
  door.set({ kind: 'open', port: 40_009, ports: [40_009], ...none });
  await whenever(files, ([file]) => file?.servers[0]?.leadsTo === 'ours');
});
