// The command Connect a Client…: which program, which servers, in which way; then the entry is shown, and written or
// copied (connectDeed.ts). Each question has a way back. Not here: what the entry of a product looks like.
import * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import type { FleetWatch, ServerWatch } from '../runtime/watch.ts';
import { type Product, productNames } from '../core/clientEntry.ts';
import { type ConnectWay, waysFor } from './clientGuide.ts';
import { decide } from './connectDeed.ts';
import type { ConnectPreview } from './connectPreview.ts';
import { productDetail, productLabel, shortPath, wayDetail, wayLabel } from './connectWords.ts';
import { requireDoor } from './doorWords.ts';
import type { Gateway, OpenDoor } from './gatewayDoor.ts';
import { sayNoneEnabled, serverItem } from './pickServer.ts';
import { type Answer, askChoice, askSeveral } from './quickInput.ts';
import type { ServerWords } from './words.ts';

export interface ConnectPorts {
  readonly clock: Clock;
  readonly fleet: FleetWatch;
  readonly words: ServerWords;
  readonly gateway: Pick<Gateway, 'door' | 'guide'>;
  readonly preview: ConnectPreview;
}

interface ProductItem extends vscode.QuickPickItem {
  readonly product: Product;
}
interface WayItem extends vscode.QuickPickItem {
  readonly way: ConnectWay;
}

const title = (): string => vscode.l10n.t('Connect a Client');

const isProduct = (id: string): id is Product => id in productNames;

const iconOf = (product: Product): vscode.ThemeIcon =>
  new vscode.ThemeIcon(product === 'http' ? 'globe' : product === 'stdio' ? 'terminal' : 'hubot');

/** Without the entry itself, which is shown and no question. A single server is none either. */
const stepsFor = (servers: readonly ServerWatch[]): number => (servers.length === 1 ? 2 : 3);

const askProduct = (steps: number): Promise<Answer<ProductItem>> =>
  askChoice({
    title: title(),
    place: { step: 1, steps },
    placeholder: vscode.l10n.t('Which program is to use your servers?'),
    items: Object.keys(productNames)
      .filter(isProduct)
      .map((product) => ({
        label: productLabel(product),
        detail: productDetail(product),
        iconPath: iconOf(product),
        product,
      })),
  });

const askServers = async (
  { words }: ConnectPorts,
  product: Product,
  servers: readonly ServerWatch[],
): Promise<Answer<readonly string[]>> => {
  const answer = await askSeveral({
    title: title(),
    placeholder: vscode.l10n.t('Servers for: {0}', productLabel(product)),
    place: { step: 2, steps: stepsFor(servers) },
    canGoBack: true,
    items: servers.map((server) => serverItem(server, words)),
  });
  return answer.kind === 'value'
    ? { kind: 'value', value: answer.value.map(({ server }) => server.id) }
    : answer;
};

const askWay = (
  product: Product,
  ways: readonly ConnectWay[],
  steps: number,
): Promise<Answer<WayItem>> =>
  askChoice({
    title: title(),
    place: { step: steps, steps },
    placeholder: vscode.l10n.t('How to tell it: {0}', productLabel(product)),
    canGoBack: true,
    items: ways.map((way) => ({
      label: wayLabel(way),
      detail: wayDetail(way),
      description: way.file === null ? '' : shortPath(way.file),
      iconPath: new vscode.ThemeIcon(way.format === 'shellscript' ? 'terminal' : 'file-code'),
      way,
    })),
  });

/** From the ways on; false: back to what comes before. */
const chooseWay = async (
  ports: ConnectPorts,
  product: Product,
  servers: readonly string[],
  { door, steps }: { readonly door: OpenDoor; readonly steps: number },
): Promise<boolean> => {
  // In one that is not trusted no file is read, not even to add to it.
  const hasWorkspace =
    vscode.workspace.isTrusted && (vscode.workspace.workspaceFolders?.length ?? 0) > 0;
  const ways = waysFor(ports.gateway.guide, product, servers, { door, hasWorkspace });
  const [only] = ways;
  if (only && ways.length === 1) return decide(ports, product, only, door);
  for (;;) {
    const answer = await askWay(product, ways, steps);
    if (answer.kind !== 'value') return answer.kind !== 'back';
    if (await decide(ports, product, answer.value.way, door)) return true;
  }
};

/** From the servers on; false: back to the products. */
const chooseServers = async (
  ports: ConnectPorts,
  product: Product,
  servers: readonly ServerWatch[],
  door: OpenDoor,
): Promise<boolean> => {
  const how = { door, steps: stepsFor(servers) };
  const [only] = servers;
  if (only && servers.length === 1) return chooseWay(ports, product, [only.id], how);
  for (;;) {
    const chosen = await askServers(ports, product, servers);
    if (chosen.kind !== 'value') return chosen.kind !== 'back';
    if (await chooseWay(ports, product, chosen.value, how)) return true;
  }
};

/** `given`: the only server that is meant. */
export const connectClient = async (
  ports: ConnectPorts,
  given: ServerWatch | undefined,
): Promise<void> => {
  const all = given ? [given] : ports.fleet.servers.value;
  const servers = all.filter(({ definition }) => definition.enabled);
  if (servers.length === 0) return sayNoneEnabled(ports.fleet);
  const door = await requireDoor(ports.gateway.door, ports.clock);
  if (!door) return;
  for (;;) {
    const answer = await askProduct(stepsFor(servers));
    if (answer.kind !== 'value') return;
    if (await chooseServers(ports, answer.value.product, servers, door)) return;
  }
};
