// The History view: what happened to the servers, newest first, of all of them or of one. Drawn again while it is visible and
// something was written down. Not here: which rows there are (historyRows.ts) and how they look (historyItems.ts).
import * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import { type Disposable, Store } from '../base/disposable.ts';
import type { Chronicle } from '../runtime/chronicle.ts';
import type { FleetWatch, ServerWatch } from '../runtime/watch.ts';
import { contextKeys } from './contributions.ts';
import { figuresOf } from './figures.ts';
import { historyItem, historyTooltip } from './historyItems.ts';
import {
  type FigureSource,
  type HistoryRow,
  historyRows,
  insideHistory,
  serversIn,
} from './historyRows.ts';
import { askChoice } from './quickInput.ts';
import { createRedraw, type Redraw } from './redraw.ts';

export interface HistoryTreePorts {
  readonly chronicle: Chronicle;
  readonly fleet: Pick<FleetWatch, 'get'>;
  readonly clock: Clock;
}

/** What commands do to the view. */
export interface HistoryView extends Disposable {
  /** Shows the view, of one server where it is given. */
  show(server: ServerWatch | undefined): Promise<void>;
  /** Asks for the server to show, or all. */
  filter(): Promise<void>;
  /** Forgets what is shown, after a question. */
  clear(): Promise<void>;
}

class HistoryTree implements vscode.TreeDataProvider<HistoryRow>, HistoryView {
  readonly #ports: HistoryTreePorts;
  readonly #store = new Store();
  readonly #changed = this.#store.add(new vscode.EventEmitter<HistoryRow | undefined>());
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #view: vscode.TreeView<HistoryRow>;
  readonly #redraw: Redraw;
  #only: string | null = null;
  #isStale = false;

  constructor(ports: HistoryTreePorts) {
    this.#ports = ports;
    this.#redraw = this.#store.add(createRedraw(ports.clock, () => this.#draw()));
    this.#view = this.#store.add(
      vscode.window.createTreeView<HistoryRow>('mcpLifeline.history', {
        treeDataProvider: this,
        showCollapseAll: true,
      }),
    );
    this.#store.add(
      ports.chronicle.revision.onChange(() => {
        this.#isStale = true;
        if (this.#view.visible) this.#redraw.soon();
      }),
    );
    this.#store.add(
      this.#view.onDidChangeVisibility(({ visible }) => {
        if (visible && this.#isStale) this.#redraw.soon();
      }),
    );
  }

  async show(server: ServerWatch | undefined): Promise<void> {
    if (server) this.#showOnly(server.id);
    await vscode.commands.executeCommand('mcpLifeline.history.focus');
  }

  async filter(): Promise<void> {
    const { t } = vscode.l10n;
    const servers = serversIn(this.#ports.chronicle, this.#ports.clock.now());
    if (servers.length === 0 && this.#only === null) {
      void vscode.window.showInformationMessage(t('There is no history yet.'));
      return;
    }
    const iconOf = (id: string) => ({ iconPath: new vscode.ThemeIcon(id) });
    const all = { label: t('All Servers'), only: null, ...iconOf('list-unordered') };
    const items = [all, ...servers.map((label) => ({ label, only: label, ...iconOf('server') }))];
    const active = items.find(({ only }) => only === this.#only) ?? all;
    const answer = await askChoice<vscode.QuickPickItem & { readonly only: string | null }>({
      title: 'MCP Lifeline',
      placeholder: t('Choose the server whose history to show'),
      items,
      active,
    });
    if (answer.kind !== 'value') return;
    this.#showOnly(answer.value.only);
    await vscode.commands.executeCommand('mcpLifeline.history.focus');
  }

  async clear(): Promise<void> {
    const { t } = vscode.l10n;
    const only = this.#only;
    const sure = t('Clear History');
    const question =
      only === null
        ? t('Clear the history of all servers in this workspace?')
        : t('Clear the history of "{0}"?', only);
    const detail = t(
      'Its figures and its timeline begin anew. Sessions and calls are not touched.',
    );
    const chosen = await vscode.window.showWarningMessage(question, { modal: true, detail }, sure);
    if (chosen !== sure) return;
    this.#ports.chronicle.clear(only);
    this.#draw();
  }

  getTreeItem(row: HistoryRow): vscode.TreeItem {
    const now = this.#ports.clock.now();
    return historyItem(row, { now, isFiltered: this.#only !== null });
  }

  getChildren(row?: HistoryRow): HistoryRow[] {
    const { chronicle, fleet, clock } = this.#ports;
    const now = clock.now();
    if (row === undefined) return [...historyRows(chronicle, this.#only, now)];
    const figures: FigureSource = {
      servers: () => serversIn(chronicle, now),
      of: (serverId) =>
        figuresOf(chronicle, serverId, now, vscode.l10n.t, fleet.get(serverId) !== undefined),
    };
    return [...insideHistory(row, figures)];
  }

  resolveTreeItem(item: vscode.TreeItem, row: HistoryRow): vscode.TreeItem {
    const tooltip = historyTooltip(row, this.#ports.clock.now());
    if (tooltip) item.tooltip = tooltip;
    return item;
  }

  dispose(): void {
    this.#store.dispose();
  }

  #showOnly(serverId: string | null): void {
    this.#only = serverId;
    this.#view.description = serverId ?? '';
    void vscode.commands.executeCommand(
      'setContext',
      contextKeys.historyIsFiltered,
      serverId !== null,
    );
    this.#draw();
  }

  #draw(): void {
    this.#isStale = false;
    this.#changed.fire(undefined);
  }
}

export const createHistoryTree = (ports: HistoryTreePorts): HistoryView => new HistoryTree(ports);
