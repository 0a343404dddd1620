// The status bar item: how many servers work, spinning while one is brought back, with a warning background only
// when a person must act. Not here: the numbers (statusSummary.ts) and the hover's table (statusTooltip.ts).
import * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import { type Disposable, Store } from '../base/disposable.ts';
import type { Signal } from '../base/signal.ts';
import type { Settings } from '../core/settings.ts';
import type { FleetWatch, ServerWatch } from '../runtime/watch.ts';
import type { CommandId } from './commandIds.ts';
import type { GatewayDoor } from './gatewayDoor.ts';
import { needsDecision } from './pendingRows.ts';
import { summarize, type Summary } from './statusSummary.ts';
import { statusTooltip } from './statusTooltip.ts';
import { createTicker, type Ticker } from './ticker.ts';
import { onChangeOf, watchServers } from './watchServers.ts';
import { peopleWords, type ServerWords } from './words.ts';

export interface StatusBarPorts {
  readonly fleet: FleetWatch;
  readonly words: ServerWords;
  readonly settings: Signal<{ readonly settings: Pick<Settings, 'statusBar'> }>;
  readonly door: Signal<GatewayDoor>;
  readonly clock: Clock;
}

const clickCommand: CommandId = 'mcpLifeline.showServers';

const textOf = ({ up, total, mood }: Summary): string => {
  if (total === 0) return `$(circle-slash) ${vscode.l10n.t('MCP off')}`;
  const icons = { well: 'plug', recovering: 'sync~spin', troubled: 'plug', person: 'warning' };
  return `$(${icons[mood]}) MCP ${up}/${total}`;
};

const countedWords = (up: number, total: number): string => {
  const { t } = vscode.l10n;
  if (total === 1)
    return up === 1
      ? t('MCP Lifeline: the server is connected.')
      : t('MCP Lifeline: the server is not connected.');
  return up === 1
    ? t('MCP Lifeline: 1 of {0} servers is connected.', total)
    : t('MCP Lifeline: {0} of {1} servers are connected.', up, total);
};

const spokenSummary = ({ up, total, people, mood }: Summary): string => {
  const counted = countedWords(up, total);
  const { t } = vscode.l10n;
  if (people > 0) return t('{0} {1}.', counted, peopleWords(people));
  return mood === 'recovering' ? t('{0} Reconnecting.', counted) : counted;
};

/** Whether what is said of the server, to the eye or to the ear, goes stale within a second. */
const ages = (server: ServerWatch): boolean => {
  const { state } = server.life.value;
  if (state.kind === 'degraded' || state.kind === 'suspended') return true;
  return 'phase' in state && state.phase?.kind === 'waiting';
};

class StatusBar implements Disposable {
  readonly #ports: StatusBarPorts;
  readonly #store = new Store();
  readonly #item: vscode.StatusBarItem;
  readonly #ticker: Ticker;
  #tooltip = '';
  #label = '';

  constructor(ports: StatusBarPorts) {
    this.#ports = ports;
    this.#item = this.#store.add(
      vscode.window.createStatusBarItem('mcpLifeline.status', vscode.StatusBarAlignment.Left, 10),
    );
    this.#item.name = 'MCP Lifeline';
    this.#item.command = clickCommand;
    this.#ticker = this.#store.add(createTicker(ports.clock, () => this.#refresh()));
    const update = (): void => this.#update();
    this.#store.add(
      watchServers(ports.fleet, (server) => {
        const ears = new Store();
        ears.add(server.life.onChange(update));
        const refresh = (): void => this.#refresh();
        ears.add(server.proof.onChange(refresh));
        ears.add(onChangeOf(server.calls, ({ held }) => held, refresh));
        ears.add(
          onChangeOf(server.pending, (calls) => calls.filter(needsDecision).length, refresh),
        );
        return ears;
      }),
    );
    this.#store.add(ports.fleet.servers.onChange(update));
    this.#store.add(ports.fleet.bad.onChange(update));
    this.#store.add(ports.settings.onChange(update));
    this.#store.add(ports.door.onChange(() => this.#refresh()));
    this.#update();
  }

  get #isWanted(): boolean {
    const { statusBar } = this.#ports.settings.value.settings;
    const { configured, mood } = this.#summary();
    if (configured === 0 || statusBar === 'never') return false;
    return statusBar === 'always' || mood !== 'well';
  }

  #summary(): Summary {
    const { servers, bad } = this.#ports.fleet;
    return summarize(
      servers.value.map(({ life }) => life.value.state),
      bad.value.length,
    );
  }

  #update(): void {
    const wanted = this.#isWanted;
    this.#ticker.want(wanted && this.#ports.fleet.servers.value.some(ages));
    if (!wanted) return this.#item.hide();
    const summary = this.#summary();
    this.#item.text = textOf(summary);
    this.#item.backgroundColor =
      summary.mood === 'person'
        ? new vscode.ThemeColor('statusBarItem.warningBackground')
        : undefined;
    this.#refresh();
    this.#item.show();
  }

  /** What counts on with time: the hover, and what a screen reader says. */
  #refresh(): void {
    this.#refreshLabel();
    this.#refreshTooltip();
  }

  #refreshLabel(): void {
    const { words, fleet } = this.#ports;
    const spoken = fleet.servers.value
      .filter((server) => words.deservesMention(server))
      .map((server) => words.spoken(server));
    const label = [spokenSummary(this.#summary()), ...spoken].join(' ');
    if (label === this.#label) return;
    this.#label = label;
    this.#item.accessibilityInformation = { label, role: 'button' };
  }

  #refreshTooltip(): void {
    const tooltip = statusTooltip(this.#ports);
    // An unchanged hover is not sent again: each one redraws it under the pointer.
    if (tooltip.value === this.#tooltip) return;
    this.#tooltip = tooltip.value;
    this.#item.tooltip = tooltip;
  }

  dispose(): void {
    this.#store.dispose();
  }
}

export const createStatusBar = (ports: StatusBarPorts): Disposable => new StatusBar(ports);
