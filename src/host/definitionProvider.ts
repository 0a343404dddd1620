// Offers our servers to the editor, each at its gateway URL, so that its agent uses connections that hold. The editor stops
// a running server, with all its calls, whenever a definition changes, and does not start it again by itself: a definition
// therefore says nothing but name, URL and the way in, which stay the same for as long as the window has them. Changed
// tools are announced on the connection itself. Not here: the gateway, and what the editor does with its URLs.
import * as vscode from 'vscode';
import type { Clock, Millis } from '../base/clock.ts';
import { type Disposable, Store } from '../base/disposable.ts';
import { type Signal, whenever } from '../base/signal.ts';
import type { Settings } from '../core/settings.ts';
import { definitionProviderId } from './contributions.ts';
import { type GatewayDoor, gatewayUrl, type OpenDoor } from './gatewayDoor.ts';

/** The editor asks eagerly and shows nothing until it is answered: a door that does not open must not hold up others. */
const doorLimit: Millis = 5_000;

export interface DefinitionPorts {
  readonly clock: Clock;
  readonly door: Signal<GatewayDoor>;
  readonly settings: Signal<Pick<Settings, 'servers' | 'gateway'>>;
}

interface Offer {
  readonly name: string;
  readonly url: string;
  readonly token: string;
}

const offersOf = (
  { servers, gateway }: Pick<Settings, 'servers' | 'gateway'>,
  { port, token }: Pick<OpenDoor, 'port' | 'token'>,
): readonly Offer[] =>
  gateway.offerToEditor
    ? servers
        .filter((server) => server.kind !== 'bad' && server.enabled)
        .map(({ name }) => ({ name, url: gatewayUrl({ port }, name), token }))
    : [];

/** The port that the editor was told stays the one it is told for as long as it serves. */
const createPortKeeper = (): ((door: OpenDoor) => number) => {
  let kept: number | null = null;
  return ({ port, ports }) => {
    kept = kept !== null && ports.includes(kept) ? kept : port;
    return kept;
  };
};

/** Their order means nothing. */
const fingerprintOf = (offers: readonly Offer[]): string =>
  JSON.stringify(offers.toSorted((one, other) => (one.name < other.name ? -1 : 1)));

const definitionOf = ({ name, url, token }: Offer): vscode.McpHttpServerDefinition =>
  new vscode.McpHttpServerDefinition(name, vscode.Uri.parse(url), {
    Authorization: `Bearer ${token}`,
    // The gateway knows by this that its client waits for minutes and never resumes a stream.
    'mcp-lifeline-client': 'vscode',
  });

export interface Definitions extends vscode.McpServerDefinitionProvider, Disposable {
  readonly onDidChangeMcpServerDefinitions: vscode.Event<void>;
  provideMcpServerDefinitions(
    token: vscode.CancellationToken,
  ): Promise<vscode.McpHttpServerDefinition[]>;
}

/** Waits until it is known where the door is, as far as that is a matter of moments. */
const untilSettled = async (
  { clock, door }: DefinitionPorts,
  token: vscode.CancellationToken,
): Promise<void> => {
  const limits = new Store();
  const abort = new AbortController();
  limits.add(clock.after(doorLimit, () => abort.abort()));
  limits.add(token.onCancellationRequested(() => abort.abort()));
  // When it takes longer nothing is offered for now, and the event tells the editor of it later.
  await whenever(door, ({ kind }) => kind !== 'opening', abort.signal).catch(() => undefined);
  limits.dispose();
};

export const createDefinitions = (ports: DefinitionPorts): Definitions => {
  const { door, settings } = ports;
  const store = new Store();
  const changed = store.add(new vscode.EventEmitter<void>());
  const portOf = createPortKeeper();
  const offers = (): readonly Offer[] => {
    if (door.value.kind !== 'open') return [];
    return offersOf(settings.value, { port: portOf(door.value), token: door.value.token });
  };
  let told = fingerprintOf(offers());
  const tellChange = (): void => {
    // A door that is being opened again is about to be where it was: nothing has changed yet.
    if (door.value.kind === 'opening') return;
    const now = fingerprintOf(offers());
    if (now === told) return;
    told = now;
    changed.fire();
  };
  store.add(door.onChange(tellChange));
  store.add(settings.onChange(tellChange));
  return {
    onDidChangeMcpServerDefinitions: changed.event,
    provideMcpServerDefinitions: async (token) => {
      if (settings.value.gateway.offerToEditor) await untilSettled(ports, token);
      return offers().map(definitionOf);
    },
    dispose: () => store.dispose(),
  };
};

/** To be called during activation: the editor decides then whether there is a provider at all. */
export const registerDefinitionProvider = (ports: DefinitionPorts): Disposable => {
  const store = new Store();
  const definitions = store.add(createDefinitions(ports));
  store.add(vscode.lm.registerMcpServerDefinitionProvider(definitionProviderId, definitions));
  return store;
};
