// The ways back from a sign-in page into this window: an address of the editor, and a listener on this machine where the
// authorization server takes no such address. Not here: what is asked for and what becomes of the answer (mcp/auth).
import * as vscode from 'vscode';
import type { Clock, Millis } from '../base/clock.ts';
import { type Disposable, Store, toDisposable } from '../base/disposable.ts';
import { aFailure, ConnectionError } from '../core/connection/failure.ts';
import { openLoopback } from './loopbackLanding.ts';

export interface Landing extends Disposable {
  readonly redirectUrl: string;
  visit(url: URL, signal: AbortSignal): Promise<URLSearchParams>;
}

export interface Landings extends Disposable {
  /** By an address of the editor. */
  readonly editor: () => Promise<Landing>;
  /** By a listener on this machine. */
  readonly loopback: () => Promise<Landing>;
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
    aFailure('cancelled', vscode.l10n.t('The page to sign in was not opened.')),
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
      const giveUp = (text: string): void =>
        reject(new ConnectionError(aFailure('cancelled', text)));
      ears.add(
        listen((query) => {
          // Another sign-in's, or nobody's: it may come from any page (RFC 9700 section 4.7).
          if (state === null || query.get('state') !== state) return false;
          resolve(query);
          return true;
        }),
      );
      ears.add(
        clock.after(patience, () => giveUp(vscode.l10n.t('Nobody signed in within 15 minutes.'))),
      );
      const abort = (): void => giveUp(vscode.l10n.t('Signing in was cancelled.'));
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
    const query = new URLSearchParams(uri.query);
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
    loopback: async () => {
      const { t } = vscode.l10n;
      const words = {
        done: t('You are signed in. You can close this page and go back to the editor.'),
        wrong: t('This is not the page you are looking for. Start again from the editor.'),
      };
      const loopback = await openLoopback(words, vscode.env.remoteName !== undefined);
      const here = vscode.Uri.parse(`http://127.0.0.1:${loopback.port}${loopback.path}`);
      const reachable = await vscode.env.asExternalUri(here);
      return {
        redirectUrl: reachable.toString(true),
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
