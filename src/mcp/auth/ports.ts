// What signing in needs of the outside, and what a link needs of signing in. Types only.
// Not here: the protocol of it (the SDK's auth), and the editor's side (host).
import type { Disposable } from '../../base/disposable.ts';
import type { Signal } from '../../base/signal.ts';
import type { Failure } from '../../core/connection/failure.ts';

/** Texts kept as secrets, by key, shared by all windows of the user. */
export interface TokenVault {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string): Promise<void>;
  delete(key: string): Promise<void>;
  /** Also where another window changed it. */
  onChange(listener: (key: string) => void): Disposable;
}

/** One at a time for each key, over all windows on this machine. */
export interface Mutex {
  run<T>(key: string, work: () => Promise<T>): Promise<T>;
  /** What was noted last under the key, in whichever window; null where that is not known. */
  noted(key: string): Promise<string | null>;
  /** For whoever works under the key next, who sees it at once. It must hold no secret. */
  note(key: string, text: string): Promise<void>;
}

/** Where the authorization server sends the person back to. Ends with `dispose`. */
export interface Landing extends Disposable {
  readonly redirectUrl: string;
  /**
   * Opens the page for the person and waits for the way back. Resolves with the query of the redirect, whose `state` was
   * compared with that of `url`. Rejects with `ConnectionError` (unauthorized: not finished; cancelled).
   */
  visit(url: URL, signal: AbortSignal): Promise<URLSearchParams>;
}

/** The ways back from the page. */
export interface Landings {
  /** By an address of the editor, which stays the same; null where there is no editor. */
  readonly editor: (() => Promise<Landing>) | null;
  /** By a listener on this machine: at `http://localhost:PORT/callback` where a port is given, else wherever there is room. */
  readonly loopback: (port: number | null) => Promise<Landing>;
}

/** What a server said when it refused. */
export interface Challenge {
  readonly status: 401 | 403;
  /** `WWW-Authenticate`, all of them joined; null where it sent none. */
  readonly header: string | null;
}

export type Account =
  /** The server never asked. */
  | 'unneeded'
  | 'signed-in'
  /** A person must sign in (again). */
  | 'signed-out';

/** The credentials for one server. One for each server in a window, whoever uses it. */
export interface Authorizer {
  readonly account: Signal<Account>;
  /**
   * Why nothing is to be sent for now: a call needs more rights than the person has granted, who is asked for them. Null most of
   * the time, and again after a few seconds: then the server is used with the rights there are, whether or not somebody signs in.
   */
  readonly demand: Failure | null;
  /** The `Authorization` header for the next request; refreshed before if it has run out. Null: none is known. Never rejects. */
  header(signal?: AbortSignal): Promise<string | null>;
  /** The server took a request that carried `used`. */
  accepted(used: string | null): void;
  /**
   * The server refused a request that carried `used`. Null: other credentials are there now, so that the request may be sent
   * once more. Otherwise how the refusal is to be understood: `unauthorized`, `lacks-rights`, or `unrenewed` where the
   * authorization server is only away. Never opens a page. Never rejects.
   */
  challenged(
    challenge: Challenge,
    used: string | null,
    signal?: AbortSignal,
  ): Promise<Failure | null>;
  /** A person wants it: opens the page and waits. Rejects with `ConnectionError`. */
  signIn(signal: AbortSignal): Promise<void>;
  /** Revokes where the server offers it (RFC 7009), and forgets everything. */
  signOut(): Promise<void>;
}
