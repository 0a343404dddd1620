// Tells the authorization server that tokens are not used any more (RFC 7009), where it wants to hear it.
import type { Millis } from '../../base/clock.ts';
import { ConnectionError, wordedFailure } from '../../core/connection/failure.ts';
import { unsaid } from '../../core/wording/unsaid.ts';
import type { Desk } from './desk.ts';
import { foundIn } from './discovery.ts';
import { identityOf, informationOf } from './identity.ts';
import type { Stored } from './stored.ts';

interface Revocation {
  readonly token: string;
  readonly hint: 'refresh_token' | 'access_token';
}

/** Nobody waits long for that: whoever signed out wants to go on. */
const patience: Millis = 5_000;

/** Rejects where the authorization server did not take it. */
export const revoke = async (desk: Desk, stored: Stored): Promise<void> => {
  const limit = new AbortController();
  const timer = desk.deps.clock.after(patience, () => limit.abort());
  try {
    await revokeWithin(desk, stored, limit.signal);
  } finally {
    timer.dispose();
  }
};

const revokeWithin = async (desk: Desk, stored: Stored, signal: AbortSignal): Promise<void> => {
  const { tokens, discovery } = stored;
  if (!tokens || !discovery) return;
  const sdk = await desk.sdk();
  const found = foundIn(discovery, sdk);
  const endpoint: unknown = found?.metadata?.['revocation_endpoint'];
  if (!found || typeof endpoint !== 'string') return;
  const introduction = await desk.introduction(found, signal);
  const identity = identityOf(tokens.client, introduction);
  const { client_id: id, client_secret: secret } = informationOf(identity);
  const { fetch } = introduction;
  const tell = async ({ token, hint }: Revocation): Promise<void> => {
    const body = new URLSearchParams({ token, token_type_hint: hint });
    const headers = new Headers({ 'Content-Type': 'application/x-www-form-urlencoded' });
    const methods = found.metadata?.token_endpoint_auth_methods_supported ?? [];
    const method = sdk.selectClientAuthMethod(informationOf(identity), methods);
    if (identity.sign) await identity.sign(headers, body, endpoint, found.metadata);
    else if (method === 'client_secret_basic' && secret !== undefined)
      headers.set('Authorization', `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`);
    else if (method === 'client_secret_post' && secret !== undefined)
      body.set('client_secret', secret);
    if (!headers.has('Authorization')) body.set('client_id', id);
    const answer = await fetch(endpoint, { method: 'POST', headers, body });
    if (answer.ok) return;
    const text = unsaid('The sign-in service answered HTTP {0} when it was told.', answer.status);
    throw new ConnectionError(wordedFailure('rejected', text, { status: answer.status }));
  };
  // Both, whatever becomes of the other: most services drop the access token with the one that renews it, not all do, and
  // some revoke only one of the kinds (RFC 7009 sections 2.1 and 2.2.1).
  const { refreshToken, accessToken } = tokens;
  const telling = [
    ...(refreshToken === null ? [] : [tell({ token: refreshToken, hint: 'refresh_token' })]),
    tell({ token: accessToken, hint: 'access_token' }),
  ];
  await Promise.allSettled(telling);
  await Promise.all(telling);
};
