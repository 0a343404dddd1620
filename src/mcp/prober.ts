// Asks a server how it is, outside the protocol: `GET /health`, and whether somebody accepts connections.
// Every probe makes its own connection: a kept one would say nothing about who listens now.
import { connect, type NetConnectOpts } from 'node:net';
import type { Clock, Millis } from '../base/clock.ts';
import { ConnectionError, wordedFailure } from '../core/connection/failure.ts';
import { asHealthBody, type HealthReading } from '../core/connection/health.ts';
import type { HttpServer } from '../core/settings.ts';
import { unsaid } from '../core/wording/unsaid.ts';
import type { Prober } from '../runtime/ports.ts';
import type { Authorizer } from './auth/ports.ts';
import { drain, readText } from './body.ts';
import { carrying } from './credentials.ts';
import { failureOfThrown } from './failures.ts';
import { type Headers, requestHeaders } from './headers.ts';
import type { Reply } from './courier.ts';
import { HttpCaller } from './request.ts';
import { isLocal, type Target, targetOf } from './target.ts';

export interface ProberDeps {
  readonly server: HttpServer;
  /** Without one, or null: nobody signs in. */
  readonly authorizer?: Authorizer | null;
  readonly probeTimeout: Millis;
  readonly clock: Clock;
}

const largestBody = 64 * 1024;
// On loopback a connection is accepted at once or not at all.
const listeningLimit: Millis = 1_000;

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // Most servers answer plain words; being up is all that they say.
    return null;
  }
};

/** Statuses with which servers say that they have no such endpoint (measured: html 404, 405, and 400). */
const saysNotOffered = (status: number): boolean => [400, 404, 405].includes(status);

/**
 * A way to another place, or a web page: the start page that a web application gives for every unknown path, or the sign-in page
 * of a proxy. It would be there without the server too, so it proves nothing.
 */
const isPage = (status: number, type: string | undefined): boolean =>
  (status >= 300 && status < 400) || (status < 300 && /^\s*text\/html\b/i.test(type ?? ''));

const cancelled = (): ConnectionError =>
  new ConnectionError(wordedFailure('cancelled', unsaid('Given up by us.')));

const connectOptions = ({ url, socketPath }: Target): NetConnectOpts => {
  if (socketPath !== null) return { path: socketPath };
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port };
};

class HttpProber implements Prober {
  readonly #deps: ProberDeps;
  readonly #target: Target;
  /** Null where health is switched off. */
  readonly #url: URL | null;

  constructor(deps: ProberDeps) {
    this.#deps = deps;
    this.#target = targetOf(deps.server.url);
    const { health } = deps.server;
    if (health !== false && !URL.canParse(health, this.#target.url.href)) {
      throw new ConnectionError(
        wordedFailure('bad-config', unsaid('The health path cannot be read.')),
      );
    }
    this.#url = health === false ? null : new URL(health, this.#target.url);
  }

  get isLocal(): boolean {
    return isLocal(this.#target);
  }

  async health(signal: AbortSignal): Promise<HealthReading | null> {
    if (this.#url === null) return null;
    const { clock, probeTimeout } = this.#deps;
    const limit = new AbortController();
    const timer = clock.after(probeTimeout, () => limit.abort());
    try {
      return await this.#ask(this.#url, AbortSignal.any([signal, limit.signal]));
    } catch (error) {
      if (signal.aborted) throw cancelled();
      if (!limit.signal.aborted) throw error;
      const text = unsaid('The health endpoint did not answer within {0} ms.', probeTimeout);
      throw new ConnectionError(wordedFailure('timeout', text), error);
    } finally {
      timer.dispose();
    }
  }

  listening(signal: AbortSignal): Promise<boolean | null> {
    if (!this.isLocal) return Promise.resolve(null);
    if (signal.aborted) return Promise.reject(cancelled());
    return new Promise((resolve, reject) => {
      const socket = connect(connectOptions(this.#target));
      const abort = (): void => {
        reject(cancelled());
        socket.destroy();
      };
      const end = (isListening: boolean): void => {
        resolve(isListening);
        socket.destroy();
      };
      const timer = this.#deps.clock.after(listeningLimit, () => end(false));
      signal.addEventListener('abort', abort, { once: true });
      socket.once('connect', () => end(true));
      socket.on('error', () => end(false));
      socket.once('close', () => {
        timer.dispose();
        signal.removeEventListener('abort', abort);
      });
    });
  }

  async #ask(url: URL, signal: AbortSignal): Promise<HealthReading | null> {
    const { clock, probeTimeout } = this.#deps;
    const startedAt = clock.steady();
    const target = { ...this.#target, url };
    const caller = new HttpCaller({ target, clock, connectTimeout: probeTimeout, pooled: false });
    const headers = await this.#headers(url, signal);
    const reply = await caller.send({ method: 'GET', headers, signal });
    const reading = await this.#read(reply, startedAt);
    if (signal.aborted) throw cancelled();
    return reading;
  }

  /** Headers may hold credentials, which go to the server's own origin only. */
  async #headers(url: URL, signal: AbortSignal): Promise<Headers> {
    const { server, authorizer } = this.#deps;
    const isOwn = url.origin === this.#target.url.origin;
    const configured = isOwn ? server.headers : {};
    const credentials = isOwn ? carrying((await authorizer?.header(signal)) ?? null) : {};
    const own = { Accept: 'application/json, text/plain;q=0.9, */*;q=0.5', ...credentials };
    return requestHeaders(configured, { id: null, protocolVersion: null }, own);
  }

  async #read(reply: Reply, startedAt: Millis): Promise<HealthReading | null> {
    if (reply.kind === 'failed')
      throw new ConnectionError(failureOfThrown(reply.error), reply.error);
    const { clock } = this.#deps;
    const { message } = reply;
    const status = message.statusCode ?? 0;
    if (saysNotOffered(status) || isPage(status, message.headers['content-type'])) {
      drain(message, clock, 0);
      return null;
    }
    const latency = clock.steady() - startedAt;
    const body = await readText(message, largestBody, () => {});
    if (body.kind === 'broke') throw new ConnectionError(failureOfThrown(body.error), body.error);
    return {
      at: clock.now(),
      steadyAt: clock.steady(),
      latency,
      status,
      body: asHealthBody(body.kind === 'whole' ? parse(body.text) : null),
    };
  }
}

/** Throws `ConnectionError` (bad-config) where the URL or health path cannot be read. */
export const httpProber = (deps: ProberDeps): Prober => new HttpProber(deps);
