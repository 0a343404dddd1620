// The log as the editor shows it: one channel for the extension, one per server from its first line on, for as long as the
// settings name it. Every line goes through redaction here, so that no caller can forget it. Not here: what is a secret
// (core/redact.ts).
import * as vscode from 'vscode';
import type { Disposable } from '../base/disposable.ts';
import type { Signal } from '../base/signal.ts';
import type { Log } from '../runtime/ports.ts';

export interface Logs extends Disposable {
  readonly own: Log;
  /** The log of one server; its channel appears with its first line. */
  of(serverId: string): Log;
  /** The channels of servers that are not named any more go. */
  follow(settings: Signal<{ readonly servers: readonly { readonly name: string }[] }>): Disposable;
  /** A text as it may be shown: without what must not appear in a log either. */
  clean(text: string): string;
  /** Brings a log to the front: the server's, or the extension's. */
  show(serverId?: string): void;
}

/** One channel for each server that may have one. */
class Channels implements Disposable {
  readonly own = vscode.window.createOutputChannel('MCP Lifeline', { log: true });
  readonly #channels = new Map<string, vscode.LogOutputChannel>();
  /** Null: all may have one. The last words of a server that goes must not bring its channel back. */
  #named: ReadonlySet<string> | null = null;

  isGone(serverId: string): boolean {
    return this.#named?.has(serverId) === false;
  }

  of(serverId: string): vscode.LogOutputChannel {
    if (this.isGone(serverId)) return this.own;
    const known = this.#channels.get(serverId);
    if (known) return known;
    const name = `MCP Lifeline: ${serverId}`;
    const made = vscode.window.createOutputChannel(name, { log: true });
    this.#channels.set(serverId, made);
    return made;
  }

  keepOnly(names: readonly string[]): void {
    this.#named = new Set(names);
    for (const [serverId, channel] of this.#channels) {
      if (!this.isGone(serverId)) continue;
      this.#channels.delete(serverId);
      channel.dispose();
    }
  }

  dispose(): void {
    for (const channel of this.#channels.values()) channel.dispose();
    this.#channels.clear();
    this.own.dispose();
  }
}

/** `clean` takes out what must not appear. */
export const createLogs = (clean: (text: string) => string): Logs => {
  const channels = new Channels();
  const through = (channel: () => vscode.LogOutputChannel, whose = (): string => ''): Log => ({
    debug: (text) => channel().debug(whose() + clean(text)),
    info: (text) => channel().info(whose() + clean(text)),
    warn: (text) => channel().warn(whose() + clean(text)),
    error: (text) => channel().error(whose() + clean(text)),
  });
  const of = (serverId: string): Log => {
    const whose = (): string => (channels.isGone(serverId) ? `${serverId}: ` : '');
    return through(() => channels.of(serverId), whose);
  };
  return {
    own: through(() => channels.own),
    of,
    follow: (settings) => {
      const follow = (): void => channels.keepOnly(settings.value.servers.map(({ name }) => name));
      follow();
      return settings.onChange(follow);
    },
    clean,
    show: (serverId) => (serverId === undefined ? channels.own : channels.of(serverId)).show(true),
    dispose: () => channels.dispose(),
  };
};
