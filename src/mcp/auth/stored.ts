// What is kept of a sign-in: the tokens, who we are to the authorization server, and what was found out about it. Read with zod
// from a text that anybody may have written; what cannot be read counts as nothing. Not here: where it is kept (keeper.ts).
import * as z from 'zod/mini';
import type { Millis } from '../../base/clock.ts';

/** What an authorization server knows us by. `redirectUrl` is null for those that need none. */
const clientShape = z.object({
  issuer: z.string(),
  redirectUrl: z.nullable(z.string()),
  client_id: z.string(),
  client_secret: z.optional(z.string()),
  client_secret_expires_at: z.optional(z.number()),
  token_endpoint_auth_method: z.optional(z.string()),
  /** What it was registered for; left out where nothing was said of that. */
  scopes: z.optional(z.array(z.string())),
});

const tokensShape = z.object({
  issuer: z.string(),
  accessToken: z.string(),
  refreshToken: z.nullable(z.string()),
  /** Wall time; null where the server did not say. */
  expiresAt: z.nullable(z.number()),
  obtainedAt: z.number(),
  scopes: z.array(z.string()),
  /** Who they were given to; without the secret where that one stands in the settings. */
  client: clientShape,
});

const discoveryShape = z.object({
  issuer: z.string(),
  /** RFC 8414, as the server published it; null where it publishes none (revision 2025-03-26). */
  metadata: z.nullable(z.record(z.string(), z.unknown())),
  /** RFC 8707, word for word; null where the server names none. */
  resource: z.nullable(z.string()),
  scopes: z.array(z.string()),
});

const storedShape = z.object({
  version: z.literal(1),
  tokens: z.nullable(tokensShape),
  /** Registrations, the newest last. */
  clients: z.array(clientShape),
  discovery: z.nullable(discoveryShape),
  /** The authorization server that gets the configured credentials, and no other. */
  boundTo: z.nullable(z.string()),
  /** A person has signed out: nothing is fetched before one has signed in. */
  signedOut: z.boolean(),
});

export type StoredClient = z.infer<typeof clientShape>;
export type StoredTokens = z.infer<typeof tokensShape>;
export type StoredDiscovery = z.infer<typeof discoveryShape>;
export type Stored = z.infer<typeof storedShape>;

export const nothingStored: Stored = {
  version: 1,
  tokens: null,
  clients: [],
  discovery: null,
  boundTo: null,
  signedOut: false,
};

/** Null where the text is none of ours. */
export const readStored = (text: string): Stored | null => {
  try {
    const read = storedShape.safeParse(JSON.parse(text));
    return read.success ? read.data : null;
  } catch {
    // No JSON at all.
    return null;
  }
};

const bearerOf = (tokens: StoredTokens): string => `Bearer ${tokens.accessToken}`;

/** The header for the tokens that are kept, or null. */
export const headerOf = ({ tokens }: Stored): string | null => tokens && bearerOf(tokens);

// Enough for a slow server to take the request, but not more than a tenth of a short life.
const marginAtMost: Millis = 60_000;

/** Whether the token has run out, or will have when the request arrives. */
export const isDue = ({ expiresAt, obtainedAt }: StoredTokens, now: Millis): boolean =>
  expiresAt !== null && now >= expiresAt - Math.min(marginAtMost, (expiresAt - obtainedAt) / 10);

const mostClients = 5;

/** The same with another registration, which takes the place of an earlier one for the same way back. */
export const withClient = (stored: Stored, client: StoredClient): Stored => ({
  ...stored,
  clients: [...withoutClient(stored, client).clients, client].slice(-mostClients),
});

export const withoutClient = (
  stored: Stored,
  { issuer, redirectUrl }: Pick<StoredClient, 'issuer' | 'redirectUrl'>,
): Stored => ({
  ...stored,
  clients: stored.clients.filter(
    (other) => other.issuer !== issuer || other.redirectUrl !== redirectUrl,
  ),
});

/** Everything in it that must not appear in any text. */
export const secretsIn = ({ tokens, clients }: Stored): readonly string[] =>
  [
    tokens?.accessToken,
    tokens?.refreshToken,
    tokens?.client.client_secret,
    ...clients.map(({ client_secret }) => client_secret),
  ].filter((text) => text !== undefined && text !== null);
