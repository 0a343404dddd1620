// What goes out on the present link on behalf of calls: requests under our ids, resumed streams, the list of tools. Each wait
// can be given up by its id. Not here: when any of it is due (core/calls) and what its fate means (caller.ts).
import type { Clock, Millis } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import type { Fate } from '../core/calls/fate.ts';
import { isObject, type JsonObject, type RpcRequest } from '../core/rpc.ts';
import { exchangeWithin } from './handshake.ts';
import type { Link } from './ports.ts';

/** The link that calls go out on, and the epoch it belongs to. */
export interface Carrier {
  readonly link: Link;
  readonly epoch: number;
}

/** How an exchange ended, and on the link of which epoch. */
export interface Carried {
  readonly fate: Fate;
  readonly epoch: number;
}

/** For one page of the list of tools, while a call waits for it. */
const listLimit: Millis = 10_000;
/** A server that works on a call without a pause answers nothing else; the next call must not wait for its end. */
const turnLimit: Millis = 1_000;

export class Carriage implements Disposable {
  readonly #clock: Clock;
  readonly #leaving: () => void;
  readonly #waits = new Map<number, AbortController>();
  /** Null while there is nothing to go out on. */
  carrier: Carrier | null = null;

  /** `leaving` is called before a byte of a call may leave. */
  constructor(clock: Clock, leaving: () => void) {
    this.#clock = clock;
    this.#leaving = leaving;
  }

  send(upstreamId: number, request: RpcRequest, begun: () => void): Promise<Carried | null> {
    const message = upstreamRequest(request, upstreamId);
    const leaving = this.#leaving;
    return this.#carry(upstreamId, (link, signal) => {
      if (link.tellsLeaving !== true) leaving();
      return link.exchange(message, { signal, begun, leaving });
    });
  }

  resume(upstreamId: number, cursor: string, begun: () => void): Promise<Carried | null> {
    return this.#carry(upstreamId, (link, signal) =>
      link.resume(upstreamId, cursor, { signal, begun }),
    );
  }

  listTools(id: number, params: JsonObject): Promise<Carried | null> {
    const list: RpcRequest = { jsonrpc: '2.0', id, method: 'tools/list', params };
    return this.#carry(id, (link, signal) =>
      exchangeWithin(this.#clock, listLimit, link, list, signal),
    );
  }

  /**
   * Resolves when the server has looked at what was sent before: two requests go out on two connections, and a busy server
   * takes up in any order what it finds waiting. One that does not answer in time has no say in it.
   */
  async turnOver(id: number): Promise<void> {
    const ping: RpcRequest = { jsonrpc: '2.0', id, method: 'ping' };
    await this.#carry(id, (link, signal) =>
      exchangeWithin(this.#clock, turnLimit, link, ping, signal),
    );
  }

  /** Waits for the answer no longer. */
  giveUp(upstreamId: number): void {
    this.#waits.get(upstreamId)?.abort();
  }

  tellCancelled(upstreamId: number): void {
    void this.carrier?.link.tell({
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId: upstreamId, reason: 'cancelled by the client' },
    });
  }

  dispose(): void {
    for (const wait of this.#waits.values()) wait.abort();
    this.#waits.clear();
  }

  async #carry(
    id: number,
    exchange: (link: Link, signal: AbortSignal) => Promise<Fate>,
  ): Promise<Carried | null> {
    if (!this.carrier) return null;
    const { link, epoch } = this.carrier;
    const wait = new AbortController();
    this.#waits.set(id, wait);
    try {
      return { fate: await exchange(link, wait.signal), epoch };
    } finally {
      this.#waits.delete(id);
    }
  }
}

/**
 * The client's request under our id. Its progress token becomes that id too: a token must be unique among all
 * requests of a session (spec, utilities/progress), and the clients before and after a reload both count from zero.
 */
const upstreamRequest = (request: RpcRequest, upstreamId: number): RpcRequest => {
  const meta = request.params?.['_meta'];
  if (!isObject(meta) || !('progressToken' in meta)) return { ...request, id: upstreamId };
  const params = { ...request.params, _meta: { ...meta, progressToken: upstreamId } };
  return { ...request, id: upstreamId, params };
};
