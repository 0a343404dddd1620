// Has a server tried again as soon as somebody has signed in to it, in this window or another one.
import type { Store } from '../base/disposable.ts';
import type { HttpServer } from '../core/settings.ts';
import type { Authorizer } from '../mcp/auth/ports.ts';

export type AuthorizerOf = (server: HttpServer) => Authorizer | null;

/** The same as `authorizerOf`, and each authorizer that it gives out is listened to until `owner` ends. */
export const tellingSignIns = (
  authorizerOf: AuthorizerOf,
  signedIn: (server: string) => void,
  owner: Store,
): AuthorizerOf => {
  const known = new WeakSet<Authorizer>();
  const listen = (authorizer: Authorizer, server: string): void => {
    known.add(authorizer);
    owner.add(
      authorizer.account.onChange((account) => {
        if (account === 'signed-in') signedIn(server);
      }),
    );
  };
  return (server) => {
    const authorizer = authorizerOf(server);
    if (authorizer && !known.has(authorizer)) listen(authorizer, server.name);
    return authorizer;
  };
};
