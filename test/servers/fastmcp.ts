// A server on the fastmcp framework, which answers `/health`, `/ready` and `/ping` by itself: text, not JSON.
import { FastMCP } from 'fastmcp';
import { z } from 'zod';

const server = new FastMCP({ name: 'fastmcp', version: '1.0.0' });
server.addTool({
  name: 'echo',
  description: 'Answers what it was given.',
  annotations: { readOnlyHint: true },
  parameters: z.object({ text: z.string() }),
  execute: async ({ text }) => text,
});
await server.start({
  transportType: 'httpStream',
  httpStream: { port: Number(process.env['PORT'] ?? 0), host: '127.0.0.1' },
});
process.stdin.on('end', () => process.exit(0)).resume();
process.on('SIGTERM', () => process.exit(0));
