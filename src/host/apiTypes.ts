// What other extensions may see and do, as types alone: `vscode.extensions.getExtension('mcp-lifeline.mcp-lifeline')?.activate()`
// resolves with a `LifelineApi`. Small on purpose: what is here stays. The package has this file as `dist/api.d.ts`, so nothing of
// ours is imported. Not here: how it is done (api.ts), and the gateway's address, which programs get from Connect a Client….
import type * as vscode from 'vscode';

/** How a server is: "ready" and "degraded" answer calls, all others hold or refuse them. */
export type LifelineState =
  | 'disabled'
  | 'idle'
  | 'connecting'
  | 'ready'
  | 'degraded'
  | 'reconnecting'
  | 'suspended'
  | 'needs-auth'
  | 'needs-input'
  | 'crash-loop'
  | 'failed'
  | 'stopping'
  | 'stopped';

/** A server as it is at the moment of asking; ask again after `onDidChange`. */
export interface LifelineServer {
  /** Its name in the settings. */
  readonly name: string;
  readonly state: LifelineState;
  /** Whether a call would be sent at once. Calls are held while a server comes back, so that nobody has to wait for it. */
  readonly isUp: boolean;
  /** Wall time in milliseconds of the last thing that proved the connection to work; null before the first. */
  readonly provenAt: number | null;
  readonly tools: readonly LifelineTool[];
}

export interface LifelineTool {
  readonly name: string;
  readonly title: string | null;
  readonly description: string | null;
  /** JSON Schema of its arguments. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
}

export interface LifelineStateChange {
  readonly server: string;
  readonly from: LifelineState;
  readonly to: LifelineState;
}

export interface LifelineCallOptions {
  /** Cancels the call at the server, too. */
  readonly token?: vscode.CancellationToken;
  readonly onProgress?: (progress: {
    readonly progress: number;
    readonly total?: number;
    readonly message?: string;
  }) => void;
}

export interface LifelineApi {
  /** Raised when something is taken away or means something else; additions leave it alone. */
  readonly apiVersion: 1;
  readonly servers: readonly LifelineServer[];
  /** The list has changed, or the state or the tools of one of its servers. */
  readonly onDidChange: vscode.Event<void>;
  readonly onDidChangeState: vscode.Event<LifelineStateChange>;
  /**
   * Calls a tool with all that Lifeline promises: held while the server is down, never run twice unless that is safe. Resolves with
   * the tool's result (`content`, `structuredContent`, `isError`), also where its fate is unknown (`isError`, and the text says
   * so). Rejects with an `Error` whose message is fit for a person: no such server, no call possible now, cancelled.
   */
  callTool(
    server: string,
    tool: string,
    args?: Readonly<Record<string, unknown>>,
    options?: LifelineCallOptions,
  ): Promise<Readonly<Record<string, unknown>>>;
  /** Tries a server again at once, whatever the backoff. Throws where there is no such server. */
  reconnect(server: string): void;
}
