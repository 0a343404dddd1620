// The commands about the gateway: Connect a Client…, Copy Gateway URL, Show Health Report. Not here: the questions of the
// first (connectClient.ts) and what stands in a report.
import * as vscode from 'vscode';
import { allOrNothing, type Disposable } from '../base/disposable.ts';
import type { ServerWatch } from '../runtime/watch.ts';
import { connectClient, type ConnectPorts } from './connectClient.ts';
import { createConnectPreview } from './connectPreview.ts';
import { requireDoor } from './doorWords.ts';
import { type Gateway, gatewayUrl } from './gatewayDoor.ts';
import { createHealthReports } from './healthReports.ts';
import { sayNoneEnabled, serverItem } from './pickServer.ts';
import { askChoice } from './quickInput.ts';

export interface GatewayCommands extends Disposable {
  connectClient(server: ServerWatch | undefined): Promise<void>;
  copyUrl(server: ServerWatch | undefined): Promise<void>;
  showReport(server: ServerWatch | undefined): Promise<void>;
}

type Ports = Omit<ConnectPorts, 'preview' | 'gateway'> & { readonly gateway: Gateway };

const chooseServer = async (
  { fleet, words }: Ports,
  given: ServerWatch | undefined,
): Promise<ServerWatch | undefined> => {
  if (given) return given;
  const servers = fleet.servers.value.filter(({ definition }) => definition.enabled);
  if (servers.length === 0) void sayNoneEnabled(fleet);
  if (servers.length <= 1) return servers[0];
  const answer = await askChoice({
    title: 'MCP Lifeline',
    placeholder: vscode.l10n.t('Choose the server whose URL to copy'),
    items: servers.map((server) => serverItem(server, words)),
  });
  return answer.kind === 'value' ? answer.value.server : undefined;
};

const copyUrl = async (ports: Ports, given: ServerWatch | undefined): Promise<void> => {
  const server = await chooseServer(ports, given);
  if (!server) return;
  if (!server.definition.enabled) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        '"{0}" is disabled, so it has no URL at the gateway. Enable it first.',
        server.id,
      ),
    );
    return;
  }
  const door = await requireDoor(ports.gateway.door, ports.clock);
  if (!door) return;
  await vscode.env.clipboard.writeText(gatewayUrl(door, server.id));
  const connect = vscode.l10n.t('Connect a Client…');
  const text = vscode.l10n.t(
    'The URL of "{0}" at the gateway was copied. A client also needs the token, which Connect a Client… gives it.',
    server.id,
  );
  if ((await vscode.window.showInformationMessage(text, connect)) === connect)
    await vscode.commands.executeCommand('mcpLifeline.connectClient', server.id);
};

export const createGatewayCommands = (ports: Ports): GatewayCommands =>
  allOrNothing((store) => {
    const preview = store.add(createConnectPreview());
    const reports = store.add(createHealthReports(ports.gateway.healthReport));
    return {
      connectClient: (server) => connectClient({ ...ports, preview }, server),
      copyUrl: (server) => copyUrl(ports, server),
      showReport: (server) => reports.show(server?.id ?? null),
      dispose: () => store.dispose(),
    };
  });
