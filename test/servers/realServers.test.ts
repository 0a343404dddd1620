// The commands by which real servers are started work, with the plain SDK client.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { expect, onTestFinished, test } from 'vitest';
import { startRealServer } from '../support/realServers.ts';

test.each([
  ['everything', 'echo'],
  ['fastmcp', 'echo'],
  ['supergateway', 'echo'],
  ['mcpProxy', 'echo'],
  ['playwright', 'browser_navigate'],
] as const)(
  '%s starts, lists its tools, and comes back on the same address',
  async (name, tool) => {
    const server = await startRealServer(name);
    onTestFinished(() => server.stop());
    const names = async (): Promise<readonly string[]> => {
      const client = new Client({ name: 'test', version: '0' });
      await client.connect(new StreamableHTTPClientTransport(new URL(server.url)));
      const { tools } = await client.listTools();
      await client.close();
      return tools.map((listed) => listed.name);
    };
    expect(await names()).toContain(tool);
    await server.restart();
    expect(await names()).toContain(tool);
  },
  30_000,
);
