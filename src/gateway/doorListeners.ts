// The ports at which the door listens: the preferred one, or a free one while that is taken, and later both. Always on
// 127.0.0.1. At one of them another process may listen for us. Not here: what happens to a request, and who that is (portKeeper.ts).
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, Server as NetServer, Socket } from 'node:net';
import type { SendHandle } from 'node:child_process';
import type { Millis } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import { handleOf, type SharedHandle } from './sharedSockets.ts';

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

interface Listener {
  readonly server: Server;
  readonly port: number;
  readonly isShared: boolean;
  /** Another process takes what comes there, and brings it. */
  isYielded: boolean;
}

const isAddress = (address: AddressInfo | string | null): address is AddressInfo =>
  typeof address === 'object' && address !== null;

const codeOf = (error: Error): string =>
  'code' in error && typeof error.code === 'string' ? error.code : error.message;

/** An HTTP server's own `close` ends connections that rest, on which a request may be on its way (Node 19 and later). */
const stopListening = (server: Server): void => void NetServer.prototype.close.call(server);

export class DoorListeners implements Disposable {
  readonly #limits: ListenLimits;
  readonly #events: ListenEvents;
  readonly #listeners = new Set<Listener>();
  #ended = false;

  constructor(limits: ListenLimits, events: ListenEvents) {
    this.#limits = limits;
    this.#events = events;
  }

  /** The ports listened at, the newest first. */
  get ports(): readonly number[] {
    return [...this.#listeners].map(({ port }) => port).toReversed();
  }

  /** The socket that listens at a port, for a process that is to take what comes there. Null where it cannot be given away. */
  listener(port: number): (SharedHandle & SendHandle) | null {
    const found = this.#at(port);
    return found && !found.isYielded ? handleOf(found.server) : null;
  }

  /** Listens at one more port; 0 lets the system choose. `isShared`: beside an earlier life of ours, where the system can do that. */
  async listen(port: number, isShared: boolean): Promise<Listened> {
    const server = this.#make();
    const listened = await this.#bind(server, port, isShared);
    if (listened.kind === 'listening')
      this.#listeners.add({ server, port: listened.port, isShared, isYielded: false });
    return listened;
  }

  /** Another process listens there from now on, and brings what comes. */
  yield(port: number): void {
    const found = this.#at(port);
    if (!found) return;
    found.isYielded = true;
    stopListening(found.server);
  }

  /** Here it is, as if it had come by itself. */
  bring(port: number, socket: Socket): void {
    const found = this.#at(port);
    if (found && !this.#ended) found.server.emit('connection', socket);
    else socket.destroy();
  }

  /** Listens again where another process did. False while the port cannot be had. */
  async takeBack(port: number): Promise<boolean> {
    const found = this.#at(port);
    if (!found?.isYielded) return true;
    const listened = await this.#bind(found.server, port, found.isShared);
    if (listened.kind === 'refused') return this.#ended;
    found.isYielded = false;
    return true;
  }

  /** Takes no new connection from now on; those that stand are left alone. */
  close(): void {
    this.#ended = true;
    for (const { server } of this.#listeners) stopListening(server);
  }

  /** Nothing is looked after any more either. */
  dispose(): void {
    this.close();
    for (const { server } of this.#listeners) server.close();
    this.#listeners.clear();
  }

  #at(port: number): Listener | undefined {
    return [...this.#listeners].find((one) => one.port === port);
  }

  #bind(server: Server, port: number, isShared: boolean): Promise<Listened> {
    const { trouble } = this.#events;
    return new Promise((resolve) => {
      const refuse = (error: Error): void => resolve({ kind: 'refused', code: codeOf(error) });
      server.off('error', trouble);
      server.once('error', refuse);
      const reusePort = isShared && canShare;
      server.listen({ host: '127.0.0.1', port, exclusive: true, reusePort }, () => {
        server.off('error', refuse);
        server.on('error', trouble);
        const address = server.address();
        if (this.#ended || !isAddress(address)) {
          server.close();
          resolve({ kind: 'refused', code: 'the door was closed' });
        } else resolve({ kind: 'listening', port: address.port });
      });
    });
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
