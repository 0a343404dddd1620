// Every kind of failure in words: a title, what happened, and what a person can do. Read off the kind, never off the
// detail, which is technical and stands beside it. Not here: what we do about it (wording.ts).
import type { Failure, FailureKind } from '../connection/failure.ts';
import { formatAge } from './time.ts';
import type { Say } from './say.ts';

export interface FailureWords {
  /** A few words in lower case, for a line that has more to say. */
  readonly title: string;
  readonly happened: string;
  readonly advice: string;
}

type Describe = (
  say: Say,
  failure: Failure,
) => readonly [title: string, happened: string, advice: string];

const statusOf = (say: Say, failure: Failure): string =>
  failure.status === null ? say('an error') : say('HTTP status {0}', failure.status);

const words: Readonly<Record<FailureKind, Describe>> = {
  refused: (say) => [
    say('connection refused'),
    say('Nobody listens at the address of the server.'),
    say('Start the server, or check the port in its URL.'),
  ],
  unresolved: (say) => [
    say('name not found'),
    say('The host name of the server cannot be resolved.'),
    say('Check the network or VPN, and the host name in the URL.'),
  ],
  network: (say) => [
    say('network problem'),
    say('The network lost the way to the server.'),
    say('Check the network, VPN or proxy.'),
  ],
  certificate: (say) => [
    say('certificate not trusted'),
    say('The certificate of the server is expired, or it is not trusted here.'),
    say('Renew the certificate of the server, or have this computer trust its issuer.'),
  ],
  timeout: (say) => [
    say('timed out'),
    say('The server did not answer in time.'),
    say('Check whether the server is overloaded or stuck.'),
  ],
  closed: (say) => [
    say('connection closed'),
    say('The connection to the server was closed.'),
    say('If this repeats, look into the log of the server.'),
  ],
  silent: (say) => [
    say('no sign of life'),
    say('The server no longer answers, although its connection looks open.'),
    say(
      'If this repeats, check whether the server hangs, or whether a proxy drops idle connections.',
    ),
  ],
  'session-lost': (say) => [
    say('session lost'),
    say('The server no longer knows our session.'),
    say('Nothing needs to be done; what the server kept in the old session is gone.'),
  ],
  restarted: (say) => [
    say('server restarted'),
    say('The server was restarted.'),
    say('Nothing needs to be done; what the server kept in the old session is gone.'),
  ],
  unauthorized: (say) => [
    say('sign-in needed'),
    say('The server asks for a sign-in, or refuses the one it was given.'),
    say("Sign in, or correct the credentials in the 'headers' of the server; then reconnect."),
  ],
  forbidden: (say) => [
    say('access forbidden'),
    say('The server refuses access (HTTP status 403).'),
    say(
      'Check your permissions; some servers also refuse by host name (localhost instead of 127.0.0.1).',
    ),
  ],
  'lacks-rights': (say) => [
    say('rights missing'),
    say('It needs rights that your sign-in was not granted.'),
    say('Use Sign In to grant them, or sign in with an account that has them.'),
  ],
  unrenewed: (say) => [
    say('sign-in service away'),
    say('The access to the server has run out, and the service that renews it cannot be reached.'),
    say('You stay signed in. If it lasts, check your network, or sign in again.'),
  ],
  'rate-limited': (say, { retryAfter }) => [
    say('too many requests'),
    retryAfter === null
      ? say('The server says that it got too many requests.')
      : say(
          'The server says that it got too many requests, and asks to wait {0}.',
          formatAge(retryAfter, say),
        ),
    say('Wait; if this repeats, let fewer clients use the server at once.'),
  ],
  'server-error': (say, failure) => [
    say('server error'),
    say('The server answered with {0}.', statusOf(say, failure)),
    say('Look into the log of the server.'),
  ],
  'endpoint-missing': (say) => [
    say('endpoint not found'),
    say('There is no MCP endpoint at the URL (HTTP status 404).'),
    say('Check the path in the URL (often /mcp), or whether the server behind a proxy is up.'),
  ],
  'method-not-allowed': (say) => [
    say('not a Streamable HTTP endpoint'),
    say('The URL answers, but takes no MCP requests (HTTP status 405).'),
    say('Check the path in the URL; an old HTTP+SSE server has another endpoint.'),
  ],
  redirected: (say) => [
    say('redirected elsewhere'),
    say(
      'The server sends requests on to another address, which is not followed because credentials would go along.',
    ),
    say('If you trust the other address, put it into the URL.'),
  ],
  'not-mcp': (say) => [
    say('not an MCP server'),
    say('Something answers at the URL, but it does not speak MCP.'),
    say('Check the URL; a sign-in page of a proxy or network may answer instead of the server.'),
  ],
  malformed: (say) => [
    say('answer not understood'),
    say('The server sent something that is no valid MCP message.'),
    say('Look into the log of the server, and report this to its authors.'),
  ],
  'too-large': (say) => [
    say('answer too large'),
    say('The server sent an answer that is larger than the limit.'),
    say('Ask for less at once, or raise the setting mcpLifeline.maxMessageBytes.'),
  ],
  rejected: (say) => [
    say('handshake rejected'),
    say('The server refused the handshake.'),
    say('Look into the log of the server for the reason.'),
  ],
  'unsupported-version': (say) => [
    say('protocol version not supported'),
    say('The server and MCP Lifeline share no version of the protocol.'),
    say('Update the server or MCP Lifeline.'),
  ],
  unapproved: (say) => [
    say('waits for your leave'),
    say('The server is defined in a workspace file, and nothing of it runs before you allow it.'),
    say('Review what it would run and allow it.'),
  ],
  'needs-input': (say) => [
    say('value missing'),
    say('A value that the server needs has not been given.'),
    say('Enter the value, then reconnect.'),
  ],
  'helper-failed': (say) => [
    say('no headers'),
    say("The command of 'headersHelper' gave no headers."),
    say('Look into the log of the server for what it said, and try the command in a terminal.'),
  ],
  'bad-config': (say) => [
    say('settings not usable'),
    say('The server cannot be used with its present settings.'),
    say('Correct its entry in the settings.'),
  ],
  'command-missing': (say) => [
    say('command not found'),
    say('The program that starts the server was not found, or may not be run.'),
    say("Install it, or correct 'command' in the settings of the server."),
  ],
  'process-exited': (say) => [
    say('process exited'),
    say('The process of the server has ended.'),
    say('Look into the log of the server for its last lines.'),
  ],
  blocked: (say) => [
    say('blocked'),
    say('A policy or an untrusted workspace does not allow this server.'),
    say('Trust the workspace, or ask who administers this computer.'),
  ],
  cancelled: (say) => [
    say('cancelled'),
    say('The try was cancelled.'),
    say('Reconnect when you want to use the server.'),
  ],
};

export const describeFailure = (failure: Failure, say: Say): FailureWords => {
  const [title, happened, advice] = words[failure.kind](say, failure);
  return { title, happened, advice };
};
