// Whether an entry in another product's file leads to ourselves: put there by *Connect a Client…* or *Take Over…*, by this
// window or by another one, whose port nobody knows here. Pure.
import { clientHeader } from '../core/clientEntry.ts';
import { isOwn, isOwnHost, type OwnDoor } from '../core/loops.ts';
import type { FoundServer } from '../core/sources.ts';
import type { BadServer, ServerDefinition } from '../core/settings.ts';

const hasOurHeader = (headers: Readonly<Record<string, string>>): boolean =>
  Object.keys(headers).some((name) => name.toLowerCase() === clientHeader);

const isGateway = (url: string): boolean => {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, pathname } = new URL(url);
  return protocol === 'http:' && isOwnHost(hostname) && pathname.startsWith('/mcp/');
};

/** Its copy lies in a folder of our name, an older one in that of the extension. */
const isBridge = (word: string): boolean =>
  /mcp-lifeline[^\\/]*[\\/](?:.*[\\/])?bridge\.js$/.test(word);

const looksOurs = (server: ServerDefinition): boolean =>
  server.kind === 'http'
    ? hasOurHeader(server.headers) && isGateway(server.url)
    : [server.command, ...server.args].some(isBridge);

export const leadsTo = (
  server: ServerDefinition | BadServer,
  door: OwnDoor,
): FoundServer['leadsTo'] =>
  server.kind !== 'bad' && (isOwn(server, door) || looksOurs(server)) ? 'ours' : 'elsewhere';
