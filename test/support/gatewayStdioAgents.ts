// Agents that speak stdio and reach the gateway through a program in between: `mcp-remote`, as many installations have it,
// and our own bridge.
import { join } from 'node:path';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { type Agent, agentOn } from './gatewayAgents.ts';
import { homeIn, type WayIn } from './gatewayProcess.ts';
import { nodePath, projectRoot } from './serverProcess.ts';

interface Program {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
}

export interface StdioAgent extends Agent {
  readonly pid: number | null;
  /** What it wrote to its standard error. */
  readonly output: string;
}

const outputLimit = 64 << 10;

const start = async ({ args, env, folder }: Program): Promise<StdioAgent> => {
  const inherited = { PATH: process.env['PATH'] ?? '' };
  const transport = new StdioClientTransport({
    command: nodePath,
    args: [...args],
    env: { ...inherited, ...homeIn(folder), ...env },
    cwd: folder,
    stderr: 'pipe',
  });
  let output = '';
  transport.stderr?.on('data', (part: Buffer) => {
    output = (output + part.toString('utf8')).slice(-outputLimit);
  });
  const agent = await agentOn(transport);
  return Object.defineProperties(agent, {
    pid: { get: () => transport.pid },
    output: { get: () => output },
  }) as StdioAgent;
};

/** mcp-remote looks for somebody to sign in and keeps what it learns under a folder: the test's own. */
export const remoteAgent = (gateway: WayIn, server: string): Promise<StdioAgent> =>
  start({
    args: [
      join(projectRoot, 'node_modules/mcp-remote/dist/proxy.js'),
      gateway.url(server).href,
      '--transport',
      'http-only',
      '--header',
      'Authorization:${GATEWAY_TOKEN}',
    ],
    env: {
      GATEWAY_TOKEN: `Bearer ${gateway.token}`,
      MCP_REMOTE_CONFIG_DIR: join(gateway.folder, 'mcp-remote'),
    },
    folder: gateway.folder,
  });

/** Our own bridge knows nothing of a gateway but the folder in which it announces itself. */
export const bridgeAgent = (gateway: WayIn, server: string): Promise<StdioAgent> =>
  start({ args: [join(projectRoot, 'dist/bridge.js'), server], env: {}, folder: gateway.folder });
