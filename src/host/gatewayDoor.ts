// The gateway as the screens need it: where its door is, what it can tell, and how programs are shown the way. Named from
// the user's side; the composition root builds it. Free of `vscode`. Not here: HTTP, and who uses which server.
import type { Clock, Millis } from '../base/clock.ts';
import { Store } from '../base/disposable.ts';
import { type Signal, whenever } from '../base/signal.ts';
import type { Say } from '../core/wording/say.ts';
import type { ClientGuide } from './clientGuide.ts';

export type GatewayDoor =
  /** Switched off in the settings. */
  | { readonly kind: 'off' }
  /** It opens within a fraction of a second after activation. */
  | { readonly kind: 'opening' }
  /** The token is a credential: it goes into headers and into entries that the user asked for, and nowhere else. */
  | {
      readonly kind: 'open';
      /** The one to tell from now on. */
      readonly port: number;
      /** All that are listened at: an earlier one serves on after the window has inherited another. */
      readonly ports: readonly number[];
      readonly token: string;
      /** The port that was wanted and could not be had. */
      readonly instead: { readonly wanted: number; readonly code: string } | null;
    }
  /** `code`: the system's, for which wording/port.ts has words. */
  | { readonly kind: 'failed'; readonly code: string };

export type OpenDoor = Extract<GatewayDoor, { kind: 'open' }>;

export interface Gateway {
  readonly door: Signal<GatewayDoor>;
  readonly guide: ClientGuide;
  /** The health report as Markdown, in the language of `say`: of one server, or of everything. Rejects never. */
  readonly healthReport: (server: string | null, say: Say) => Promise<string>;
}

/** A second window may have to wait for its port. */
const openLimit: Millis = 5_000;

/** The door once it has opened, or has not within a moment. */
export const settledDoor = async (
  door: Signal<GatewayDoor>,
  clock: Clock,
): Promise<GatewayDoor> => {
  const limits = new Store();
  const abort = new AbortController();
  limits.add(clock.after(openLimit, () => abort.abort()));
  try {
    return await whenever(door, ({ kind }) => kind !== 'opening', abort.signal);
  } catch {
    // It still opens: the caller says so.
    return door.value;
  } finally {
    limits.dispose();
  }
};

/** Where a client finds a server; without the token it opens nothing. */
export const gatewayUrl = ({ port }: Pick<OpenDoor, 'port'>, server: string): string =>
  `http://127.0.0.1:${port}/mcp/${encodeURIComponent(server)}`;
