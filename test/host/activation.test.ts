// The extension as the editor sees it from inside: it activates, and what its manifest promises is there.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { settingTable } from '../../src/core/settingTable.ts';
import { commandIds } from '../../src/host/commandIds.ts';

const extension = (): vscode.Extension<unknown> => {
  const found = vscode.extensions.getExtension('mcp-lifeline.mcp-lifeline');
  assert.ok(found !== undefined, 'The extension under development is installed.');
  return found;
};

describe('the extension', () => {
  it('activates without a configured server', async () => {
    await extension().activate();
    assert.equal(extension().isActive, true);
  });

  it('registers every command of its table', async () => {
    await extension().activate();
    const registered = await vscode.commands.getCommands(true);
    const missing = Object.keys(commandIds).filter((id) => !registered.includes(id));
    assert.deepEqual(missing, []);
  });

  it('finds its settings at their defaults', () => {
    const settings = vscode.workspace.getConfiguration('mcpLifeline');
    for (const [key, row] of Object.entries(settingTable)) {
      if (row.kind !== 'servers' && row.kind !== 'inputs')
        assert.deepEqual(settings.get(key), row.default, key);
    }
  });

  it('brings itself into view', async () => {
    await vscode.commands.executeCommand('mcpLifeline.connections.focus');
  });
});
