// What the user does to an entry by our own commands is allowed by that act: who adds a server to the workspace has just said what
// it is. An act on an entry that still waits for leave gives none: enabling or trusting shows nothing of what would run.
// Not here: where leave is kept (approvals.ts).
import { parseServers } from '../core/parseServers.ts';
import type { ServerDefinition } from '../core/settings.ts';
import type { Approvals } from './approvals.ts';
import { layerFor } from './settingLayers.ts';
import type { EditorSettings } from './settings.ts';

const definitionOf = (settings: EditorSettings, name: string): ServerDefinition | undefined => {
  const found = settings.current.value.servers.find((server) => server.name === name);
  return found?.kind === 'bad' ? undefined : found;
};

export const allowOwnActs = (settings: EditorSettings, approvals: Approvals): EditorSettings => ({
  ...settings,
  addServer: async (name, entry, scope) => {
    const { origin } = layerFor(scope);
    const added = parseServers({ [name]: entry }, settings.current.value.health.path, origin);
    // Before it is written, so that its first attempt finds the leave.
    approvals.allow(added.filter((server) => server.kind !== 'bad'));
    await settings.addServer(name, entry, scope);
  },
  setTrustHints: async (name, trustHints) => {
    const before = definitionOf(settings, name);
    if (!before || !approvals.isAllowed(before)) return settings.setTrustHints(name, trustHints);
    const after = { ...before, trustHints };
    // Both, as long as nobody can say which one is met: the server goes on meanwhile.
    approvals.allow([before, after]);
    await settings.setTrustHints(name, trustHints);
    if (definitionOf(settings, name)?.trustHints === trustHints) approvals.allow([after]);
  },
});

/**
 * A connection knows its entry as it was when it was made, and only the trust in hints can have changed since: what is asked for
 * is what holds now.
 */
export const isAllowedNow =
  (settings: Pick<EditorSettings, 'current'>, approvals: Approvals) =>
  (definition: ServerDefinition): boolean => {
    const now = settings.current.value.servers.find(({ name }) => name === definition.name);
    const trustHints = now === undefined || now.kind === 'bad' ? false : now.trustHints;
    return approvals.isAllowed({ ...definition, trustHints });
  };
