// An agent for tests, in the editor: it does what a chat agent does with MCP tools, through the editor's own API and MCP
// client, when a test asks it to over loopback. It can also offer servers to the editor directly, to compare. It never ships.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { agentFolderVariable, type Ask, type Outcome } from './messages.ts';

const folder = process.env[agentFolderVariable] ?? '';
const offerFile = join(folder, 'offer.json');

const readOffer = (): Record<string, string> => {
  try {
    return JSON.parse(readFileSync(offerFile, 'utf8')) as Record<string, string>;
  } catch {
    // Nothing was offered yet.
    return {};
  }
};

const textOf = ({ content }: vscode.LanguageModelToolResult): string =>
  content
    .map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : '(no text)'))
    .join('\n');

const invoke = async ({ tool, input, limit }: Ask & { kind: 'invoke' }): Promise<Outcome> => {
  const began = performance.now();
  const past = (): number => Math.round(performance.now() - began);
  const hanging = new Promise<Outcome>((resolve) => {
    setTimeout(() => resolve({ kind: 'hangs', ms: past() }), limit);
  });
  const call = Promise.resolve(
    vscode.lm.invokeTool(tool, { input, toolInvocationToken: undefined }),
  ).then(
    (result): Outcome => ({ kind: 'answered', text: textOf(result), ms: past() }),
    (error: unknown): Outcome => ({ kind: 'failed', reason: String(error), ms: past() }),
  );
  return Promise.race([call, hanging]);
};

const readAsk = async (request: IncomingMessage): Promise<Ask> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString('utf8')) as Ask;
};

export const activate = (context: vscode.ExtensionContext): void => {
  const changed = new vscode.EventEmitter<void>();
  const provider = vscode.lm.registerMcpServerDefinitionProvider('lifeline-tests.direct', {
    onDidChangeMcpServerDefinitions: changed.event,
    provideMcpServerDefinitions: () =>
      Object.entries(readOffer()).map(
        ([label, url]) => new vscode.McpHttpServerDefinition(label, vscode.Uri.parse(url)),
      ),
  });

  const perform = async (ask: Ask): Promise<unknown> => {
    switch (ask.kind) {
      case 'offer':
        writeFileSync(offerFile, JSON.stringify(ask.servers));
        changed.fire();
        return {};
      case 'start':
        await vscode.commands.executeCommand('workbench.mcp.startServer', ask.id, {
          waitForLiveTools: true,
        });
        return {};
      case 'tools':
        return vscode.lm.tools.map(({ name }) => name);
      case 'invoke':
        return invoke(ask);
    }
  };

  const server = createServer((request, response) => {
    readAsk(request)
      .then(perform)
      .then(
        (answer) => response.end(JSON.stringify(answer)),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
  });
  const portFile = join(folder, `${process.pid}.port`);
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (address !== null && typeof address === 'object')
      writeFileSync(portFile, String(address.port));
  });
  context.subscriptions.push(changed, provider, {
    dispose: () => {
      server.close();
      server.closeAllConnections();
      rmSync(portFile, { force: true });
    },
  });
};
