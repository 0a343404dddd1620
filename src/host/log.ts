// The log as the editor shows it: one channel for the extension, one per server from its first line on. Every line
// goes through redaction here, so that no caller can forget it. Not here: what is a secret (core/redact.ts).
import * as vscode from 'vscode';
import type { Disposable } from '../base/disposable.ts';
import type { Log } from '../runtime/ports.ts';

export interface Logs extends Disposable {
  readonly own: Log;
  /** The log of one server; its channel appears with its first line. */
  of(serverId: string): Log;
  /** A text as it may be shown: without what must not appear in a log either. */
  clean(text: string): string;
  /** Brings a log to the front: the server's, or the extension's. */
  show(serverId?: string): void;
}

/** `clean` takes out what must not appear. */
export const createLogs = (clean: (text: string) => string): Logs => {
  const own = vscode.window.createOutputChannel('MCP Lifeline', { log: true });
  const channels = new Map<string, vscode.LogOutputChannel>();

  const channelOf = (serverId: string): vscode.LogOutputChannel => {
    const known = channels.get(serverId);
    if (known) return known;
    const made = vscode.window.createOutputChannel(`MCP Lifeline: ${serverId}`, { log: true });
    channels.set(serverId, made);
    return made;
  };

  const through = (channel: () => vscode.LogOutputChannel): Log => ({
    debug: (text) => channel().debug(clean(text)),
    info: (text) => channel().info(clean(text)),
    warn: (text) => channel().warn(clean(text)),
    error: (text) => channel().error(clean(text)),
  });

  return {
    own: through(() => own),
    of: (serverId) => through(() => channelOf(serverId)),
    clean,
    show: (serverId) => (serverId === undefined ? own : channelOf(serverId)).show(true),
    dispose: () => {
      for (const channel of channels.values()) channel.dispose();
      channels.clear();
      own.dispose();
    },
  };
};
