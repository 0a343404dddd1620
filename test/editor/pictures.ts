// Takes the pictures of the README from the real editor: `node test/editor/pictures.ts` writes them to media/.
// Not here: judging them; a person looks at each before it is committed.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { mustRun } from '../run/command.ts';
import { provideEditor } from '../run/desktop.ts';
import { freePort, type ServerProcess, startServer } from '../support/serverProcess.ts';
import { TestEditor, themes } from '../vscode/editor.ts';
import { repository } from '../vscode/places.ts';
import { Screen } from './screen.ts';

const media = join(repository, 'media');

interface Clip {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const demoServer = async (): Promise<ServerProcess> => {
  const server = startServer({ script: 'test/servers/demo.ts', port: await freePort() });
  await server.waitListening();
  return server;
};

/** A project to look at: our pictures should not show an empty editor. */
const makeWorkspace = (folder: string, settings: unknown): string => {
  const workspace = join(folder, 'shop');
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
};

class Photographer {
  readonly #screen: Screen;

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  /** Nothing under the pointer, nothing half faded in. */
  async take(name: string, clip: Clip): Promise<void> {
    const { page } = this.#screen.window;
    await page.mouse.move(900, 300);
    await delay(600);
    await page.screenshot({ path: join(media, `${name}.png`), clip, animations: 'disabled' });
    console.log(`media/${name}.png`);
  }

  /** Makes the side bar wide enough that no row is cut. */
  async widen(width: number): Promise<void> {
    const { page } = this.#screen.window;
    const box = await page.locator('.part.sidebar').boundingBox();
    if (box === null) throw new Error('There is no side bar.');
    const edge = box.x + box.width;
    await page.mouse.move(edge, 400);
    await page.mouse.down();
    await page.mouse.move(box.x + width, 400, { steps: 8 });
    await page.mouse.up();
  }
}

const sideWidth = 460;
const left: Clip = { x: 0, y: 36, width: 640, height: 764 };

const takeAll = async (screen: Screen, notes: ServerProcess, search: ServerProcess): Promise<void> => {
  const photographer = new Photographer(screen);
  await screen.shows('notes', /^ready/);
  await screen.shows('search', /^ready/);
  await photographer.widen(sideWidth);
  await screen.expand('notes');
  await search.kill9();
  await screen.shows('search', /attempt [5-9] · next try in [2-9] s/);
  await photographer.take('connections', left);

  search.start();
  await screen.shows('search', /^ready/);
  await screen.partShows('notes', 'Session', /./);
  await screen.expand('notes');
  await notes.restart();
  await screen.shows('notes', /^ready/);
  await screen.expand('Recent Events', 2);
  await photographer.take('recovery', left);

  await screen.command('Call Tool…');
  await screen.chooseLabel('MCP Lifeline', 'notes');
  await screen.chooseLabel('Call a tool of notes', 'append_note');
  await screen.answer('append_note: note', 'Lines that survive a restart.');
  await screen.chooseLabel('append_note', 'Call append_note');
  await screen.documentShows(/Note/);
  await photographer.take('call-tool', { x: 0, y: 36, width: 1280, height: 764 });

  await search.kill9();
  await screen.notice(/is not coming back/).waitFor({ timeout: 120_000 });
  await photographer.take('notification', { x: 640, y: 440, width: 640, height: 360 });
};

const main = async (): Promise<void> => {
  provideEditor();
  console.log((await mustRun('build', [])).trim());
  const folder = mkdtempSync(join(tmpdir(), 'ml-'));
  const [notes, search] = [await demoServer(), await demoServer()];
  const workspace = makeWorkspace(folder, {
    notes: { url: notes.url },
    search: { url: search.url },
    tickets: { url: 'tickets.example.com/mcp' },
  });
  const dataDir = join(folder, 'data');
  mkdirSync(dataDir);
  const editor = await TestEditor.start({ dataDir, extensions: [repository], settings: appearance });
  try {
    const screen = new Screen(await editor.openWindow({ folder: workspace }));
    await screen.open();
    await takeAll(screen, notes, search);
  } finally {
    await editor.stop();
    await Promise.all([notes.stop(), search.stop()]);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 300 });
  }
};

await main();
