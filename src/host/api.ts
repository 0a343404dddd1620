// What other extensions may see and do: `vscode.extensions.getExtension('mcp-lifeline.mcp-lifeline')?.activate()` resolves with a
// `LifelineApi`. Small on purpose: what is here stays. Not here: the gateway's address, which programs get from Connect a Client….
import * as vscode from 'vscode';
import { type Disposable, Store } from '../base/disposable.ts';
import { isUp, type StateKind } from '../core/connection/state.ts';
import { isObject, type JsonObject } from '../core/rpc.ts';
import type { FleetWatch, ServerWatch } from '../runtime/watch.ts';
import { watchServers } from './watchServers.ts';

/** A server as it is at the moment of asking; ask again after `onDidChange`. */
export interface LifelineServer {
  /** Its name in the settings. */
  readonly name: string;
  readonly state: StateKind;
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
  readonly inputSchema: JsonObject;
}

export interface LifelineStateChange {
  readonly server: string;
  readonly from: StateKind;
  readonly to: StateKind;
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

const serverOf = ({ id, life, proof, catalog }: ServerWatch): LifelineServer => ({
  name: id,
  state: life.value.state.kind,
  isUp: isUp(life.value.state),
  provenAt: proof.value?.at ?? null,
  tools: catalog.value.tools.map(({ name, title, description, inputSchema }) => ({
    name,
    title,
    description,
    inputSchema,
  })),
});

const find = (fleet: FleetWatch, name: string): ServerWatch => {
  const server = fleet.get(name);
  if (server) return server;
  const names = fleet.servers.value.map(({ id }) => `"${id}"`).join(', ');
  throw new Error(
    names === ''
      ? vscode.l10n.t('There is no MCP server "{0}": none is configured.', name)
      : vscode.l10n.t('There is no MCP server "{0}". There are: {1}.', name, names),
  );
};

const call = async (
  server: ServerWatch,
  tool: string,
  args: JsonObject,
  { token, onProgress }: LifelineCallOptions,
): Promise<JsonObject> => {
  const given = new AbortController();
  const ear = token?.onCancellationRequested(() => given.abort());
  if (token?.isCancellationRequested === true) given.abort();
  try {
    return await server.callTool(tool, args, {
      signal: given.signal,
      ...(onProgress ? { onProgress } : {}),
    });
  } finally {
    ear?.dispose();
  }
};

const followStates = (
  fleet: FleetWatch,
  changed: vscode.EventEmitter<void>,
  moved: vscode.EventEmitter<LifelineStateChange>,
): Disposable =>
  watchServers(fleet, (server) => {
    const ears = new Store();
    let before = server.life.value.state.kind;
    ears.add(
      server.life.onChange(({ state }) => {
        changed.fire();
        if (state.kind === before) return;
        const from = before;
        before = state.kind;
        moved.fire({ server: server.id, from, to: state.kind });
      }),
    );
    ears.add(server.catalog.onChange(() => changed.fire()));
    return ears;
  });

export const createApi = (fleet: FleetWatch, owner: Store): LifelineApi => {
  const changed = owner.add(new vscode.EventEmitter<void>());
  const moved = owner.add(new vscode.EventEmitter<LifelineStateChange>());
  owner.add(followStates(fleet, changed, moved));
  owner.add(fleet.servers.onChange(() => changed.fire()));
  return {
    apiVersion: 1,
    get servers() {
      return fleet.servers.value.map(serverOf);
    },
    onDidChange: changed.event,
    onDidChangeState: moved.event,
    callTool: async (name, tool, args = {}, options = {}) => {
      const server = find(fleet, name);
      if (isObject(args)) return call(server, tool, args, options);
      throw new Error(vscode.l10n.t('The arguments of a tool must be an object.'));
    },
    reconnect: (name) => find(fleet, name).reconnect(),
  };
};
