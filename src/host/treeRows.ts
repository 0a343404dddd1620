// The rows of the Connections view and what lies below each: a value per row, derived from what the servers show.
// Free of `vscode`. Not here: how a row looks (treeItems.ts, treeTooltips.ts) and when it is drawn (serverTree.ts).
import type { HistoryEntry } from '../core/history.ts';
import type { BadServer, Complaint } from '../core/settings.ts';
import type { ClientWatch, Prompt, Resource, ServerWatch, Tool } from '../runtime/watch.ts';
import { type AnyFoundRow, foundChildren, foundPath } from './foundRows.ts';
import type { GatewayDoor } from './gatewayDoor.ts';
import { copyOf, numbered } from './rowCopies.ts';

export type ServerRow = { readonly kind: 'server'; readonly server: ServerWatch };
export type PartKind =
  | 'session'
  | 'health'
  | 'clients'
  | 'tools'
  | 'resources'
  | 'prompts'
  | 'events';

/** What there may be two of that nothing tells apart: a server may list a name twice, two programs may have the same one. */
type CopiedRow = { readonly copy: number } & (
  | { readonly kind: 'complaint'; readonly complaint: Complaint }
  | { readonly kind: 'client'; readonly server: ServerWatch; readonly client: ClientWatch }
  | { readonly kind: 'tool'; readonly server: ServerWatch; readonly tool: Tool }
  | { readonly kind: 'resource'; readonly server: ServerWatch; readonly resource: Resource }
  | { readonly kind: 'prompt'; readonly server: ServerWatch; readonly prompt: Prompt }
  | { readonly kind: 'event'; readonly server: ServerWatch; readonly entry: HistoryEntry }
);

export type Row =
  | ServerRow
  | AnyFoundRow
  | { readonly kind: 'bad'; readonly bad: BadServer }
  | { readonly kind: 'complaints'; readonly complaints: readonly Complaint[] }
  | CopiedRow
  | { readonly kind: 'gateway'; readonly door: GatewayDoor; readonly clients: number }
  | { readonly kind: 'part'; readonly part: PartKind; readonly server: ServerWatch };

/** The newest transitions tell what is going on; the whole history has a view of its own. */
const eventsShown = 10;

const hasHealth = ({ definition, health }: ServerWatch): boolean =>
  health.value !== null || (definition.kind === 'http' && definition.health !== false);

const partsOf = (server: ServerWatch): readonly PartKind[] => {
  const { resources, prompts } = server.catalog.value;
  const parts: readonly (readonly [PartKind, boolean])[] = [
    ['session', server.session.value !== null],
    ['health', hasHealth(server)],
    ['clients', server.clients.value.length > 0],
    ['tools', true],
    ['resources', resources.length > 0],
    ['prompts', prompts.length > 0],
    ['events', true],
  ];
  return parts.filter(([, isThere]) => isThere).map(([kind]) => kind);
};

const insidePart = (part: PartKind, server: ServerWatch): readonly CopiedRow[] => {
  const { tools, resources, prompts } = server.catalog.value;
  const copy = 0;
  switch (part) {
    case 'session':
    case 'health':
      return [];
    case 'clients':
      return server.clients.value.map((client) => ({ kind: 'client', server, client, copy }));
    case 'tools':
      return tools.map((tool) => ({ kind: 'tool', server, tool, copy }));
    case 'resources':
      return resources.map((resource) => ({ kind: 'resource', server, resource, copy }));
    case 'prompts':
      return prompts.map((prompt) => ({ kind: 'prompt', server, prompt, copy }));
    case 'events':
      return server.history(eventsShown).map((entry) => ({ kind: 'event', server, entry, copy }));
  }
};

const complaintRows = (complaints: readonly Complaint[]): readonly CopiedRow[] =>
  complaints.map((complaint) => ({ kind: 'complaint', complaint, copy: 0 }));

export const childrenOf = (row: Row): readonly Row[] => {
  switch (row.kind) {
    case 'server':
      return row.server.life.value.state.kind === 'disabled'
        ? []
        : partsOf(row.server).map((part) => ({ kind: 'part', part, server: row.server }));
    case 'part':
      return numbered(insidePart(row.part, row.server), idOf);
    case 'complaints':
      return numbered(complaintRows(row.complaints), idOf);
    case 'found':
    case 'source':
    case 'found-server':
    case 'source-problem':
      return foundChildren(row);
    case 'bad':
    case 'complaint':
    case 'gateway':
    case 'client':
    case 'tool':
    case 'resource':
    case 'prompt':
    case 'event':
      return [];
  }
};

const pathOf = (row: Row): readonly (string | number)[] => {
  switch (row.kind) {
    case 'found':
    case 'source':
    case 'found-server':
    case 'source-problem':
      return foundPath(row);
    case 'bad':
      return [row.bad.name];
    case 'complaints':
    case 'gateway':
      return [];
    case 'complaint':
      return [row.complaint.key, row.complaint.text, ...copyOf(row)];
    case 'server':
      return [row.server.id];
    case 'part':
      return [row.server.id, row.part];
    case 'client':
      return [row.server.id, row.client.label, ...copyOf(row)];
    case 'tool':
      return [row.server.id, row.tool.name, ...copyOf(row)];
    case 'resource':
      return [row.server.id, row.resource.uri, ...copyOf(row)];
    case 'prompt':
      return [row.server.id, row.prompt.name, ...copyOf(row)];
    case 'event': {
      const { at, epoch, from, to } = row.entry;
      return [row.server.id, at, epoch, from, to, ...copyOf(row)];
    }
  }
};

/** Stable across refreshes and reloads, so that what was open stays open. */
export const idOf = (row: Row): string => JSON.stringify([row.kind, ...pathOf(row)]);
