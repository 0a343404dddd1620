// The ways back from a sign-in page into this window: an address of the editor, and a listener on this machine where the
// authorization server takes no such address. Not here: what is asked for and what becomes of the answer (mcp/auth).
import * as vscode from 'vscode';
import type { Clock, Millis } from '../base/clock.ts';
import { type Disposable, Store, toDisposable } from '../base/disposable.ts';
import { ConnectionError, wordedFailure } from '../core/connection/failure.ts';
import { unsaid, type Unsaid } from '../core/wording/unsaid.ts';
import { queryOf } from './landingQuery.ts';
import { callbackAddress, type Loopback, openLoopback } from './loopbackLanding.ts';

export interface Landing extends Disposable {
  readonly redirectUrl: string;
  visit(url: URL, signal: AbortSignal): Promise<URLSearchParams>;
}

export interface Landings extends Disposable {
  /** By an address of the editor. */
  readonly editor: () => Promise<Landing>;
  /** By a listener on this machine: at `http://localhost:PORT/callback` where a port is given. */
  readonly loopback: (port: number | null) => Promise<Landing>;
}

type Listener = (query: URLSearchParams) => boolean;

/** A person may have to look for a password, and may as well have gone to lunch. */
const patience: Millis = 15 * 60 * 1000;

const path = '/signed-in';

const openPage = async (url: URL): Promise<void> => {
  // As a text, which the editor takes and its types do not: a `Uri` would decode and encode the query anew, and the `&` in one
  // of its values would become a separator (microsoft/vscode#85930).
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- See above.
  const page = url.href as unknown as vscode.Uri;
  if (await vscode.env.openExternal(page)) return;
  throw new ConnectionError(
    wordedFailure('cancelled', unsaid('The page to sign in was not opened.')),
  );
};

/** `listen` takes an ear for as long as somebody waits. */
interface Waiting {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly listen: (listener: Listener) => Disposable;
}

/** Opens the page and waits for the way back with the `state` of `url`. */
const visit = async (url: URL, { clock, signal, listen }: Waiting): Promise<URLSearchParams> => {
  const state = url.searchParams.get('state');
  const ears = new Store();
  try {
    return await new Promise<URLSearchParams>((resolve, reject) => {
      const giveUp = (words: Unsaid): void =>
        reject(new ConnectionError(wordedFailure('cancelled', words)));
      ears.add(
        listen((query) => {
          // Another sign-in's, or nobody's: it may come from any page (RFC 9700 section 4.7).
          if (state === null || query.get('state') !== state) return false;
          resolve(query);
          return true;
        }),
      );
      ears.add(clock.after(patience, () => giveUp(unsaid('Nobody signed in within 15 minutes.'))));
      const abort = (): void => giveUp(unsaid('Signing in was cancelled.'));
      if (signal.aborted) return abort();
      signal.addEventListener('abort', abort, { once: true });
      ears.add(toDisposable(() => signal.removeEventListener('abort', abort)));
      openPage(url).catch(reject);
    });
  } finally {
    ears.dispose();
  }
};

/** All sign-ins of the window share the one handler that an extension may have. */
class UriEars implements vscode.UriHandler {
  readonly #listeners = new Set<Listener>();

  handleUri(uri: vscode.Uri): void {
    if (uri.path !== path) return;
    const query = queryOf(uri.query, vscode.env.uiKind === vscode.UIKind.Web);
    if ([...this.#listeners].some((listener) => listener(query))) return;
    void vscode.window.showWarningMessage(
      vscode.l10n.t(
        'Nobody waits for this sign-in any more. Use Sign In on the MCP server once more.',
      ),
    );
  }

  listen(listener: Listener): Disposable {
    this.#listeners.add(listener);
    return toDisposable(() => this.#listeners.delete(listener));
  }
}

const refusal = (words: Unsaid): ConnectionError =>
  new ConnectionError(wordedFailure('cancelled', words));

const isTaken = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';

const listenAt = async (port: number | null): Promise<Loopback> => {
  const { t } = vscode.l10n;
  const words = {
    language: t('en'),
    done: t('You are signed in. You can close this page and go back to the editor.'),
    wrong: t('This is not the page you are looking for. Start again from the editor.'),
  };
  const isBehindProxy = vscode.env.remoteName !== undefined;
  try {
    return await openLoopback(words, { isBehindProxy, port });
  } catch (error) {
    if (port === null) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw refusal(
      isTaken(error)
        ? unsaid(
            'The sign-in page leads back to port {0} of this computer (oauth.callbackPort in the entry of the server), which another program or another sign-in uses. Close that one, then sign in again.',
            port,
          )
        : unsaid(
            'The sign-in page leads back to port {0} of this computer (oauth.callbackPort in the entry of the server), where nothing can listen: {1}',
            port,
            reason,
          ),
    );
  }
};

/** The client was registered with this address and no other, so that the editor must not lead it elsewhere. */
const fixedAddress = (port: number, reachable: vscode.Uri): string => {
  const host = reachable.authority.replace(/:\d+$/, '');
  const isSame =
    reachable.authority.endsWith(`:${port}`) && ['localhost', '127.0.0.1'].includes(host);
  const wanted = callbackAddress(port);
  if (isSame) return wanted;
  throw refusal(
    unsaid(
      'The sign-in page leads back to {0} (oauth.callbackPort in the entry of the server), but this editor runs elsewhere and is reached at {1}. Free that port on the computer in front of you, or open the folder there.',
      ...[wanted, reachable.toString(true)],
    ),
  );
};

const addressOf = async (loopback: Loopback, port: number | null): Promise<string> => {
  const name = port === null ? '127.0.0.1' : 'localhost';
  const here = vscode.Uri.parse(`http://${name}:${loopback.port}${loopback.path}`);
  const reachable = await vscode.env.asExternalUri(here);
  return port === null ? reachable.toString(true) : fixedAddress(port, reachable);
};

export const createLandings = (extensionId: string, clock: Clock): Landings => {
  const store = new Store();
  const ears = new UriEars();
  store.add(vscode.window.registerUriHandler(ears));
  return {
    editor: async () => {
      const own = vscode.Uri.from({ scheme: vscode.env.uriScheme, authority: extensionId, path });
      const reachable = await vscode.env.asExternalUri(own);
      return {
        redirectUrl: reachable.toString(true),
        visit: (url, signal) =>
          visit(url, { clock, signal, listen: (listener) => ears.listen(listener) }),
        dispose: () => undefined,
      };
    },
    loopback: async (port) => {
      const loopback = await listenAt(port);
      const redirectUrl = await addressOf(loopback, port).catch((error: unknown) => {
        loopback.close();
        throw error;
      });
      return {
        redirectUrl,
        visit: (url, signal) =>
          visit(url, {
            clock,
            signal,
            listen: (listener) => {
              loopback.onReturn = listener;
              return toDisposable(() => (loopback.onReturn = () => false));
            },
          }),
        dispose: () => loopback.close(),
      };
    },
    dispose: () => store.dispose(),
  };
};
