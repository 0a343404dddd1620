// What other extensions may see and do. Not here: its description for them (apiTypes.ts).
import * as vscode from 'vscode';
import { type Disposable, Store } from '../base/disposable.ts';
import { isUp } from '../core/connection/state.ts';
import { isObject, type JsonObject } from '../core/rpc.ts';
import type { FleetWatch, ServerWatch } from '../runtime/watch.ts';
import type {
  LifelineApi,
  LifelineCallOptions,
  LifelineServer,
  LifelineStateChange,
} from './apiTypes.ts';
import { watchServers } from './watchServers.ts';

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
