// Servers that lead back to ourselves. One whose URL is the gateway's own would be its own client: every call would come
// back as another call, and every restart would wait for itself. Pure: where the gateway is, is told.
import type { BadServer, ServerDefinition, Settings } from './settings.ts';
import { inEnglish } from './wording/english.ts';
import type { Say } from './wording/say.ts';
import { sayNow, unsaid, type Unsaid } from './wording/unsaid.ts';

/** How one reaches ourselves. */
export interface OwnDoor {
  /** Where the gateway listens; none while it does not. */
  readonly ports: readonly number[];
  /** Path of our own stdio bridge; null where there is none. */
  readonly bridge: string | null;
}

/** The names of this machine on which the gateway listens: an URL's host is in lower case already. */
export const isOwnHost = (host: string): boolean =>
  /^(localhost|127(\.\d+){3}|0\.0\.0\.0|\[::1?\]|\[::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\])$/.test(
    host,
  );

const isOwnUrl = (text: string, ports: readonly number[]): boolean => {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return (
    url.protocol === 'http:' && isOwnHost(url.hostname) && ports.includes(Number(url.port || 80))
  );
};

const plain = (path: string): string => path.replaceAll('\\', '/');

/** Why a server that is the gateway of this window, or our bridge, is not to be used; null: it is neither. */
export const loopReason = (server: ServerDefinition, { ports, bridge }: OwnDoor): Unsaid | null => {
  if (server.kind === 'http')
    return isOwnUrl(server.url, ports)
      ? unsaid(
          "Its URL is MCP Lifeline's own gateway, so it would call itself. Give it the address of the server behind it, or remove the entry.",
        )
      : null;
  const words = [server.command, ...server.args].map(plain);
  return bridge !== null && words.includes(plain(bridge))
    ? unsaid(
        "It starts MCP Lifeline's own bridge, so it would call itself. Give it the server behind it, or remove the entry.",
      )
    : null;
};

/** Whether a server is the gateway of this window, or our bridge. */
export const isOwn = (server: ServerDefinition, door: OwnDoor): boolean =>
  loopReason(server, door) !== null;

/** The same settings with each server that leads back to us refused; the same object where there is none. */
export const refuseLoops = (settings: Settings, door: OwnDoor, say: Say = inEnglish): Settings => {
  let found = false;
  const judge = (server: ServerDefinition | BadServer): ServerDefinition | BadServer => {
    const reason = server.kind === 'bad' ? null : loopReason(server, door);
    if (reason === null) return server;
    found = true;
    return { kind: 'bad', name: server.name, reason: sayNow(reason, say) };
  };
  const servers = settings.servers.map(judge);
  return found ? { ...settings, servers } : settings;
};
