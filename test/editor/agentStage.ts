// The stage for an agent in the editor: one editor with Lifeline and the agent in it, and servers that the agent reaches
// either directly or through Lifeline. Not here: what is played on it (agentScenes.ts).
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { allowInAdvance } from '../support/allowed.ts';
import { type RestartableOptions, startRestartable } from '../support/restartableServer.ts';
import { TestEditor } from '../vscode/editor.ts';
import { repository } from '../vscode/places.ts';
import { until } from '../vscode/waiting.ts';
import type { EditorWindow } from '../vscode/window.ts';
import { Agent, agentSettings, installAgent } from './agent.ts';
import type { Subject } from './agentScenes.ts';

export type Via = 'direct' | 'lifeline';

const owners = { direct: 'lifeline-tests.test-agent', lifeline: 'mcp-lifeline.mcp-lifeline' };
const startPatience = 60_000;

export interface Cast extends Subject {
  /** Has the editor start the server and waits until its tools are there. */
  start(): Promise<void>;
  /** Has the editor look for the server, which may not be there, for some seconds. */
  look(): Promise<void>;
}

export class AgentStage {
  readonly #folder: string;
  readonly #editor: TestEditor;
  readonly window: EditorWindow;
  readonly agent: Agent;
  readonly #configured: Record<string, { readonly url: string }> = {};
  #isOffered = true;
  readonly #endings: (() => Promise<void>)[] = [];

  private constructor(folder: string, editor: TestEditor, window: EditorWindow, agent: Agent) {
    this.#folder = folder;
    this.#editor = editor;
    this.window = window;
    this.agent = agent;
  }

  static async open(): Promise<AgentStage> {
    // A short path outside every git work tree, since the editor's sockets lie in it.
    const folder = mkdtempSync(join(tmpdir(), 'ml-'));
    const { extension, environment } = await installAgent(folder);
    const dataDir = join(folder, 'data');
    mkdirSync(dataDir);
    mkdirSync(join(folder, 'workspace', '.vscode'), { recursive: true });
    const editor = await TestEditor.start({
      dataDir,
      extensions: [repository, extension],
      environment,
      settings: agentSettings,
    });
    const window = await editor.openWindow({ folder: join(folder, 'workspace') });
    return new AgentStage(folder, editor, window, new Agent(window, environment));
  }

  /** A server for the agent; `down`: it is configured, and not running. */
  async cast(
    via: Via,
    name: string,
    options: RestartableOptions = {},
    down = false,
  ): Promise<Cast> {
    // The editor names tools after the server's own name, in which it knows no hyphens.
    const server = await startRestartable({ ...options, name });
    this.#endings.push(() => server.stop());
    if (down) await server.process.kill9();
    if (via === 'direct') await this.agent.offer(name, server.url);
    else this.#configure(name, server.url);
    const id = `${owners[via]}/${name}`;
    const prefix = new RegExp(`^mcp_${name}_`);
    const tools = async (): Promise<readonly string[]> =>
      (await this.agent.tools())
        .filter((tool) => prefix.test(tool))
        .map((tool) => tool.replace(prefix, ''));
    const call: Subject['call'] = (tool, input, limit) =>
      this.agent.invoke(`mcp_${name}_${tool}`, input, limit);
    return {
      server,
      tools,
      call,
      // The editor may not have asked for the definition yet, and says nothing when there is none to start.
      look: async () => {
        for (let time = 0; time < 8; time += 1) {
          await this.agent.start(id);
          await delay(500);
        }
      },
      start: async () => {
        await until(`the editor has the tools of ${name}`, startPatience, async () => {
          await this.agent.start(id);
          return (await tools()).includes('echo');
        });
      },
    };
  }

  /** Whether the editor's agent is offered our servers at all. */
  offer(isWanted: boolean): void {
    this.#isOffered = isWanted;
    this.#write();
  }

  #configure(name: string, url: string): void {
    this.#configured[name] = { url };
    this.#write();
  }

  #write(): void {
    const settings = {
      'mcpLifeline.servers': this.#configured,
      'mcpLifeline.gateway.offerToEditor': this.#isOffered,
    };
    const workspace = join(this.#folder, 'workspace');
    allowInAdvance({ dataDir: join(this.#folder, 'data'), workspace }, this.#configured);
    const file = join(workspace, '.vscode', 'settings.json');
    writeFileSync(file, JSON.stringify(settings));
  }

  async close(): Promise<void> {
    await this.#editor.stop();
    for (const end of this.#endings) await end();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 300 });
  }
}
