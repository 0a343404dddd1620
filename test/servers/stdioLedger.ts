// A small MCP server over stdio that tests kill: it writes every call that it executes to the file LEDGER, to disk, before
// it does anything else. The same tools as the restartable server over HTTP, as far as the storm asks for them.
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { Doom } from './doom.ts';

const ledgerFile = process.env['LEDGER'];
if (ledgerFile === undefined) throw new Error('LEDGER must name a file.');

const doom = new Doom(process.env['DOOM_FILE']);

const executed = (name: string, args: unknown): void =>
  doom.around(() => {
    const file = openSync(ledgerFile, 'a');
    writeSync(file, `${JSON.stringify({ name, args })}\n`);
    fsyncSync(file);
    closeSync(file);
  });

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
mcp.registerTool('slow', { inputSchema: { ms: z.number() } }, async (args, extra) => {
  const { signal } = extra;
  executed('slow', args);
  await delay(args.ms / 2, undefined, { signal });
  const progressToken = extra._meta?.progressToken;
  if (progressToken !== undefined) {
    const params = { progressToken, progress: args.ms / 2, total: args.ms };
    await extra.sendNotification({ method: 'notifications/progress', params });
  }
  await delay(args.ms / 2, undefined, { signal });
  return say(`slept ${args.ms}`);
});

/** Its output, which a life that ends in the middle of an answer leaves in the middle of a line. */
const output = new Writable({
  write: (part: Buffer, _, done) => {
    const limit = doom.limitOf(part.toString('utf8'));
    if (limit === null) {
      process.stdout.write(part, done);
      return;
    }
    process.stdout.write(part.subarray(0, limit), () => doom.die());
  },
});
await mcp.connect(new StdioServerTransport(process.stdin, output));
// The SDK's transport does not end with its input, and a server without a client is of no use.
process.stdin.on('end', () => process.exit(0));
