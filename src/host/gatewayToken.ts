// The word that opens the gateway, one for each workspace, kept where the editor keeps secrets, so that clients that were told
// it once are let in after every reload. Not here: who is let in (gateway/guard.ts).
import { createHash, randomBytes } from 'node:crypto';
import type { Log } from '../runtime/ports.ts';

const tokenBytes = 32;
const prefix = 'gateway.token.';

/** Where the editor keeps secrets. */
export interface SecretPlace {
  get(key: string): PromiseLike<string | undefined>;
  store(key: string, value: string): PromiseLike<void>;
}

/** Secrets are shared by all workspaces of a user, so that the workspace is part of the key; its path is nobody's business. */
const keyOf = (storageFolder: string): string =>
  prefix + createHash('sha256').update(storageFolder).digest('hex').slice(0, 32);

/**
 * The token of the workspace whose storage is in `storageFolder`, made on the first call. Rejects never: where secrets cannot be
 * kept (a locked key ring, a container without one) the token is good for this life of the window, and that is said.
 */
export const gatewayToken = async (
  secrets: SecretPlace,
  storageFolder: string,
  log: Pick<Log, 'warn'>,
): Promise<string> => {
  const key = keyOf(storageFolder);
  const fresh = randomBytes(tokenBytes).toString('base64url');
  try {
    const known = await secrets.get(key);
    if (known !== undefined && known !== '') return known;
    await secrets.store(key, fresh);
    // Two windows that start together both find none: the one that is kept is the one for both.
    return (await secrets.get(key)) ?? fresh;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log.warn(
      `Gateway: the editor cannot keep secrets (${reason}). Clients need the token anew after each reload: use Connect a Client… again.`,
    );
    return fresh;
  }
};
