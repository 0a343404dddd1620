// Run in a real editor by test/bench/extension.ts: waits until the extension that it measures is active.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import * as vscode from 'vscode';

it('is active', async () => {
  const extension = vscode.extensions.getExtension('mcp-lifeline.mcp-lifeline');
  await extension?.activate();
  assert.ok(existsSync(String(process.env['MCP_LIFELINE_BENCH_TIMES'])), 'It was measured.');
});
