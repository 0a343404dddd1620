// Carries requests with Node's own HTTP client: over TLS, to sockets with a path, and to servers elsewhere. Not here: redirects
// (request.ts), and servers on this machine (direct/courier.ts).
import { Agent, type ClientRequest, request as requestPlain } from 'node:http';
import { Agent as SecureAgent, request as requestSecure, type RequestOptions } from 'node:https';
import type { Socket } from 'node:net';
import { ConnectionError, type Failure } from '../core/connection/failure.ts';
import type { Courier, CourierDeps, HttpAsk, Reply } from './courier.ts';
import { connectingTooLong, keepAliveProbe, longestIdle, turn } from './courier.ts';

const isDead = (socket: Socket): boolean =>
  socket.destroyed || socket.readableEnded || !socket.writable || socket.errored !== null;

/** Calls `connected` when bytes of the request may leave; later is a lie, earlier merely pessimistic. */
const watchConnecting = (request: ClientRequest, secure: boolean, connected: () => void): void => {
  request.once('socket', (socket) => {
    if (request.reusedSocket || !socket.connecting) connected();
    else socket.once(secure ? 'secureConnect' : 'connect', connected);
  });
};

export class NodeCourier implements Courier {
  readonly #deps: CourierDeps;
  readonly #live = new Set<ClientRequest>();
  #agent: Agent;
  #ended: Failure | null = null;

  constructor(deps: CourierDeps) {
    this.#deps = deps;
    this.#agent = this.#newAgent();
  }

  async dropDead(): Promise<void> {
    if (Object.keys(this.#agent.freeSockets).length === 0) return;
    await turn();
    await turn();
    const dead = Object.values(this.#agent.freeSockets)
      .flat()
      .filter((socket) => socket && isDead(socket));
    if (dead.length === 0) return;
    for (const socket of dead) socket?.destroy();
    // The agent forgets a socket when it is told of its end.
    await turn();
  }

  once(ask: HttpAsk, url: URL): Promise<Reply> {
    return new Promise((resolve) => {
      let written = false;
      let request: ClientRequest;
      try {
        request = this.#open(ask, url);
      } catch (error) {
        // A header or URL that Node refuses to send, or the caller has ended.
        return resolve({ kind: 'failed', error, written });
      }
      this.#live.add(request);
      const { clock, connectTimeout } = this.#deps;
      const limit = clock.after(connectTimeout, () =>
        request.destroy(connectingTooLong(connectTimeout)),
      );
      watchConnecting(request, url.protocol === 'https:', () => {
        written = true;
        limit.dispose();
      });
      request.setSocketKeepAlive(true, keepAliveProbe);
      let answered = false;
      request.once('response', (message) => {
        answered = true;
        resolve({ kind: 'response', message });
      });
      // Stays for the whole life: after the response the same trouble is told again on the message.
      request.on('error', (error) => resolve({ kind: 'failed', error, written }));
      request.once('close', () => {
        limit.dispose();
        this.#live.delete(request);
        if (!answered) resolve({ kind: 'failed', error: new Error('closed'), written });
      });
      request.end(ask.body);
    });
  }

  reset(): void {
    const old = this.#agent;
    this.#agent = this.#newAgent();
    old.maxFreeSockets = 0;
    for (const socket of Object.values(old.freeSockets).flat()) socket?.destroy();
  }

  end(failure: Failure): void {
    this.#ended = failure;
    for (const request of this.#live) request.destroy(new ConnectionError(failure));
    this.#agent.destroy();
  }

  #newAgent(): Agent {
    const { target, pooled } = this.#deps;
    const Kind = target.url.protocol === 'https:' ? SecureAgent : Agent;
    // The agent's timeout is for idle connections only: requests set their own, none. Node shortens it to what the
    // server announced in `Keep-Alive`.
    return new Kind({ keepAlive: pooled, keepAliveMsecs: keepAliveProbe, timeout: longestIdle });
  }

  #options(ask: HttpAsk): RequestOptions {
    const { target } = this.#deps;
    const length =
      ask.body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(ask.body)) };
    return {
      method: ask.method,
      headers: { ...ask.headers, ...length },
      agent: this.#agent,
      // None: an answer may take hours, and a stream may be silent for as long.
      timeout: 0,
      ...(ask.signal ? { signal: ask.signal } : {}),
      ...(target.socketPath === null ? {} : { socketPath: target.socketPath }),
    };
  }

  #open(ask: HttpAsk, url: URL): ClientRequest {
    if (this.#ended) throw new ConnectionError(this.#ended);
    const request = url.protocol === 'https:' ? requestSecure : requestPlain;
    return request(url, this.#options(ask));
  }
}
