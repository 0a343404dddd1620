// A gateway for the gallery: its door is open, its report is made up, and what would be written into a product's file is
// only remembered.
import { Source } from '../../../src/base/signal.ts';
import type { ClientEntry, FileEntry } from '../../../src/core/clientEntry.ts';
import type { ClientGuide } from '../../../src/host/clientGuide.ts';
import { type Gateway, type GatewayDoor, gatewayUrl } from '../../../src/host/gatewayDoor.ts';

const render = (entries: readonly FileEntry[]): string => {
  const mcpServers: Record<string, unknown> = {};
  for (const { at, value } of entries) mcpServers[at.at(-1) ?? ''] = value;
  return JSON.stringify({ mcpServers }, null, 2);
};

export interface GalleryGateway extends Gateway {
  readonly door: Source<GatewayDoor>;
  /** Paths that were written to. */
  readonly written: string[];
}

export const galleryGateway = (folder: string): GalleryGateway => {
  const written: string[] = [];
  const guide: ClientGuide = {
    entryFor: (product, scope, server, door): ClientEntry => {
      const secret = scope === 'user';
      const headers = { Authorization: `Bearer ${door.token}` };
      const value = secret
        ? { url: gatewayUrl(door, server), headers }
        : { command: 'node', args: ['bridge.js', server] };
      if (product === 'stdio') return { kind: 'text', text: JSON.stringify(value), secret };
      if (product === 'claude-code' && secret) {
        const text = `claude mcp add ${server} ${gatewayUrl(door, server)} --header "${headers.Authorization}"`;
        return { kind: 'command', text, secret };
      }
      const path = `${folder}/${secret ? 'user' : 'shared'}.json`;
      return { kind: 'file', path, format: 'json', at: ['mcpServers', server], value, secret };
    },
    render,
    write: ({ path }, replace) => {
      if (!replace && path.endsWith('user.json')) return { kind: 'taken', path };
      written.push(path);
      return { kind: 'written', path, backup: null };
    },
  };
  return {
    door: new Source<GatewayDoor>({
      kind: 'open',
      port: 49_152,
      ports: [49_152],
      token: 'gallery-token-0123456789',
      instead: null,
    }),
    guide,
    written,
    healthReport: (server) =>
      Promise.resolve(`# MCP Lifeline\n\nReport on ${server ?? 'all servers'}: all is well.\n`),
  };
};
