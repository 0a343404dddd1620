// The Connections view: draws rows again when, and only when, what they show has changed. Ages are counted on while
// the view is visible. Not here: which rows there are (treeRows.ts) and how they look (treeItems.ts).
import * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import { allOrNothing, type Disposable, Store } from '../base/disposable.ts';
import type { Signal } from '../base/signal.ts';
import type { Complaint } from '../core/settings.ts';
import type { TakenServer } from '../core/takeOver.ts';
import type { Figure } from '../core/wording/figures.ts';
import type { ChronicleReader } from '../runtime/chronicle.ts';
import type { FleetWatch, ServerWatch } from '../runtime/watch.ts';
import type { GatewayDoor } from './gatewayDoor.ts';
import type { Approvals } from './approvals.ts';
import { figuresOf } from './figures.ts';
import type { FoundSources } from './foundSources.ts';
import { countFound, foundRowOf } from './foundRows.ts';
import { createRedraw, type Redraw } from './redraw.ts';
import { summarize } from './statusSummary.ts';
import { createTicker } from './ticker.ts';
import { itemOf, serverDescription } from './treeItems.ts';
import { childrenOf, type Row, type ServerRow } from './treeRows.ts';
import { tooltipOf } from './treeTooltips.ts';
import { onChangeOf, watchEach, watchServers } from './watchServers.ts';
import { peopleWords, type ServerWords } from './words.ts';

export interface ServerTreePorts {
  readonly fleet: FleetWatch;
  readonly words: ServerWords;
  readonly settings: Signal<{ readonly complaints: readonly Complaint[] }>;
  readonly door: Signal<GatewayDoor>;
  readonly approvals: Pick<Approvals, 'onChange'>;
  readonly found: Pick<FoundSources, 'files'>;
  readonly taken: Signal<readonly TakenServer[]>;
  readonly chronicle: ChronicleReader;
  readonly clock: Clock;
}

const nameOf = ({ name }: { readonly name: string }): string => name;

/** What the welcome would say, had the view nothing to show. */
const foundWords = (count: number): string =>
  count === 1
    ? vscode.l10n.t('A server of another product was found. Take it over below, or add one with +.')
    : vscode.l10n.t(
        '{0} servers of other products were found. Take some over below, or add one with +.',
        count,
      );

class ServerTree implements vscode.TreeDataProvider<Row>, Disposable {
  readonly #ports: ServerTreePorts;
  readonly #store: Store;
  readonly #changed = new vscode.EventEmitter<Row | Row[] | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #redraw: Redraw;
  readonly #stale = new Set<ServerRow>();
  readonly #view: vscode.TreeView<Row>;
  /** The editor knows a row by its object: the same one as long as the server is there. */
  readonly #rows = new Map<ServerWatch, ServerRow>();
  readonly #drawn = new Map<ServerRow, string>();

  constructor(ports: ServerTreePorts, owner: Store) {
    this.#ports = ports;
    this.#store = owner;
    owner.add(this.#changed);
    this.#view = this.#store.add(
      vscode.window.createTreeView<Row>('mcpLifeline.connections', {
        treeDataProvider: this,
        showCollapseAll: true,
      }),
    );
    this.#redraw = this.#store.add(createRedraw(ports.clock, () => this.#drawStale()));
    const ticker = this.#store.add(createTicker(ports.clock, () => this.#drawAges()));
    const tick = (): void =>
      ticker.want(this.#view.visible && ports.fleet.servers.value.length > 0);
    this.#store.add(this.#view.onDidChangeVisibility(tick));
    this.#store.add(watchServers(ports.fleet, (server) => this.#follow(server)));
    this.#store.add(
      ports.fleet.servers.onChange(() => {
        tick();
        this.#drawAll();
      }),
    );
    this.#store.add(ports.fleet.bad.onChange(() => this.#drawAll()));
    this.#store.add(ports.settings.onChange(() => this.#drawAll()));
    this.#store.add(ports.door.onChange(() => this.#drawAll()));
    this.#store.add(ports.found.files.onChange(() => this.#drawAll()));
    this.#store.add(ports.taken.onChange(() => this.#drawAll()));
    this.#store.add(ports.approvals.onChange(() => this.#drawAll()));
    this.#store.add(vscode.workspace.onDidGrantWorkspaceTrust(() => this.#drawAll()));
    tick();
    this.#dressView();
  }

