// A real VS Code that tests can start, drive and throw away: code-server's workbench and extension host, shown in
// Chromium. In user mode everything is as a user has it; in development mode tests may run inside (inHost.ts).
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { z } from 'zod';
import { freePort } from '../support/serverProcess.ts';
import { launchChromium } from './chromium.ts';
import { extensionHostsOf } from './processes.ts';
import { EditorServer, type ServerPlan, runServerCommand } from './server.ts';
import { EditorWindow } from './window.ts';

export interface EditorOptions {
  /**
   * Everything the editor writes. Start again on the same folder AND the same port to find the same state:
   * workspaceState and secrets live in the browser's profile, under the page's origin. Keep the path short: sockets
   * lie in it. Not inside a git work tree.
   */
  readonly dataDir: string;
  readonly port?: number;
  /** Folders of extensions to have installed, as links. Taken up at the first start on a data folder. */
  readonly extensions?: readonly string[];
  /** Reaches the extension host: that is how a test hands values to the extension. */
  readonly environment?: Readonly<Record<string, string>>;
  /** User settings, over those that keep a fresh profile quiet. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Default false. True allows extensions under development and tests inside, and suppresses toasts. */
  readonly developmentMode?: boolean;
  /** Default false: everything is trusted. True: folders start in restricted mode, without a prompt. */
  readonly workspaceTrust?: boolean;
}

export interface WindowOptions {
  /** What is opened; a workspace file too. */
  readonly folder: string;
  readonly developmentPaths?: readonly string[];
  readonly testsPath?: string;
}

/**
 * The names of themes for screenshots, as the setting `workbench.colorTheme` knows them.
 * @public
 */
export const themes = {
  dark: 'Dark Modern',
  light: 'Light Modern',
  contrastDark: 'Default High Contrast',
  contrastLight: 'Default High Contrast Light',
} as const;

/** Keeps a fresh profile quiet and the same everywhere. */
const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  // The chat pane opens by default.
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'workbench.enableExperiments': false,
  'git.openRepositoryInParentFolders': 'never',
  'window.restoreWindows': 'none',
  'window.autoDetectColorScheme': false,
  // It otherwise finds every test server and says so.
  'remote.autoForwardPorts': false,
  'security.workspace.trust.startupPrompt': 'never',
};

const manifestShape = z.object({ publisher: z.string(), name: z.string(), version: z.string() });

/** A link in a NEW extensions folder is taken up at the first start. */
const linkExtension = (folder: string, extension: string): void => {
  const text = readFileSync(join(extension, 'package.json'), 'utf8');
  const { publisher, name, version } = manifestShape.parse(JSON.parse(text));
  const link = join(folder, `${publisher}.${name}-${version}`);
  if (!existsSync(link)) symlinkSync(resolve(extension), link);
};

const prepareFolder = (options: EditorOptions): void => {
  const user = join(options.dataDir, 'user', 'User');
  const extensions = join(options.dataDir, 'extensions');
  mkdirSync(user, { recursive: true });
  mkdirSync(extensions, { recursive: true });
  const settings = join(user, 'settings.json');
  if (!existsSync(settings) || options.settings !== undefined) {
    writeFileSync(settings, JSON.stringify({ ...quietSettings, ...options.settings }, null, 2));
  }
  writeFileSync(join(options.dataDir, 'config.yaml'), 'auth: none\ncert: false\n');
  for (const extension of options.extensions ?? []) linkExtension(extensions, extension);
};

const planOf = (options: EditorOptions, port: number): ServerPlan => ({
  dataDir: resolve(options.dataDir),
  port,
  environment: options.environment ?? {},
  developmentMode: options.developmentMode ?? false,
  workspaceTrust: options.workspaceTrust ?? false,
});

export class TestEditor {
  readonly #plan: ServerPlan;
  #server: EditorServer;
  #browser: BrowserContext;
  readonly #windows = new Set<EditorWindow>();

  private constructor(plan: ServerPlan, server: EditorServer, browser: BrowserContext) {
    this.#plan = plan;
    this.#server = server;
    this.#browser = browser;
  }

  static async start(options: EditorOptions): Promise<TestEditor> {
    const plan = planOf(options, options.port ?? (await freePort()));
    prepareFolder(options);
    const server = new EditorServer(plan);
    try {
      await server.untilHealthy();
      const browser = await launchChromium(plan.dataDir, `http://127.0.0.1:${plan.port}`);
      return new TestEditor(plan, server, browser);
    } catch (error) {
      await server.kill();
      throw error;
    }
  }

  get port(): number {
    return this.#plan.port;
  }

  get dataDir(): string {
    return this.#plan.dataDir;
  }

  get serverPid(): number {
    return this.#server.pid;
  }

  get #authority(): string {
    return `127.0.0.1:${this.#plan.port}`;
  }

  /** The address of a window on a folder, for a browser of one's own. */
  address(options: WindowOptions): string {
    const remote = (path: string): string => `vscode-remote://${this.#authority}${resolve(path)}`;
    const payload = (options.developmentPaths ?? []).map((path) => [
      'extensionDevelopmentPath',
      remote(path),
    ]);
    payload.push(['skipWelcome', 'true'], ['skipReleaseNotes', 'true']);
    if (options.testsPath !== undefined) {
      payload.push(['extensionTestsPath', remote(options.testsPath)]);
    }
    const url = new URL(`http://${this.#authority}/`);
    const kind = options.folder.endsWith('.code-workspace') ? 'workspace' : 'folder';
    url.searchParams.set(kind, resolve(options.folder));
    url.searchParams.set('payload', JSON.stringify(payload));
    return url.href;
  }

  /** One tab, one workbench, one extension host. Resolves when it is painted, or at once when it runs tests. */
  async openWindow(options: WindowOptions): Promise<EditorWindow> {
    const register = { unclaimedHosts: (asking: EditorWindow) => this.#unclaimedHosts(asking) };
    const page = await this.#browser.newPage();
    const window = new EditorWindow(register, page, this.address(options));
    this.#windows.add(window);
    page.on('close', () => this.#windows.delete(window));
    void this.#server.ended.then(() => window.endTests(102, 'the editor server ended'));
    await window.open();
    if (options.testsPath === undefined) {
      await window.painted();
      await window.extensionHost();
    }
    return window;
  }

  /** Every extension host of this editor, oldest first; those of closed tabs too. */
  extensionHosts(): readonly number[] {
    return extensionHostsOf(this.#server.pid);
  }

  #unclaimedHosts(asking: EditorWindow): readonly number[] {
    const others = [...this.#windows].filter((window) => window !== asking);
    const claimed = new Set(others.map((window) => window.claimedHost));
    return this.extensionHosts().filter((pid) => !claimed.has(pid));
  }

  /** Runs the editor's command line, for example `--install-extension file.vsix`. */
  commandLine(...args: readonly string[]): Promise<string> {
    return runServerCommand(this.#plan, args);
  }

  /** Kills the server with all extension hosts, as a machine that dies. The browser stays open. */
  async kill(): Promise<void> {
    await this.#server.kill();
  }

  /** Starts server and browser anew on the same data and port, after `kill` or `stop`. */
  async startAgain(): Promise<void> {
    await this.stop();
    this.#server = new EditorServer(this.#plan);
    await this.#server.untilHealthy();
    this.#browser = await launchChromium(this.#plan.dataDir, `http://${this.#authority}`);
  }

  /** Ends everything; state stays in the data folder. Resolves with the processes that had to be killed for it. */
  async stop(): Promise<readonly number[]> {
    await this.#browser.close();
    this.#windows.clear();
    return this.#server.stop();
  }
}
