// What a journey in the editor needs on its stage: one editor shared by the tests of a file, workspaces whose settings
// change under it, servers that end with their test. Not here: reading the screen (screen.ts).
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, onTestFinished, type RunnerTestCase } from 'vitest';
import {
  type RestartableOptions,
  type RestartableServer,
  startRestartable,
} from '../support/restartableServer.ts';
import { allowInAdvance } from '../support/allowed.ts';
import { plantIn } from '../support/planted.ts';
import { type EditorOptions, TestEditor } from '../vscode/editor.ts';
import { repository } from '../vscode/places.ts';
import type { EditorWindow } from '../vscode/window.ts';
import { Screen } from './screen.ts';

type SettingValues = Readonly<Record<string, unknown>>;

/** Outside every git work tree, and with a short path, since sockets lie in it. */
const makeFolder = (): string => mkdtempSync(join(tmpdir(), 'ml-'));

const removeFolder = (folder: string): void =>
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 300 });

/** A folder to open; its settings may be written anew while it is open. */
export class Workspace {
  readonly folder = makeFolder();
  #servers: SettingValues = {};
  #dataDir: string | undefined;

  /** `servers` are the entries of our setting, `others` any further settings with their whole keys. */
  write(servers: SettingValues, others: SettingValues = {}): void {
    const folder = join(this.folder, '.vscode');
    mkdirSync(folder, { recursive: true });
    this.#servers = plantIn(servers, 'editor');
    const settings = { ...others, 'mcpLifeline.servers': this.#servers };
    this.#allow();
    writeFileSync(join(folder, 'settings.json'), JSON.stringify(settings, null, 2));
  }

  /** Has this editor know that the person allows what stands here, now and whenever it is written anew. */
  allowIn(dataDir: string): void {
    this.#dataDir = dataDir;
    this.#allow();
  }

  #allow(): void {
    if (this.#dataDir !== undefined)
      allowInAdvance({ dataDir: this.#dataDir, workspace: this.folder }, this.#servers);
  }
}

/** A folder to open, gone when the test ends. */
export const aWorkspace = (servers: SettingValues, others: SettingValues = {}): Workspace => {
  const workspace = new Workspace();
  onTestFinished(() => removeFolder(workspace.folder));
  workspace.write(servers, others);
  return workspace;
};

/** One editor for all tests of the file, with this extension as a user has it. */
export const sharedEditor = (options: Partial<EditorOptions> = {}): (() => TestEditor) => {
  const dataDir = makeFolder();
  let editor: TestEditor | undefined;
  beforeAll(async () => {
    editor = await TestEditor.start({ extensions: [repository], dataDir, ...options });
  });
  afterAll(async () => {
    await editor?.stop();
    removeFolder(dataDir);
  });
  return () => {
    if (editor === undefined) throw new Error('The editor has not been started.');
    return editor;
  };
};

/** To be done with the window of a test when it ends: what was on screen when it failed says more than its message. */
const photographFailure = async (window: EditorWindow, task: RunnerTestCase): Promise<void> => {
  if (task.result?.state !== 'fail' || window.page.isClosed()) return;
  const name = task.name.replaceAll(/[^\w]+/g, '-').slice(0, 80);
  const folder = join(repository, 'out', 'failures');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}-${window.claimedHost}.png`);
  await window
    .screenshot(path)
    .catch((error: unknown) => console.log(`There is no picture of it: ${String(error)}`));
};

/** One window for all tests of the file, on a workspace whose settings each test writes anew. */
export class SharedScreen {
  readonly workspace = new Workspace();
  readonly #editor: () => TestEditor;
  #screen: Screen | undefined;

  constructor(editor: () => TestEditor) {
    this.#editor = editor;
    beforeAll(async () => {
      this.workspace.write({});
      await this.open();
    });
    beforeEach(() => {
      onTestFinished(({ task }) => photographFailure(this.screen.window, task));
    });
    afterAll(() => removeFolder(this.workspace.folder));
  }

  get screen(): Screen {
    if (this.#screen === undefined) throw new Error('The window has not been opened.');
    return this.#screen;
  }

  /** Opens the window; once more where its editor was started again. */
  async open(): Promise<Screen> {
    this.workspace.allowIn(this.#editor().dataDir);
    this.#screen = new Screen(await this.#editor().openWindow({ folder: this.workspace.folder }));
    await this.#screen.open();
    return this.#screen;
  }
}

/** A window on the workspace with our view open; its tab is closed when the test ends. */
export const openScreen = async (
  editor: TestEditor,
  workspace: Pick<Workspace, 'folder' | 'allowIn'>,
  { isAllowed = true } = {},
): Promise<Screen> => {
  if (isAllowed) workspace.allowIn(editor.dataDir);
  const window = await editor.openWindow({ folder: workspace.folder });
  onTestFinished(async ({ task }) => {
    await photographFailure(window, task);
    await window.close();
  });
  const screen = new Screen(window);
  await screen.open();
  return screen;
};

/** A server that ends with the test. */
export const aServer = async (options: RestartableOptions = {}): Promise<RestartableServer> => {
  const server = await startRestartable(options);
  onTestFinished(() => server.stop());
  return server;
};

/** A figure for the reader of the run; what is measured here is no matter of passing. */
export const figure = (what: string, since: number): void =>
  console.log(`${what}: ${Math.round(performance.now() - since)} ms`);
