// Another extension, as somebody else would write it: it depends on Lifeline, asks for its API, and offers what it got as
// commands, so that the suite beside it sees just what such an extension sees. Bundled by test/run/inHost.ts.
import * as vscode from 'vscode';
import type { LifelineApi, LifelineStateChange } from '../../../src/host/apiTypes.ts';

const changes: LifelineStateChange[] = [];

export const activate = async (context: vscode.ExtensionContext): Promise<void> => {
  const lifeline = await vscode.extensions
    .getExtension<LifelineApi>('mcp-lifeline.mcp-lifeline')
    ?.activate();
  if (lifeline?.apiVersion !== 1) throw new Error('MCP Lifeline 1 is needed.');
  const { registerCommand } = vscode.commands;
  context.subscriptions.push(
    lifeline.onDidChangeState((change) => changes.push(change)),
    registerCommand('apiUser.servers', () => lifeline.servers),
    registerCommand('apiUser.changes', () => [...changes]),
    registerCommand('apiUser.reconnect', (name: string) => lifeline.reconnect(name)),
    registerCommand(
      'apiUser.call',
      (server: string, tool: string, args?: Record<string, unknown>) =>
        lifeline.callTool(server, tool, args),
    ),
    registerCommand('apiUser.callAndCancel', (server: string, tool: string) => {
      const source = new vscode.CancellationTokenSource();
      const called = lifeline.callTool(server, tool, {}, { token: source.token });
      source.cancel();
      return called;
    }),
  );
};
