// What is kept of a sign-in at a server that was perhaps never reached in this window: then nothing but its entry says which one is
// meant. Nobody is contacted for it, and no helper runs.
import type { ServerDefinition } from '../core/settings.ts';
import type { Authorizers } from '../mcp/auth/authorizers.ts';
import type { Authorizer } from '../mcp/auth/ports.ts';

export type Filling = (definition: ServerDefinition) => Promise<ServerDefinition | null>;

/** Null where the server has no sign-in, or values of its entry are missing. */
const keptSignIn = async (
  authorizers: Authorizers,
  filled: Filling,
  definition: ServerDefinition,
): Promise<Authorizer | null> => {
  const known = authorizers.named(definition.name);
  if (known || definition.kind === 'stdio') return known;
  const server = await filled(definition);
  return server?.kind === 'http' ? authorizers.kept(server) : null;
};

export interface AccountParts {
  readonly authorizers: Authorizers;
  readonly filled: Filling;
  readonly isAllowed: (definition: ServerDefinition) => boolean;
}

interface Named {
  readonly definition: ServerDefinition;
}

/** Signing in contacts the server, and filling an entry in may run what it names: both need leave. */
export const accountsOf = ({ authorizers, filled, isAllowed }: AccountParts) => ({
  accountOf: ({ definition }: Named): Authorizer | null =>
    isAllowed(definition) ? authorizers.named(definition.name) : null,
  keptAccountOf: async ({ definition }: Named): Promise<Authorizer | null> =>
    isAllowed(definition) ? keptSignIn(authorizers, filled, definition) : null,
});
