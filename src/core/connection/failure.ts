// The closed list of ways a connection can fail, and what each means for what we do next.
// Not here: how a thrown thing becomes a Failure (mcp/failures.ts) and how it is worded (core/wording.ts).
import type { Millis } from '../../base/clock.ts';
import { inEnglish } from '../wording/english.ts';
import { sayNow, type Unsaid } from '../wording/unsaid.ts';

export type FailureKind =
  | 'refused'
  | 'unresolved'
  | 'network'
  | 'certificate'
  | 'timeout'
  | 'closed'
  | 'silent'
  | 'session-lost'
  | 'restarted'
  | 'unauthorized'
  | 'forbidden'
  | 'lacks-rights'
  | 'unrenewed'
  | 'rate-limited'
  | 'server-error'
  | 'endpoint-missing'
  | 'method-not-allowed'
  | 'redirected'
  | 'not-mcp'
  | 'malformed'
  | 'too-large'
  | 'rejected'
  | 'unsupported-version'
  | 'needs-input'
  | 'unapproved'
  | 'helper-failed'
  | 'bad-config'
  | 'command-missing'
  | 'process-exited'
  | 'blocked'
  | 'cancelled';

export interface Failure {
  readonly kind: FailureKind;
  /** One technical line for the log, for records and for programs, in English; free of secrets. */
  readonly detail: string;
  /** The same for a person's screen (wording/detail.ts), where the line is ours and not a server's or the system's. */
  readonly words?: Unsaid | undefined;
  /** HTTP status, or null where there was no HTTP answer. */
  readonly status: number | null;
  /** What the server asked us to wait (`Retry-After`, RFC 9110 section 10.2.3), or null. */
  readonly retryAfter: Millis | null;
}

/** One whose line is somebody else's: of a server, of the system. What we say ourselves is a `wordedFailure`. */
export const aFailure = (
  kind: FailureKind,
  detail: string,
  more: Partial<Failure> = {},
): Failure => ({
  status: null,
  retryAfter: null,
  ...more,
  kind,
  detail,
});

export const wordedFailure = (
  kind: FailureKind,
  words: Unsaid,
  more: Partial<Failure> = {},
): Failure => ({ ...aFailure(kind, sayNow(words, inEnglish), more), words });

/**
 * What we do about it: `retry` with backoff; `slow`: it looks permanent, so say so, yet keep probing at
 * the slowest pace; `auth` and `input`: a person must act; `never`: only a changed setting can help.
 */
export type Course = 'retry' | 'slow' | 'auth' | 'input' | 'crash' | 'never';

export interface FailureTraits {
  readonly course: Course;
  /** The session we had is certainly gone: the next attempt starts a new one. */
  readonly endsSession: boolean;
  /** The server was reached and did not run the request: it may be sent again (class B). */
  readonly unexecuted: boolean;
  /**
   * It says nothing about other requests on the same link: the server is there and answers each for itself, or its
   * old process is finishing them. They are left to end by themselves for a while.
   */
  readonly sparesOthers: boolean;
  /** It says nothing about the link either, and the same request would be refused again. */
  readonly isOfOneRequest: boolean;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
}

const traits = (
  course: Course,
  level: FailureTraits['level'],
  more: Partial<FailureTraits> = {},
): FailureTraits => ({
  course,
  level,
  endsSession: false,
  unexecuted: false,
  sparesOthers: more.unexecuted ?? false,
  isOfOneRequest: false,
  ...more,
});

export const failureTraits: Readonly<Record<FailureKind, FailureTraits>> = {
  // Nobody listens: the commonest sight while a dev server rebuilds.
  // A server that ends in order stops listening first and then answers what it has begun.
  refused: traits('retry', 'info', { sparesOthers: true }),
  // A name that does not resolve comes back with the VPN.
  unresolved: traits('retry', 'info'),
  network: traits('retry', 'info'),
  // Somebody must renew or trust a certificate; we look again now and then.
  certificate: traits('slow', 'error'),
  timeout: traits('retry', 'info'),
  closed: traits('retry', 'info'),
  silent: traits('retry', 'warn'),
  'session-lost': traits('retry', 'info', { endsSession: true, unexecuted: true }),
  // Seen by health polling. A server may have kept the session; the next attempt has it proven (runtime/handshake.ts).
  restarted: traits('retry', 'info', { sparesOthers: true }),
  unauthorized: traits('auth', 'warn', { unexecuted: true }),
  // A 403 is often a Host or Origin rule of the server and no matter of signing in (Playwright's server).
  forbidden: traits('slow', 'error', { unexecuted: true }),
  // The server is fine, and other calls need less. In a handshake it lasts until somebody signs in with more.
  'lacks-rights': traits('slow', 'warn', { unexecuted: true, isOfOneRequest: true }),
  // The server wants newer credentials, and who gives them cannot be reached: no sign-out, only a wait.
  unrenewed: traits('retry', 'warn', { unexecuted: true }),
  'rate-limited': traits('retry', 'warn', { unexecuted: true }),
  'server-error': traits('retry', 'warn'),
  // A 404 without a session: a proxy whose backend restarts, or a wrong path. Both look the same.
  'endpoint-missing': traits('retry', 'warn', { unexecuted: true }),
  'method-not-allowed': traits('slow', 'error', { unexecuted: true }),
  redirected: traits('slow', 'error', { unexecuted: true }),
  'not-mcp': traits('slow', 'error'),
  malformed: traits('retry', 'warn'),
  'too-large': traits('retry', 'warn'),
  rejected: traits('slow', 'error'),
  'unsupported-version': traits('slow', 'error'),
  'needs-input': traits('input', 'warn'),
  // An entry of a workspace file runs nothing before somebody has seen what it would run.
  unapproved: traits('input', 'warn'),
  // A command of the user's that prints headers: it may need a network or a sign-in that comes back.
  'helper-failed': traits('retry', 'warn'),
  'bad-config': traits('never', 'error'),
  'command-missing': traits('never', 'error'),
  'process-exited': traits('crash', 'warn', { endsSession: true }),
  blocked: traits('never', 'error'),
  cancelled: traits('retry', 'debug'),
};

/** What a caller's promise, or a dialer's, rejects with. */
export class ConnectionError extends Error {
  readonly failure: Failure;

  constructor(failure: Failure, cause?: unknown) {
    super(failure.detail, { cause });
    this.name = 'ConnectionError';
    this.failure = failure;
  }
}
