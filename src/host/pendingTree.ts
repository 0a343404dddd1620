// The Pending Calls view: drawn again when a call comes, goes or changes, and once a second while it is visible, for its
// countdowns. Its badge counts the calls that only a person can decide about. Not here: which rows there are
// (pendingRows.ts) and how they look (pendingItems.ts).
import * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import { type Disposable, Store } from '../base/disposable.ts';
import type { FleetWatch } from '../runtime/watch.ts';
import { pendingItem, pendingTooltip } from './pendingItems.ts';
import { countDecisions, type PendingRow, pendingRows, pendingWords } from './pendingRows.ts';
import { createRedraw } from './redraw.ts';
import { createTicker } from './ticker.ts';
import { watchServers } from './watchServers.ts';
import { decisionWords, type ServerWords } from './words.ts';

export interface PendingTreePorts {
  readonly fleet: FleetWatch;
  readonly words: ServerWords;
  readonly clock: Clock;
}

class PendingTree implements vscode.TreeDataProvider<PendingRow>, Disposable {
  readonly #ports: PendingTreePorts;
  readonly #store = new Store();
  readonly #changed = this.#store.add(new vscode.EventEmitter<PendingRow[] | undefined>());
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #view: vscode.TreeView<PendingRow>;
  readonly #tick: () => void;
  /** What each row said when it was drawn. */
  readonly #drawn = new Map<PendingRow, string>();

  constructor(ports: PendingTreePorts) {
    this.#ports = ports;
    this.#view = this.#store.add(
      vscode.window.createTreeView<PendingRow>('mcpLifeline.pending', { treeDataProvider: this }),
    );
    const ticker = this.#store.add(createTicker(ports.clock, () => this.#drawAges()));
    this.#tick = () => ticker.want(this.#view.visible && pendingRows(ports.fleet).length > 0);
    this.#store.add(this.#view.onDidChangeVisibility(this.#tick));
    const redraw = this.#store.add(createRedraw(ports.clock, () => this.#draw()));
    const soon = (): void => redraw.soon();
    this.#store.add(watchServers(ports.fleet, (server) => server.pending.onChange(soon)));
    this.#store.add(ports.fleet.servers.onChange(soon));
    this.#dress();
  }

  #draw(): void {
    this.#changed.fire(undefined);
    this.#dress();
  }

  #dress(): void {
    const value = countDecisions(this.#ports.fleet);
    this.#view.badge = value === 0 ? undefined : { value, tooltip: decisionWords(value) };
    this.#tick();
  }

  #textOf(row: PendingRow): string {
    return pendingWords(row, this.#ports.words.now(), vscode.l10n.t).short;
  }

  /** Once a second: only the rows whose words have changed with time. */
  #drawAges(): void {
    const aged = [...this.#drawn.keys()].filter(
      (row) => this.#drawn.get(row) !== this.#textOf(row),
    );
    if (aged.length > 0) this.#changed.fire(aged);
  }

  getChildren(row?: PendingRow): PendingRow[] {
    if (row) return [];
    this.#drawn.clear();
    return [...pendingRows(this.#ports.fleet)];
  }

  getTreeItem(row: PendingRow): vscode.TreeItem {
    this.#drawn.set(row, this.#textOf(row));
    return pendingItem(row, this.#ports.words);
  }

  resolveTreeItem(item: vscode.TreeItem, row: PendingRow): vscode.TreeItem {
    item.tooltip = pendingTooltip(row, this.#ports.words);
    return item;
  }

  dispose(): void {
    this.#store.dispose();
  }
}

export const createPendingTree = (ports: PendingTreePorts): Disposable => new PendingTree(ports);
