// Where the pictures are taken: an editor that looks like everybody's, a project, and two demo servers that can be killed.
// Not here: what is played (scenes.ts).
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allowInAdvance } from '../../support/allowed.ts';
import { freePort, type ServerProcess, startServer } from '../../support/serverProcess.ts';
import { TestEditor, themes } from '../../vscode/editor.ts';
import { repository } from '../../vscode/places.ts';
import { Screen } from '../screen.ts';

type Values = Readonly<Record<string, unknown>>;

export interface Servers {
  readonly notes: ServerProcess;
  readonly search: ServerProcess;
}

const appearance = {
  'workbench.colorTheme': themes.dark,
  'window.commandCenter': false,
  'workbench.layoutControl.enabled': false,
  'workbench.editor.empty.hint': 'hidden',
  'editor.minimap.enabled': false,
  'editor.occurrencesHighlight': 'off',
};

const demoServer = async (): Promise<ServerProcess> => {
  const server = startServer({ script: 'test/servers/demo.ts', port: await freePort() });
  await server.waitListening();
  return server;
};

export class Studio {
  readonly screen: Screen;
  readonly servers: Servers;
  readonly #folder: string;
  readonly #editor: TestEditor;

  private constructor(folder: string, editor: TestEditor, screen: Screen, servers: Servers) {
    this.#folder = folder;
    this.#editor = editor;
    this.screen = screen;
    this.servers = servers;
  }

  /** With our view open, and the first of the servers configured. */
  static async open(): Promise<Studio> {
    const folder = mkdtempSync(join(tmpdir(), 'ml-'));
    const dataDir = join(folder, 'data');
    const servers: Servers = { notes: await demoServer(), search: await demoServer() };
    write(folder, { notes: { url: servers.notes.url } });
    const editor = await TestEditor.start({
      dataDir,
      extensions: [repository],
      settings: appearance,
    });
    const screen = new Screen(await editor.openWindow({ folder: join(folder, 'shop') }));
    await screen.open();
    return new Studio(folder, editor, screen, servers);
  }

  /** Puts these servers, and further settings with their whole keys, in place of those that there are. */
  configure(servers: Values, others: Values = {}): void {
    write(this.#folder, servers, others);
  }

  async close(): Promise<void> {
    await this.#editor.stop();
    await Promise.all([this.servers.notes.stop(), this.servers.search.stop()]);
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 300 });
  }
}

const write = (folder: string, servers: Values, others: Values = {}): void => {
  const workspace = join(folder, 'shop');
  allowInAdvance({ dataDir: join(folder, 'data'), workspace }, servers);
  mkdirSync(join(workspace, '.vscode'), { recursive: true });
  const text = JSON.stringify({ ...others, 'mcpLifeline.servers': servers }, null, 2);
  writeFileSync(join(workspace, '.vscode', 'settings.json'), text);
};
