// The ports at which the door listens: the preferred one, or a free one while that is taken, and later both. Always on
// 127.0.0.1. Not here: what happens to a request.
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, Server as NetServer, Socket } from 'node:net';
import type { Millis } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';

export interface ListenLimits {
  readonly headersTimeout: Millis;
  readonly requestTimeout: Millis;
  /** How often both are looked after. */
  readonly checkEvery: Millis;
  readonly maxHeaderBytes: number;
}

export interface ListenEvents {
  readonly request: RequestListener;
  /** Asks with `Expect: 100-continue` before it sends its body. */
  readonly asking: RequestListener;
  readonly connection: (socket: Socket) => void;
  readonly garbage: (error: Error, socket: Socket) => void;
  /** Something went wrong that concerns no connection in particular. */
  readonly trouble: (error: Error) => void;
}

export type Listened =
  | { readonly kind: 'listening'; readonly port: number }
  /** `code` is the system's, for example EADDRINUSE. */
  | { readonly kind: 'refused'; readonly code: string };

// Longer than the pools of the usual HTTP clients keep a connection (Go and hyper 90 s), so that it is never us who closes one
// just when a request comes along it.
const keepAlive: Millis = 120_000;

/** Elsewhere it is an error (documentation of `server.listen`), and some older Nodes know nothing of it. */
const canShare = process.platform === 'linux';

const isAddress = (address: AddressInfo | string | null): address is AddressInfo =>
  typeof address === 'object' && address !== null;

const codeOf = (error: Error): string =>
  'code' in error && typeof error.code === 'string' ? error.code : error.message;

export class DoorListeners implements Disposable {
  readonly #limits: ListenLimits;
  readonly #events: ListenEvents;
  readonly #servers = new Set<Server>();
  #ended = false;

  constructor(limits: ListenLimits, events: ListenEvents) {
    this.#limits = limits;
    this.#events = events;
  }

  /** The ports listened at, the newest first. */
  get ports(): readonly number[] {
    return [...this.#servers]
      .map((server) => server.address())
      .filter(isAddress)
      .map(({ port }) => port)
      .toReversed();
  }

  /**
   * The descriptor of the socket that listens at a port, for a process that is to inherit it. Null where it has none (Windows), or
   * nobody can tell: Node shows it nowhere but here.
   */
  descriptor(port: number): number | null {
    const server = [...this.#servers].find((one) => {
      const address = one.address();
      return isAddress(address) && address.port === port;
    });
    const handle: unknown = server && Reflect.get(server, '_handle');
    const fd: unknown = typeof handle === 'object' && handle && Reflect.get(handle, 'fd');
    return typeof fd === 'number' && fd > 2 ? fd : null;
  }

  /** Listens at one more port; 0 lets the system choose. `isShared`: beside an earlier life of ours, where the system can do that. */
  listen(port: number, isShared: boolean): Promise<Listened> {
    const server = this.#make();
    return new Promise((resolve) => {
      const refuse = (error: Error): void => resolve({ kind: 'refused', code: codeOf(error) });
      server.once('error', refuse);
      const reusePort = isShared && canShare;
      server.listen({ host: '127.0.0.1', port, exclusive: true, reusePort }, () => {
        server.off('error', refuse);
        server.on('error', this.#events.trouble);
        const address = server.address();
        if (this.#ended || !isAddress(address)) {
          server.close();
          resolve({ kind: 'refused', code: 'the door was closed' });
          return;
        }
        this.#servers.add(server);
        resolve({ kind: 'listening', port: address.port });
      });
    });
  }

  /** Takes no new connection from now on; those that stand are left alone. */
  close(): void {
    this.#ended = true;
    // An HTTP server's own `close` ends connections that rest, on which a request may be on its way (Node 19 and later).
    for (const server of this.#servers) NetServer.prototype.close.call(server);
  }

  /** Nothing is looked after any more either. */
  dispose(): void {
    this.close();
    for (const server of this.#servers) server.close();
    this.#servers.clear();
  }

  #make(): Server {
    const { headersTimeout, requestTimeout, checkEvery, maxHeaderBytes } = this.#limits;
    const options = {
      noDelay: true,
      maxHeaderSize: maxHeaderBytes,
      headersTimeout,
      requestTimeout,
      connectionsCheckingInterval: checkEvery,
      keepAliveTimeout: keepAlive,
      // HTTP/1.1 has one (RFC 9112, section 3.2); the guard asks the same of HTTP/1.0.
      requireHostHeader: true,
      insecureHTTPParser: false,
    };
    const server = createServer(options, this.#events.request);
    // Streams live for ever.
    server.timeout = 0;
    // All of them are seen, or one could hide behind the others; their bytes are limited.
    server.maxHeadersCount = 0;
    server.on('checkContinue', this.#events.asking);
    server.on('connection', this.#events.connection);
    server.on('clientError', (error, socket) => {
      // The type allows any stream; over TCP it is a socket.
      if (socket instanceof Socket) this.#events.garbage(error, socket);
      else socket.destroy();
    });
    return server;
  }
}
