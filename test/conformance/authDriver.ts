// A connection that signs in as soon as it is asked to: the person of the suite follows each redirect at once. What is judged is
// the engine of the extension; only the page, the key ring and the other windows are played here.
import type { Clock } from '../../src/base/clock.ts';
import { isObject } from '../../src/core/rpc.ts';
import type { OAuthWish } from '../../src/core/settings.ts';
import { Authorizers } from '../../src/mcp/auth/authorizers.ts';
import type { Landing } from '../../src/mcp/auth/ports.ts';
import type { Connection } from '../../src/runtime/connection.ts';
import { StoreMutex } from '../../src/store/mutex.ts';
import { MemoryVault } from '../support/memoryVault.ts';
import { log, openConnection, serverAt } from './connection.ts';

const redirectUrl = 'http://localhost:3000/callback';
/** The suite knows this one. */
const clientMetadataUrl = 'https://conformance-test.local/client-metadata.json';

const landing: Landing = {
  redirectUrl,
  visit: async (url, signal) => {
    const page = await fetch(url, { redirect: 'manual', signal });
    const back = page.headers.get('location');
    if (back === null) throw new Error(`The page answered ${page.status} and leads nowhere.`);
    return new URL(back).searchParams;
  },
  dispose: () => undefined,
};

/** What the suite tells of clients that were registered by hand. */
const readContext = (): Readonly<Record<string, unknown>> => {
  const context: unknown = JSON.parse(process.env['MCP_CONFORMANCE_CONTEXT'] ?? '{}');
  return isObject(context) ? context : {};
};

const textIn = (context: Readonly<Record<string, unknown>>, name: string): string | null => {
  const value = context[name];
  return typeof value === 'string' ? value : null;
};

/** What the suite tells of a company's identity provider. */
const identityIn = (context: Readonly<Record<string, unknown>>): Pick<OAuthWish, 'identity'> => {
  const tokenEndpoint = textIn(context, 'idp_token_endpoint');
  const clientId = textIn(context, 'idp_client_id');
  const idToken = textIn(context, 'idp_id_token');
  return tokenEndpoint !== null && clientId !== null && idToken !== null
    ? { identity: { tokenEndpoint, clientId, clientSecret: null, idToken } }
    : {};
};

const wishOf = (scenario: string): OAuthWish => {
  const context = readContext();
  return {
    clientId: textIn(context, 'client_id'),
    clientSecret: textIn(context, 'client_secret') ?? textIn(context, 'private_key_pem'),
    scopes: [],
    grant: scenario.startsWith('auth/client-credentials')
      ? 'client_credentials'
      : 'authorization_code',
    ...identityIn(context),
    clientMetadataUrl,
  };
};

export const openSignedIn = (scenario: string, url: string, clock: Clock): Connection => {
  const authorizers = new Authorizers({
    vault: new MemoryVault(),
    mutex: new StoreMutex({ folder: '', clock, log, loadSqlite: () => undefined }),
    landings: { editor: null, loopback: () => Promise.resolve(landing) },
    clock,
    logOf: () => log,
    secrets: { add: () => undefined },
  });
  const server = serverAt(url, wishOf(scenario));
  const authorizer = authorizers.of(server);
  const connection = openConnection(server, clock, authorizer);
  const nudge = (): void => connection.dispatch({ kind: 'nudged', at: clock.now(), cause: 'user' });
  authorizer?.account.onChange((account) => {
    if (account === 'signed-in') return nudge();
    if (account !== 'signed-out') return undefined;
    authorizer.signIn(new AbortController().signal).catch((error: unknown) => {
      log.error(`Signing in failed: ${String(error)}`);
    });
  });
  return connection;
};
