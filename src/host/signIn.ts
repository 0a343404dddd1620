// The commands Sign In and Sign Out. Signing in goes on while its progress is shown. Not here: the ways back from the page
// (landings.ts) and the protocol of it (mcp/auth).
import * as vscode from 'vscode';
import type { Signal } from '../base/signal.ts';
import { ConnectionError } from '../core/connection/failure.ts';
import { sayDetail } from '../core/wording/detail.ts';
import type { ServerWatch } from '../runtime/watch.ts';
import { asNotice, logTarget } from './noticeText.ts';
import { type PickPorts, sayNoServers, sayNothingFits, serverItem } from './pickServer.ts';
import { askChoice } from './quickInput.ts';

/** Somebody's account at one server. */
export interface Account {
  readonly account: Signal<'unneeded' | 'signed-in' | 'signed-out'>;
  /** Opens a page and waits. Rejects with `ConnectionError`. */
  signIn(signal: AbortSignal): Promise<void>;
  signOut(): Promise<void>;
}

export interface SignInPorts extends PickPorts {
  /** Null where the server has no use for one. */
  readonly accountOf: (server: ServerWatch) => Account | null;
  /** The same, with what was kept before this window looked at the server; nobody is contacted. */
  readonly keptAccountOf: (server: ServerWatch) => Promise<Account | null>;
  /** What a sign-in service says may quote what it was sent. */
  readonly logs: { clean(text: string): string };
}

interface Found {
  readonly server: ServerWatch;
  readonly account: Account;
}

const withAccounts = ({ fleet, accountOf }: SignInPorts): readonly Found[] =>
  fleet.servers.value.flatMap((server) => {
    const account = server.definition.enabled ? accountOf(server) : null;
    return account ? [{ server, account }] : [];
  });

/** Also of servers that were not used yet, or are switched off: their tokens are kept all the same. */
const withKept = async (
  { keptAccountOf }: SignInPorts,
  servers: readonly ServerWatch[],
): Promise<readonly Found[]> => {
  const found = await Promise.all(
    servers.map(async (server) => ({ server, account: await keptAccountOf(server) })),
  );
  // Also where the sign-in has run out: what is still kept of it may be what keeps the next one from working.
  return found.flatMap(({ server, account }) =>
    account && account.account.value !== 'unneeded' ? [{ server, account }] : [],
  );
};

const isAtWork = ({ life }: ServerWatch): boolean =>
  !['disabled', 'idle', 'stopping', 'stopped'].includes(life.value.state.kind);

const choose = async (
  ports: SignInPorts,
  found: readonly Found[],
  placeholder: string,
): Promise<Found | undefined> => {
  if (found.length <= 1) return found[0];
  const answer = await askChoice({
    title: 'MCP Lifeline',
    placeholder,
    items: found.map((each) => ({ ...serverItem(each.server, ports.words), each })),
  });
  return answer.kind === 'value' ? answer.value.each : undefined;
};

const say = (text: string): void => void vscode.window.showInformationMessage(text);

/** Runs while its progress is shown; the person may give it up. */
const withProgress = (server: ServerWatch, account: Account): PromiseLike<void> =>
  vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t(
        'Signing in to "{0}": go on in your browser… ([Show Log]({1}))',
        server.id,
        logTarget(server.id),
      ),
      cancellable: true,
    },
    async (_progress, token) => {
      const given = new AbortController();
      const ear = token.onCancellationRequested(() => given.abort());
      try {
        await account.signIn(given.signal);
      } catch (error) {
        if (!given.signal.aborted) throw error;
      } finally {
        ear.dispose();
      }
    },
  );

const sayFailure = async (
  { logs }: SignInPorts,
  server: ServerWatch,
  error: ConnectionError,
): Promise<void> => {
  const { t } = vscode.l10n;
  const again = t('Try Again');
  const log = t('Show Log');
  const text = t(
    'You are not signed in to "{0}": {1}',
    server.id,
    asNotice(logs.clean(sayDetail(error.failure, t))),
  );
  const chosen = await vscode.window.showWarningMessage(text, again, log);
  if (chosen === again) await vscode.commands.executeCommand('mcpLifeline.signIn', server.id);
  if (chosen === log) await vscode.commands.executeCommand('mcpLifeline.showLog', server.id);
};

/** The server that is meant; says why where there is none. */
const whereToSignIn = async (
  ports: SignInPorts,
  given: ServerWatch | undefined,
): Promise<Found | undefined> => {
  const { t } = vscode.l10n;
  const all = withAccounts(ports);
  if (given) {
    const found = all.find(({ server }) => server === given);
    if (!found) say(t('"{0}" has no sign-in: its entry says how it is used.', given.id));
    return found;
  }
  const asked = all.filter(({ server }) => server.life.value.state.kind === 'needs-auth');
  if (all.length === 0) void sayNothingFits(t('No server here has a sign-in.'));
  return choose(ports, asked.length > 0 ? asked : all, t('Choose the server to sign in to'));
};

export const signIn = async (ports: SignInPorts, given: ServerWatch | undefined): Promise<void> => {
  if (ports.fleet.servers.value.length === 0) return sayNoServers();
  const chosen = await whereToSignIn(ports, given);
  if (!chosen) return;
  const { server, account } = chosen;
  try {
    // The server is tried again by whoever hears that somebody has signed in, in this window or another one.
    await withProgress(server, account);
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    await sayFailure(ports, server, error);
  }
};

export const signOut = async (
  ports: SignInPorts,
  given: ServerWatch | undefined,
): Promise<void> => {
  const { t } = vscode.l10n;
  const fitting = await withKept(ports, given ? [given] : ports.fleet.servers.value);
  if (fitting.length === 0) {
    const text = given
      ? t('You are not signed in to "{0}".', given.id)
      : t('You are not signed in to any MCP server.');
    return say(text);
  }
  const chosen = await choose(ports, fitting, t('Choose the server to sign out of'));
  if (!chosen) return;
  const { server, account } = chosen;
  const wasSignedIn = account.account.value === 'signed-in';
  await account.signOut();
  // What was allowed with the old credentials must not go on as if nothing had happened.
  if (wasSignedIn && isAtWork(server)) server.startNewSession();
  say(t('You are signed out of "{0}".', server.id));
};
