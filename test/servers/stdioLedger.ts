// A small MCP server over stdio that tests kill: it writes every call that it executes to the file LEDGER, to disk, before
// it does anything else. The same tools as the restartable server over HTTP, as far as the storm asks for them.
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';

const ledgerFile = process.env['LEDGER'];
if (ledgerFile === undefined) throw new Error('LEDGER must name a file.');

const executed = (name: string, args: unknown): void => {
  const file = openSync(ledgerFile, 'a');
  writeSync(file, `${JSON.stringify({ name, args })}\n`);
  fsyncSync(file);
  closeSync(file);
};

const say = (text: string): CallToolResult => ({ content: [{ type: 'text', text }] });

const mcp = new McpServer({ name: 'stdio-ledger', version: '1.0.0' });
const text = { text: z.string() };
mcp.registerTool('echo', { inputSchema: text, annotations: { readOnlyHint: true } }, (args) => {
  executed('echo', args);
  return say(args.text);
});
mcp.registerTool('append', { inputSchema: text }, (args) => {
  executed('append', args);
  return say(`appended ${args.text}`);
});
mcp.registerTool('slow', { inputSchema: { ms: z.number() } }, async (args, { signal }) => {
  executed('slow', args);
  await delay(args.ms, undefined, { signal });
  return say(`slept ${args.ms}`);
});
await mcp.connect(new StdioServerTransport());
// The SDK's transport does not end with its input, and a server without a client is of no use.
process.stdin.on('end', () => process.exit(0));
