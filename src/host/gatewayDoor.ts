// The gateway as the screens need it: where its door is, what it can tell, and how programs are shown the way. Named from
// the user's side; the composition root builds it. Free of `vscode`. Not here: HTTP, and who uses which server.
import type { Signal } from '../base/signal.ts';
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
      readonly instead: { readonly wanted: number; readonly reason: string } | null;
    }
  | { readonly kind: 'failed'; readonly reason: string };

export type OpenDoor = Extract<GatewayDoor, { kind: 'open' }>;

export interface Gateway {
  readonly door: Signal<GatewayDoor>;
  readonly guide: ClientGuide;
  /** The health report as Markdown: of one server, or of everything. Rejects never. */
  readonly healthReport: (server: string | null) => Promise<string>;
}

/** Where a client finds a server; without the token it opens nothing. */
export const gatewayUrl = ({ port }: Pick<OpenDoor, 'port'>, server: string): string =>
  `http://127.0.0.1:${port}/mcp/${encodeURIComponent(server)}`;
