// Notifications, and there are few: only where a person must act, once per server and episode, several servers in
// one. What recovers by itself is said in the tree and the status bar only. Not here: when an episode begins
// (core/connection/step.ts).
import * as vscode from 'vscode';
import type { Clock, Millis } from '../base/clock.ts';
import { type Disposable, Mutable, Store } from '../base/disposable.ts';
import { failureOf, isUp } from '../core/connection/state.ts';
import { sayDetail } from '../core/wording/detail.ts';
import type { UserNotice } from '../runtime/watch.ts';
import type { CommandId } from './commandIds.ts';
import { asNotice } from './noticeText.ts';
import { warn, type WarningPorts } from './warning.ts';
import type { ServerWords } from './words.ts';

// Servers that share a cause (a proxy, a network) report within moments of each other.
const gatherFor: Millis = 1_500;

export interface Notices extends Disposable {
  tell(notice: UserNotice): void;
}

interface Button {
  readonly title: string;
  readonly command: CommandId;
  readonly args: readonly unknown[];
}

const button = (title: string, command: CommandId, ...args: unknown[]): Button => ({
  title,
  command,
  args,
});

const textOf = ({ server, about }: UserNotice, words: ServerWords): string => {
  const reason = words.reason(server);
  switch (about) {
    case 'not-recovering':
      return vscode.l10n.t(
        'MCP server "{0}" is not coming back: {1} Lifeline keeps trying.',
        server.id,
        reason,
      );
    case 'needs-auth':
      return vscode.l10n.t('MCP server "{0}" wants you to sign in: {1}', server.id, reason);
    case 'needs-input': {
      const failure = failureOf(server.life.value.state);
      // The detail names what is missing, as it stands in the entry.
      return vscode.l10n.t(
        'MCP server "{0}" needs a value from you: {1}.',
        server.id,
        failure === null ? '' : sayDetail(failure, vscode.l10n.t),
      );
    }
    case 'crash-loop':
      return vscode.l10n.t(
        'MCP server "{0}" keeps crashing and was stopped: {1}',
        server.id,
        reason,
      );
  }
};

const buttonsOf = ({ server, about }: UserNotice): readonly Button[] => {
  const { t } = vscode.l10n;
  const retry = button(t('Retry'), 'mcpLifeline.reconnectServer', server.id);
  const log = button(t('Show Log'), 'mcpLifeline.showLog', server.id);
  const renew = button(t('Start New Session'), 'mcpLifeline.startNewSession', server.id);
  switch (about) {
    case 'not-recovering':
      return [retry, renew, log];
    case 'needs-auth':
      return [button(t('Sign In'), 'mcpLifeline.signIn', server.id), retry, log];
    case 'needs-input':
      return [button(t('Enter Values…'), 'mcpLifeline.enterValues', server.id), log];
    case 'crash-loop':
      return [button(t('Start'), 'mcpLifeline.startServer', server.id), log];
  }
};

const waitsForLeave = ({ server }: UserNotice): boolean =>
  failureOf(server.life.value.state)?.kind === 'unapproved';

/** Each language has quotation marks of its own. */
const namesOf = (notices: readonly UserNotice[]): string =>
  notices.map(({ server }) => vscode.l10n.t('"{0}"', server.id)).join(', ');

const leaveText = (notices: readonly UserNotice[]): string => {
  const names = namesOf(notices);
  return notices.length === 1
    ? vscode.l10n.t(
        'The MCP server {0} of this workspace waits for your leave. Nothing of it has run.',
        names,
      )
    : vscode.l10n.t(
        '{0} MCP servers of this workspace wait for your leave: {1}. Nothing of them has run.',
        notices.length,
        names,
      );
};

const severalText = (notices: readonly UserNotice[]): string => {
  const names = namesOf(notices);
  return vscode.l10n.t('{0} MCP servers need you: {1}.', notices.length, names);
};

const leaveButtons = ([first, ...others]: readonly UserNotice[]): readonly Button[] => [
  first && others.length === 0
    ? button(vscode.l10n.t('Review…'), 'mcpLifeline.reviewServer', first.server.id)
    : button(vscode.l10n.t('Review…'), 'mcpLifeline.reviewServer'),
];

const severalButtons = (): readonly Button[] => [
  button(vscode.l10n.t('Show Servers'), 'mcpLifeline.showServers'),
  button(vscode.l10n.t('Retry All'), 'mcpLifeline.reconnectAll'),
];

export interface NoticePorts {
  readonly clock: Clock;
  readonly words: ServerWords;
  readonly warning: WarningPorts;
}

/** As the editor shows it. */
export const editorWarning = (settings: WarningPorts['settings']): WarningPorts => ({
  settings,
  // A tool or a variable of a workspace may be called anything.
  show: (text, ...buttons) => vscode.window.showWarningMessage(asNotice(text), ...buttons),
  never: vscode.l10n.t("Don't Show Again"),
});

class NoticeBoard implements Notices {
  readonly #store = new Store();
  readonly #timer = this.#store.add(new Mutable<Disposable>());
  readonly #clock: Clock;
  readonly #words: ServerWords;
  readonly #warning: WarningPorts;
  readonly #waiting = new Map<string, UserNotice>();

  constructor({ clock, words, warning }: NoticePorts) {
    this.#clock = clock;
    this.#words = words;
    this.#warning = warning;
  }

  tell(notice: UserNotice): void {
    this.#waiting.set(notice.server.id, notice);
    this.#gather();
  }

  #gather(): void {
    if (this.#timer.value || this.#store.isDisposed) return;
    this.#timer.value = this.#clock.after(gatherFor, () => {
      this.#timer.value = undefined;
      void this.#show();
    });
  }

  async #show(): Promise<void> {
    // Whoever came back meanwhile needs nobody.
    const notices = [...this.#waiting.values()].filter(
      ({ server }) => !isUp(server.life.value.state),
    );
    this.#waiting.clear();
    const leave = notices.filter(waitsForLeave);
    const others = notices.filter((notice) => !waitsForLeave(notice));
    const [first] = others;
    const asking = [
      ...(leave.length > 0 ? [this.#ask(leaveText(leave), leaveButtons(leave))] : []),
      ...(first && others.length === 1
        ? [this.#ask(textOf(first, this.#words), buttonsOf(first))]
        : []),
      ...(others.length > 1 ? [this.#ask(severalText(others), severalButtons())] : []),
    ];
    await Promise.all(asking);
  }

  async #ask(text: string, buttons: readonly Button[]): Promise<void> {
    const titles = buttons.map(({ title }) => title);
    const pressed = await warn(this.#warning, text, titles);
    const chosen = buttons.find(({ title }) => title === pressed);
    if (chosen && !this.#store.isDisposed)
      await vscode.commands.executeCommand(chosen.command, ...chosen.args);
  }

  dispose(): void {
    this.#store.dispose();
  }
}

export const createNotices = (ports: NoticePorts): Notices => new NoticeBoard(ports);
