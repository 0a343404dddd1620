// A chat agent's hands in the test editor: it lists and calls MCP tools with the editor's own MCP client, in a test
// extension (agent/extension.ts) that a test speaks to. Not here: what is done with it.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { repository } from '../vscode/places.ts';
import { until } from '../vscode/waiting.ts';
import type { EditorWindow } from '../vscode/window.ts';
import { type Ask, agentFolderVariable, type Outcome } from './agent/messages.ts';

const manifest = {
  name: 'test-agent',
  publisher: 'lifeline-tests',
  version: '1.0.0',
  engines: { vscode: '^1.101.0' },
  main: './extension.js',
  extensionKind: ['workspace'],
  activationEvents: ['onStartupFinished'],
  contributes: {
    mcpServerDefinitionProviders: [{ id: 'lifeline-tests.direct', label: 'Direct' }],
  },
};

/** Builds the test extension into a folder and returns how an editor is to be started with it. */
export const installAgent = async (
  folder: string,
): Promise<{ readonly extension: string; readonly environment: Record<string, string> }> => {
  const extension = join(folder, 'agent');
  const exchange = join(folder, 'exchange');
  mkdirSync(extension, { recursive: true });
  mkdirSync(exchange, { recursive: true });
  writeFileSync(join(extension, 'package.json'), JSON.stringify(manifest));
  await build({
    entryPoints: [join(repository, 'test', 'editor', 'agent', 'extension.ts')],
    outdir: extension,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    external: ['vscode'],
    logLevel: 'warning',
  });
  return { extension, environment: { [agentFolderVariable]: exchange } };
};

/** What lets an agent run tools that are not marked read-only; the editor asks once whether that is meant. */
export const agentSettings = { 'chat.tools.global.autoApprove': true };

const patience = 60_000;
/** Nothing but a call, which has a limit of its own, takes longer in a living editor. */
const reactionLimit = 20_000;

export class Agent {
  readonly #window: EditorWindow;
  readonly #exchange: string;
  readonly #offered: Record<string, string> = {};

  constructor(window: EditorWindow, environment: Readonly<Record<string, string>>) {
    this.#window = window;
    this.#exchange = environment[agentFolderVariable] ?? '';
    // Ends with the page, which is how it is told to.
    this.#confirm().catch(() => undefined);
  }

  /** Answers the editor's question whether tools may really run without asking; it may come again after a reload. */
  async #confirm(): Promise<void> {
    const dialog = this.#window.dialog(/auto.?approve/i);
    const yes = dialog.getByRole('button', { name: 'Enable', exact: true });
    while (!this.#window.page.isClosed()) await yes.click({ timeout: 0 });
  }

  async #ask(ask: Ask, limit = reactionLimit): Promise<unknown> {
    const pid = await this.#window.extensionHost();
    const file = join(this.#exchange, `${pid}.port`);
    const port = await until('the agent is there', patience, () =>
      existsSync(file) ? readFileSync(file, 'utf8') : null,
    );
    const answer = await fetch(`http://127.0.0.1:${port}/`, {
      method: 'POST',
      body: JSON.stringify(ask),
      headers: { connection: 'close' },
      signal: AbortSignal.timeout(limit),
    });
    if (!answer.ok) throw new Error(await answer.text());
    return answer.json();
  }

  /** Offers a server to the editor without Lifeline in between. */
  async offer(label: string, url: string): Promise<void> {
    this.#offered[label] = url;
    await this.#ask({ kind: 'offer', servers: this.#offered });
  }

  async withdraw(label: string): Promise<void> {
    delete this.#offered[label];
    await this.#ask({ kind: 'offer', servers: this.#offered });
  }

  /** Resolves when the editor has started it; rejects when it takes too long. */
  async start(id: string): Promise<void> {
    await this.#ask({ kind: 'start', id });
  }

  /** The names of all tools that a chat agent is offered. */
  async tools(): Promise<readonly string[]> {
    return (await this.#ask({ kind: 'tools' })) as string[];
  }

  async invoke(tool: string, input: object, limit: number): Promise<Outcome> {
    const ask: Ask = { kind: 'invoke', tool, input, limit };
    return (await this.#ask(ask, limit + reactionLimit)) as Outcome;
  }
}
