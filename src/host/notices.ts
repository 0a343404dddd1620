// Notifications, and there are few: only where a person must act, once per server and episode, several servers in
// one. What recovers by itself is said in the tree and the status bar only. Not here: when an episode begins
// (core/connection/step.ts).
import * as vscode from 'vscode';
import type { Clock, Millis } from '../base/clock.ts';
import { type Disposable, Mutable, Store } from '../base/disposable.ts';
import { isUp } from '../core/connection/state.ts';
import type { UserNotice } from '../runtime/watch.ts';
import type { CommandId } from './commandIds.ts';
import type { ServerWords } from './words.ts';

// Servers that share a cause (a proxy, a network) report within moments of each other.
const gatherFor: Millis = 1_500;

export interface Notices extends Disposable {
  tell(notice: UserNotice): void;
}

interface Button extends vscode.MessageItem {
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
    case 'needs-input':
      return vscode.l10n.t('MCP server "{0}" needs a value from you: {1}', server.id, reason);
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
      return [retry, button(t('Open Settings'), 'mcpLifeline.openSettings'), log];
    case 'crash-loop':
      return [button(t('Start'), 'mcpLifeline.startServer', server.id), log];
  }
};

const severalText = (notices: readonly UserNotice[]): string => {
  const names = notices.map(({ server }) => `"${server.id}"`).join(', ');
  return vscode.l10n.t('{0} MCP servers need you: {1}.', notices.length, names);
};

const severalButtons = (): readonly Button[] => [
  button(vscode.l10n.t('Show Servers'), 'mcpLifeline.showServers'),
  button(vscode.l10n.t('Retry All'), 'mcpLifeline.reconnectAll'),
];

class NoticeBoard implements Notices {
  readonly #store = new Store();
  readonly #timer = this.#store.add(new Mutable<Disposable>());
  readonly #clock: Clock;
  readonly #words: ServerWords;
  readonly #waiting = new Map<string, UserNotice>();

  constructor(clock: Clock, words: ServerWords) {
    this.#clock = clock;
    this.#words = words;
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
    const [first] = notices;
    if (!first) return;
    const alone = notices.length === 1;
    const text = alone ? textOf(first, this.#words) : severalText(notices);
    const buttons = alone ? buttonsOf(first) : severalButtons();
    const chosen = await vscode.window.showWarningMessage(text, ...buttons);
    if (chosen && !this.#store.isDisposed)
      await vscode.commands.executeCommand(chosen.command, ...chosen.args);
  }

  dispose(): void {
    this.#store.dispose();
  }
}

export const createNotices = (ports: {
  readonly clock: Clock;
  readonly words: ServerWords;
}): Notices => new NoticeBoard(ports.clock, ports.words);
