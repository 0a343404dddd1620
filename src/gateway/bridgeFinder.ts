// Which gateway the bridge talks to, found anew for each attempt: the port and the token may have changed meanwhile. Once one
// was reached the bridge stays with it, because a session belongs to one gateway.
// Not here: the rules of the choice (discoveryChoice.ts), the files (discovery.ts), talking (bridge.ts).
import { listGateways, pathStyle, type ProcessView, readGateway } from './discovery.ts';
import { chooseGateway, type FoundGateway } from './discoveryChoice.ts';
import { serverUrl } from './discoveryEntry.ts';
import type { BridgeWish } from './bridgeArguments.ts';

export type Finding =
  | { readonly kind: 'found'; readonly url: string; readonly token: string | null }
  /** A sentence that says what to do. */
  | { readonly kind: 'none'; readonly reason: string };

export interface BridgeFinderDeps {
  /** Folders as absolute paths. */
  readonly wish: BridgeWish;
  readonly startedIn: string;
  /** For a gateway that was named by its URL. */
  readonly token: string | null;
  readonly folder: string;
  readonly processes: ProcessView;
}

const quote = (names: readonly string[]): string =>
  names.map((name) => JSON.stringify(name)).join(', ');

const none = (reason: string): Finding => ({ kind: 'none', reason });

export class BridgeFinder {
  readonly #deps: BridgeFinderDeps;
  #before: string | null = null;
  #looked: FoundGateway | null = null;

  constructor(deps: BridgeFinderDeps) {
    this.#deps = deps;
  }

  find(): Finding {
    const { wish, token } = this.#deps;
    const { gateway } = wish;
    if (gateway === null) return this.#search();
    if (!/^https?:\/\//.test(gateway)) return this.#read(gateway);
    const template = gateway.includes('{name}')
      ? gateway
      : `${gateway.replace(/\/+$/, '').replace(/\/mcp$/, '')}/mcp/{name}`;
    return { kind: 'found', url: serverUrl(template, wish.server), token };
  }

  /** The gateway found last has answered: it is the one from now on. */
  settle(): void {
    this.#before = this.#looked?.file ?? null;
  }

  #read(file: string): Finding {
    const read = readGateway(file, this.#deps.processes);
    if (read === null) return none(`Nothing is there yet: ${file}.`);
    return 'entry' in read ? this.#found(read) : none(read.reason);
  }

  #search(): Finding {
    const { wish, startedIn, folder, processes } = this.#deps;
    const { found, refused } = listGateways(folder, processes);
    const { server, workspace } = wish;
    const chosen = chooseGateway(
      found,
      { server, workspace, startedIn, before: this.#before },
      pathStyle,
    );
    if (chosen) return this.#found(chosen);
    const [first] = refused;
    if (first) return none(first.reason);
    if (workspace !== null)
      return none(
        `No gateway of MCP Lifeline serves ${workspace}. Open that folder in the editor, or start gateway.js for it.`,
      );
    if (found.length === 0)
      return none('No gateway of MCP Lifeline was found. Open the editor, or start gateway.js.');
    const names = [...new Set(found.flatMap(({ entry }) => entry.servers))];
    return none(
      `No gateway of MCP Lifeline has a server ${JSON.stringify(server)}. There are: ${quote(names.slice(0, 20))}.`,
    );
  }

  #found(gateway: FoundGateway): Finding {
    const { url, token } = gateway.entry;
    this.#looked = gateway;
    return { kind: 'found', url: serverUrl(url, this.#deps.wish.server), token };
  }
}