  #rowOf(server: ServerWatch): ServerRow {
    const known = this.#rows.get(server);
    if (known) return known;
    const row: ServerRow = { kind: 'server', server };
    this.#rows.set(server, row);
    return row;
  }

  #follow(server: ServerWatch): Disposable {
    const row = this.#rowOf(server);
    const ears = new Store();
    const draw = (): void => this.#drawSoon(row);
    ears.add(server.life.onChange(draw));
    ears.add(server.session.onChange(draw));
    ears.add(server.catalog.onChange(draw));
    ears.add(server.health.onChange(draw));
    ears.add(server.calls.onChange(draw));
    ears.add(this.#followClients(server, draw));
    ears.add({
      dispose: () => {
        this.#rows.delete(server);
        this.#drawn.delete(row);
        this.#stale.delete(row);
      },
    });
    return ears;
  }

  #followClients(server: ServerWatch, draw: () => void): Disposable {
    const ears = new Store();
    // The row of the gateway counts the clients of all servers.
    ears.add(
      onChangeOf(
        server.clients,
        ({ length }) => length,
        () => this.#drawAll(),
      ),
    );
    ears.add(
      watchEach(server.clients, ({ life, calls }) => {
        const each = new Store();
        each.add(life.onChange(draw));
        each.add(calls.onChange(draw));
        return each;
      }),
    );
    return ears;
  }

  #drawSoon(row: ServerRow): void {
    this.#stale.add(row);
    this.#redraw.soon();
  }

  #drawStale(): void {
    const rows = [...this.#stale];
    this.#stale.clear();
    this.#changed.fire(rows);
    this.#dressView();
  }

  #drawAll(): void {
    this.#changed.fire(undefined);
    this.#dressView();
  }

  /** Once a second: only the rows whose words have changed with time. */
  #drawAges(): void {
    const { words } = this.#ports;
    const aged = [...this.#rows.values()].filter(
      (row) =>
        this.#drawn.has(row) && this.#drawn.get(row) !== serverDescription(row.server, words),
    );
    if (aged.length > 0) this.#changed.fire(aged);
  }

  #dressView(): void {
    const { servers, bad } = this.#ports.fleet;
    const { people, total, configured } = summarize(
      servers.value.map(({ life }) => life.value.state),
      bad.value.length,
    );
    this.#view.badge = people === 0 ? undefined : { value: people, tooltip: peopleWords(people) };
    // Without a row the whole view says it, with buttons (viewsWelcome in the manifest).
    const untrusted =
      !vscode.workspace.isTrusted && this.getChildren().length > 0
        ? [
            vscode.l10n.t(
              'This workspace is not trusted: only servers of your user settings are used.',
            ),
          ]
        : [];
    const disabled =
      configured > 0 && total === 0
        ? [vscode.l10n.t('All servers are disabled. Enable one with the button in its row.')]
        : [];
    const count = configured === 0 ? countFound(this.#ports.found.files.value) : 0;
    const hint = count > 0 ? [foundWords(count)] : [];
    this.#view.message = [...untrusted, ...disabled, ...hint].join(' ');
  }

  getTreeItem(row: Row): vscode.TreeItem {
    if (row.kind === 'server')
      this.#drawn.set(row, serverDescription(row.server, this.#ports.words));
    return itemOf(row, this.#ports.words);
  }

  getChildren(row?: Row): Row[] {
    if (row) return [...childrenOf(row)];
    const { fleet, settings } = this.#ports;
    const { complaints } = settings.value;
    const complaining: Row[] = complaints.length > 0 ? [{ kind: 'complaints', complaints }] : [];
    const bad = fleet.bad.value.map((each): Row => ({ kind: 'bad', bad: each }));
    const servers = fleet.servers.value.map((server) => this.#rowOf(server));
    return [...servers, ...bad, ...complaining, ...this.#gatewayRow(), ...this.#foundRow()];
  }

  #foundRow(): readonly Row[] {
    const { fleet, found } = this.#ports;
    const own = [...fleet.servers.value.map(({ id }) => id), ...fleet.bad.value.map(nameOf)];
    return foundRowOf(found.files.value, own);
  }

  /** Without a server there is nothing behind it, and the view says how to get one instead. */
  #gatewayRow(): Row[] {
    const { fleet, door } = this.#ports;
    if (fleet.servers.value.length === 0 || door.value.kind === 'off') return [];
    const clients = fleet.servers.value.reduce(
      (sum, server) => sum + server.clients.value.length,
      0,
    );
    return [{ kind: 'gateway', door: door.value, clients }];
  }

  resolveTreeItem(item: vscode.TreeItem, row: Row): vscode.TreeItem {
    const { words, door, chronicle, clock } = this.#ports;
    const figures = ({ id }: ServerWatch): readonly Figure[] =>
      figuresOf(chronicle, id, clock.now(), vscode.l10n.t);
    item.tooltip = tooltipOf(row, words, door.value, figures);
    return item;
  }

  dispose(): void {
    this.#store.dispose();
  }
}

export const createServerTree = (ports: ServerTreePorts): Disposable =>
  allOrNothing((owner) => new ServerTree(ports, owner));
