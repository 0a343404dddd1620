// One HTTP request at a time to one server, over connections that are kept for the next one. There is no limit on
// how long an answer may take, only on connecting: Node's fetch gives up after 300 s of silence, whatever MCP
// timeout is set, and cannot say whether a request was written. Not here: what an answer means.
import {
  Agent,
  type ClientRequest,
  type IncomingMessage,
  request as requestPlain,
} from 'node:http';
import { Agent as SecureAgent, request as requestSecure, type RequestOptions } from 'node:https';
import type { Socket } from 'node:net';
import type { Clock, Millis } from '../base/clock.ts';
import { aFailure, ConnectionError, type Failure } from '../core/connection/failure.ts';
import { drain } from './body.ts';
import type { Headers } from './headers.ts';
import type { Target } from './target.ts';

export interface HttpAsk {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly headers: Headers;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

export type Reply =
  | { readonly kind: 'response'; readonly message: IncomingMessage }
  /** `written`: bytes of the request may have left. */
  | { readonly kind: 'failed'; readonly error: unknown; readonly written: boolean };

export interface HttpCallerDeps {
  readonly target: Target;
  readonly clock: Clock;
  readonly connectTimeout: Millis;
  /** Whether connections are kept. A probe wants a new one each time: it asks whether somebody accepts. */
  readonly pooled: boolean;
}

// Node servers close idle connections after 5 s, and many say so; below that nobody closes while we write.
const longestIdle = 4_000;
// The kernel asks a silent peer whether it is still there after this long.
const keepAliveProbe = 15_000;
const mostHops = 5;
const drainTime = 1_000;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const isDead = (socket: Socket): boolean =>
  socket.destroyed || socket.readableEnded || !socket.writable || socket.errored !== null;

/** Where a redirect that may be followed leads: 307 and 308 keep the method, and only the same origin is trusted. */
const redirectOf = (message: IncomingMessage, url: URL): URL | null => {
  const { location } = message.headers;
  if (message.statusCode !== 307 && message.statusCode !== 308) return null;
  if (!location || !URL.canParse(location, url.href)) return null;
  const next = new URL(location, url);
  return next.origin === url.origin ? next : null;
};

/** Calls `connected` when bytes of the request may leave; later is a lie, earlier merely pessimistic. */
const watchConnecting = (request: ClientRequest, secure: boolean, connected: () => void): void => {
  request.once('socket', (socket) => {
    if (request.reusedSocket || !socket.connecting) connected();
    else socket.once(secure ? 'secureConnect' : 'connect', connected);
  });
};

export class HttpCaller {
  readonly #deps: HttpCallerDeps;
  readonly #live = new Set<ClientRequest>();
  #agent: Agent;
  #ended: Failure | null = null;

  constructor(deps: HttpCallerDeps) {
    this.#deps = deps;
    this.#agent = this.#newAgent();
  }

  /** Resolves with the head of the answer, redirects within the origin followed. Never rejects. */
  async send(ask: HttpAsk, from: URL = this.#deps.target.url): Promise<Reply> {
    let url = from;
    for (let hops = 0; ; hops += 1) {
      await this.#dropDead();
      const reply = await this.#once(ask, url);
      const next =
        reply.kind === 'response' && hops < mostHops ? redirectOf(reply.message, url) : null;
      if (reply.kind === 'failed' || next === null) return reply;
      // The body of a redirect is of no use, but the connection is.
      drain(reply.message, this.#deps.clock, drainTime);
      url = next;
    }
  }

  /** Leaves the kept connections behind; those in use may finish and are not kept. */
  reset(): void {
    const old = this.#agent;
    this.#agent = this.#newAgent();
    old.maxFreeSockets = 0;
    for (const socket of Object.values(old.freeSockets).flat()) socket?.destroy();
  }

  /** Ends everything for good, with `failure` as the reason. */
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

  /**
   * A server that died leaves its farewell in the kernel while our process is busy or asleep. Writing to such a
   * connection would leave the fate of a call unknown, so give the event loop a chance to hear it first. Two turns:
   * the first may only finish the present one, the second asks the kernel (some 10 µs together).
   */
  async #dropDead(): Promise<void> {
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

  #once(ask: HttpAsk, url: URL): Promise<Reply> {
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
      const limit = clock.after(connectTimeout, () => {
        const text = `Connecting took longer than ${connectTimeout} ms.`;
        request.destroy(new ConnectionError(aFailure('timeout', text)));
      });
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
}
