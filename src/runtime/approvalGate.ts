// Stands before everything that fills in or uses an entry: what needs leave and has none, and what has no place in a workspace
// that is not trusted, goes no further. Asked before each attempt, so that leave that was given or taken counts at once.
// Not here: what needs leave (core/approval.ts), and where it is kept and asked for (host).
import { type Failure, wordedFailure } from '../core/connection/failure.ts';
import { serverVariables } from '../core/fillServer.ts';
import type { ServerDefinition } from '../core/settings.ts';
import { unsaid } from '../core/wording/unsaid.ts';
import type { Resolver } from './resolver.ts';

export interface Gatekeeper {
  /** Whether it needs no leave, or has it. */
  readonly isAllowed: (definition: ServerDefinition) => boolean;
  readonly isTrusted: () => boolean;
}

const unapproved = wordedFailure(
  'unapproved',
  unsaid('It is defined in a file of the workspace, and nobody has allowed it yet.'),
);

const folderUntrusted = wordedFailure(
  'blocked',
  unsaid('Its entry uses ${workspaceFolder}, and this workspace is not trusted.'),
);

const namesFolder = (definition: ServerDefinition): boolean =>
  serverVariables(definition).some(({ kind }) => kind === 'folder');

const refusalOf = (definition: ServerDefinition, keeper: Gatekeeper): Failure | null => {
  if (!keeper.isTrusted() && namesFolder(definition)) return folderUntrusted;
  return keeper.isAllowed(definition) ? null : unapproved;
};

/** `next` is asked only for what may pass. */
export const withApproval = (keeper: Gatekeeper, next: Resolver): Resolver => ({
  resolve: async (definition, signal) => {
    const failure = refusalOf(definition, keeper);
    return failure ? { kind: 'refused', failure } : next.resolve(definition, signal);
  },
});
