// Servers that people really run, from npm, each by a command that was tried by hand. Everything listens on loopback.
// What each does with a stale session, and whether it can resume, is asserted where it matters: in the journeys.
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  freePort,
  nodePath,
  type ServerOptions,
  type ServerProcess,
  startServer,
} from './serverProcess.ts';

const modules = 'node_modules';
const everything = `${modules}/@modelcontextprotocol/server-everything/dist/index.js`;
// Debian's; other systems have none there, and then the browser's tests are skipped.
const chromium = '/usr/bin/chromium';

type Command = Omit<ServerOptions, 'port'>;

const commands = {
  /** Sessions; 400 to a stale one; events that are replayed over all streams; no `/health`. */
  everything: () => ({ script: everything, args: ['streamableHttp'] }),
  /** Sessions; 404 -32001; resumable; `/health` in text. */
  fastmcp: () => ({ script: 'test/servers/fastmcp.ts' }),
  /** A stdio server behind HTTP, one child per session; 404; no event ids; `/healthz` is well even when the child is dead. */
  supergateway: (port) => ({
    script: `${modules}/supergateway/dist/index.js`,
    args: [
      '--stdio',
      `"${nodePath}" ${everything} stdio`,
      '--outputTransport',
      'streamableHttp',
      '--stateful',
      '--healthEndpoint',
      '/healthz',
      '--port',
      String(port),
    ],
  }),
  /** A stdio server behind HTTP; 404 -32001; resumable; speaks both eras; only `/ping`. */
  mcpProxy: (port) => ({
    script: `${modules}/mcp-proxy/dist/bin/mcp-proxy.mjs`,
    args: ['--port', String(port), '--host', '127.0.0.1', '--', nodePath, everything, 'stdio'],
  }),
  /** Sessions; 404 in text; refuses any Host but `localhost` with 403; no `/health`. Starts its browser at the first tool call. */
  playwright: (port) => ({
    script: `${modules}/@playwright/mcp/cli.js`,
    host: 'localhost',
    args: [
      '--headless',
      '--isolated',
      '--no-sandbox',
      // Else its pictures and notes land in the project.
      '--output-dir',
      join(tmpdir(), 'playwright-mcp'),
      '--port',
      String(port),
      ...(existsSync(chromium) ? ['--executable-path', chromium] : []),
    ],
  }),
} satisfies Record<string, (port: number) => Command>;

export type RealServer = keyof typeof commands;

/** Starts one on a free port, or on `port`, and waits until it listens. */
export const startRealServer = async (name: RealServer, port?: number): Promise<ServerProcess> => {
  const chosen = port ?? (await freePort());
  const server = startServer({ ...commands[name](chosen), port: chosen });
  await server.waitListening();
  return server;
};
