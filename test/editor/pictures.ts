// Takes the pictures of the README from the real editor: `node test/editor/pictures.ts` writes them to media/.
// Not here: judging them; a person looks at each before it is committed.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { mustRun } from '../run/command.ts';
import { provideEditor } from '../run/desktop.ts';
import { allowInAdvance } from '../support/allowed.ts';
import { freePort, type ServerProcess, startServer } from '../support/serverProcess.ts';
import { TestEditor, themes } from '../vscode/editor.ts';
import { repository } from '../vscode/places.ts';
import { Screen } from './screen.ts';
import { asWebp } from './webp.ts';

const media = join(repository, 'media');

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The lower corners are those with the status bar. */
type Corner = Size & { readonly corner: 'left' | 'right' };

const demoServer = async (): Promise<ServerProcess> => {
  const server = startServer({ script: 'test/servers/demo.ts', port: await freePort() });
  await server.waitListening();
  return server;
};

/** A project to look at: our pictures should not show an empty editor. */
const makeWorkspace = (folder: string, settings: Readonly<Record<string, unknown>>): string => {
  const workspace = join(folder, 'shop');
  allowInAdvance({ dataDir: join(folder, 'data'), workspace }, settings);
  mkdirSync(join(workspace, '.vscode'), { recursive: true });
  writeFileSync(
    join(workspace, '.vscode', 'settings.json'),
    JSON.stringify({ 'mcpLifeline.servers': settings }, null, 2),
  );
  return workspace;
};

const appearance = {
  'workbench.colorTheme': themes.dark,
  'window.commandCenter': false,
  'workbench.layoutControl.enabled': false,
  'workbench.editor.empty.hint': 'hidden',
  'editor.minimap.enabled': false,
  'editor.occurrencesHighlight': 'off',
};

class Photographer {
  readonly #screen: Screen;

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  /** A small window holds what matters and little else. */
  async frame(size: Size): Promise<void> {
    await this.#screen.window.page.setViewportSize(size);
  }

  /** Takes a lower corner; without one the whole window. */
  async take(name: string, part?: Corner): Promise<void> {
    const { page } = this.#screen.window;
    const whole = page.viewportSize() ?? { width: 1280, height: 800 };
    const { width, height } = part ?? whole;
    const x = part?.corner === 'right' ? whole.width - width : 0;
    const clip = { x, y: whole.height - height, width, height };
    // Nothing under the pointer, nothing half faded in.
    await page.mouse.move(whole.width - 40, 120);
    await delay(500);
    const picture = await page.screenshot({ clip, animations: 'disabled' });
    writeFileSync(join(media, `${name}.webp`), await asWebp(page.context(), picture));
    console.log(`media/${name}.webp`);
  }

  /** Makes the side bar wide enough that no row is cut. */
  async widen(width: number): Promise<void> {
    const { page } = this.#screen.window;
    const box = await page.locator('.part.sidebar').boundingBox();
    if (box === null) throw new Error('There is no side bar.');
    await page.mouse.move(box.x + box.width, 200);
    await page.mouse.down();
    await page.mouse.move(box.x + width, 200, { steps: 8 });
    await page.mouse.up();
  }

  /** Folds a view of ours whose rows are of no interest here. */
  async fold(view: string): Promise<void> {
    await this.#screen.window.page.locator('.part.sidebar .pane-header', { hasText: view }).click();
  }
}

const wideSideBar: Corner = { corner: 'left', width: 650, height: 400 };

const ofConnections = async (
  screen: Screen,
  photographer: Photographer,
  servers: Servers,
): Promise<void> => {
  await screen.shows('notes', /^ready/);
  await screen.shows('search', /^ready/);
  await photographer.frame({ width: 1000, height: 400 });
  await photographer.fold('Pending Calls');
  await photographer.widen(600);
  await screen.expand('notes');
  await servers.search.kill9();
  await screen.shows('search', /^reconnecting in [4-9] s · attempt [5-9]/);
  await photographer.take('connections', wideSideBar);

  servers.search.start();
  await screen.shows('search', /^ready/);
  await servers.notes.restart();
  await screen.partShows('notes', 'Session', /^new session/);
  await screen.expand('Recent Events', 2);
  await photographer.take('recovery', wideSideBar);
};

const ofCalls = async (screen: Screen, photographer: Photographer): Promise<void> => {
  await photographer.frame({ width: 960, height: 440 });
  await photographer.widen(420);
  await screen.command('Call Tool…');
  await screen.chooseLabel('MCP Lifeline', 'notes');
  await screen.chooseLabel('Call a tool of notes', 'append_note');
  await screen.answer('append_note: note', 'Sessions survive a restart.');
  await screen.chooseLabel('append_note', 'Call append_note');
  await screen.documentShows('Note');
  await screen.notice(/^Calling /).waitFor({ state: 'detached' });
  await photographer.take('call-tool');
};

const ofNotices = async (
  screen: Screen,
  photographer: Photographer,
  servers: Servers,
): Promise<void> => {
  await servers.search.kill9();
  // Ten tries take their time at the default settings.
  await screen.notice(/is not coming back/).waitFor({ timeout: 180_000 });
  await photographer.take('notification', { corner: 'right', width: 500, height: 180 });
};

const ofTimeline = async (
  screen: Screen,
  photographer: Photographer,
  servers: Servers,
): Promise<void> => {
  servers.search.start();
  await screen.shows('search', /^ready/);
  const { window } = screen;
  await window.command('Notifications: Clear All Notifications');
  await photographer.frame({ width: 1000, height: 420 });
  await screen.command('Show Timeline');
  await window.command('View: Toggle Primary Side Bar Visibility');
  const frame = window.page
    .frameLocator('iframe.webview.ready')
    .frameLocator('iframe#active-frame');
  await frame.getByRole('button', { name: 'All', exact: true }).click();
  await photographer.take('timeline');
};

interface Servers {
  readonly notes: ServerProcess;
  readonly search: ServerProcess;
}

const main = async (): Promise<void> => {
  provideEditor();
  console.log((await mustRun('build', [])).trim());
  const folder = mkdtempSync(join(tmpdir(), 'ml-'));
  const servers: Servers = { notes: await demoServer(), search: await demoServer() };
  const { notes, search } = servers;
  const workspace = makeWorkspace(folder, {
    notes: { url: notes.url },
    search: { url: search.url },
    tickets: { url: 'tickets.example.com/mcp' },
  });
  const dataDir = join(folder, 'data');
  mkdirSync(dataDir, { recursive: true });
  const editor = await TestEditor.start({
    dataDir,
    extensions: [repository],
    settings: appearance,
  });
  try {
    const screen = new Screen(await editor.openWindow({ folder: workspace }));
    await screen.open();
    const photographer = new Photographer(screen);
    await ofConnections(screen, photographer, servers);
    await ofCalls(screen, photographer);
    await ofNotices(screen, photographer, servers);
    await ofTimeline(screen, photographer, servers);
  } finally {
    await editor.stop();
    await Promise.all([notes.stop(), search.stop()]);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 300 });
  }
};

await main();
