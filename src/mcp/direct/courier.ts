// Carries requests to a server on this machine over plain sockets. Node's client would do as well and takes longer for each call
// than everything else that we do with it; for servers elsewhere, whose network takes longer still, it is what is used
// (nodeCourier.ts). Not here: redirects (request.ts).
import { validateHeaderName, validateHeaderValue } from 'node:http';
import { connect } from 'node:net';
import { ConnectionError, type Failure, wordedFailure } from '../../core/connection/failure.ts';
import { unsaid } from '../../core/wording/unsaid.ts';
import type { Courier, CourierDeps, HttpAsk, Reply } from '../courier.ts';
import { connectingTooLong, keepAliveProbe, longestIdle, turn } from '../courier.ts';
import type { HttpMessage } from '../httpMessage.ts';
import { isLocal, type Target } from '../target.ts';
import { DirectConnection } from './connection.ts';

/** A server that can be talked to this way: here, in the clear, and without a password in its URL. */
export const isDirect = (target: Target): boolean => {
  const { protocol, username, password } = target.url;
  const isPlain = protocol === 'http:' && username === '' && password === '';
  return target.socketPath === null && isPlain && isLocal(target);
};

// oxlint-disable-next-line no-control-regex -- The point is which characters are of one byte.
const ascii = /^[\x00-\x7f]*$/;

/** The head of a request. Throws for a header that cannot be sent. */
const headOf = ({ method, headers, body }: HttpAsk, url: URL): string => {
  let lines = '';
  let hasHost = false;
  for (const name in headers) {
    const value = headers[name] ?? '';
    validateHeaderName(name);
    validateHeaderValue(name, value);
    hasHost ||= name.toLowerCase() === 'host';
    lines += `${name}: ${value}\r\n`;
  }
  if (!hasHost) lines += `Host: ${url.host}\r\n`;
  if (body !== undefined) lines += `Content-Length: ${Buffer.byteLength(body)}\r\n`;
  return `${method} ${url.pathname}${url.search} HTTP/1.1\r\n${lines}Connection: keep-alive\r\n\r\n`;
};

export class DirectCourier implements Courier {
  readonly #deps: CourierDeps;
  /** The one used last stands last. */
  readonly #free = new Set<DirectConnection>();
  readonly #busy = new Set<DirectConnection>();
  /** Those that are not kept when they are free again. */
  readonly #outdated = new WeakSet<DirectConnection>();
  #looking: Promise<void> | null = null;
  #ended: Failure | null = null;

  constructor(deps: CourierDeps) {
    this.#deps = deps;
  }

  /** Everybody who comes meanwhile is served by the same look: it is over only when the kernel was asked after they came. */
  dropDead(): Promise<void> {
    if (this.#free.size === 0) return Promise.resolve();
    this.#looking ??= this.#look();
    return this.#looking;
  }

  once(ask: HttpAsk, url: URL): Promise<Reply> {
    return new Promise((resolve) => {
      let head: string;
      try {
        if (this.#ended) throw new ConnectionError(this.#ended);
        head = headOf(ask, url);
      } catch (error) {
        return resolve({ kind: 'failed', error, written: false });
      }
      const connection = [...this.#free].at(-1) ?? this.#connect(url);
      this.#free.delete(connection);
      this.#busy.add(connection);
      this.#carry(connection, ask, head, resolve);
    });
  }

  reset(): void {
    for (const connection of this.#busy) this.#outdated.add(connection);
    for (const connection of this.#free) connection.destroy();
  }

  end(failure: Failure): void {
    this.#ended = failure;
    for (const connection of [...this.#busy, ...this.#free])
      connection.destroy(new ConnectionError(failure));
  }

  async #look(): Promise<void> {
    await turn();
    await turn();
    // Whatever has died meanwhile has said so, and is not among the free ones any more.
    this.#looking = null;
  }

  #connect(url: URL): DirectConnection {
    const socket = connect({
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: Number(url.port) || 80,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: keepAliveProbe,
    });
    return new DirectConnection(socket, {
      free: (connection, restsFor) => this.#rest(connection, restsFor),
      gone: (connection) => {
        this.#free.delete(connection);
        this.#busy.delete(connection);
      },
    });
  }

  #rest(connection: DirectConnection, restsFor: number | null): void {
    this.#busy.delete(connection);
    // What a server announces is when it closes; a request must not meet that.
    const time = restsFor === null ? longestIdle : Math.min(longestIdle, restsFor - 1000);
    if (this.#outdated.has(connection) || this.#ended !== null || time <= 0)
      return connection.destroy();
    this.#free.add(connection);
    connection.rest(time);
  }

  #carry(
    connection: DirectConnection,
    ask: HttpAsk,
    head: string,
    resolve: (reply: Reply) => void,
  ): void {
    const { clock, connectTimeout } = this.#deps;
    const { signal, body = '' } = ask;
    let written = !connection.isConnecting;
    const abort = (): void => connection.destroy(aborted());
    const limit = written
      ? null
      : clock.after(connectTimeout, () => connection.destroy(connectingTooLong(connectTimeout)));
    if (limit)
      connection.onConnected(() => {
        written = true;
        limit.dispose();
      });
    const settled = (): void => {
      limit?.dispose();
      signal?.removeEventListener('abort', abort);
    };
    connection.send(head, body, ascii.test(head), {
      answered: (message) => {
        if (signal) leaveWith(message, settled);
        resolve({ kind: 'response', message });
      },
      failed: (error) => {
        settled();
        resolve({ kind: 'failed', error, written });
      },
    });
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  }
}

const leaveWith = (message: HttpMessage, settled: () => void): void => {
  message.once('close', settled);
};

const aborted = (): Error =>
  new ConnectionError(wordedFailure('cancelled', unsaid('Nobody waits for the answer any more.')));
