// One HTTP request at a time to one server, over connections that are kept for the next one. There is no limit on
// how long an answer may take, only on connecting: Node's fetch gives up after 300 s of silence, whatever MCP
// timeout is set, and cannot say whether a request was written. Not here: what an answer means.
import type { Failure } from '../core/connection/failure.ts';
import { drain } from './body.ts';
import type { Courier, CourierDeps, HttpAsk, Reply } from './courier.ts';
import { DirectCourier, isDirect } from './direct/courier.ts';
import type { HttpMessage } from './httpMessage.ts';
import { NodeCourier } from './nodeCourier.ts';

const mostHops = 5;
const drainTime = 1_000;

/** Where a redirect that may be followed leads: 307 and 308 keep the method, and only the same origin is trusted. */
const redirectOf = (message: HttpMessage, url: URL): URL | null => {
  const { location } = message.headers;
  if (message.statusCode !== 307 && message.statusCode !== 308) return null;
  if (!location || !URL.canParse(location, url.href)) return null;
  const next = new URL(location, url);
  return next.origin === url.origin ? next : null;
};

export class HttpCaller {
  readonly #deps: CourierDeps;
  readonly #courier: Courier;

  constructor(deps: CourierDeps) {
    this.#deps = deps;
    const mayBeDirect = deps.pooled && isDirect(deps.target);
    this.#courier = mayBeDirect ? new DirectCourier(deps) : new NodeCourier(deps);
  }

  /** Resolves with the head of the answer, redirects within the origin followed. Never rejects. */
  async send(ask: HttpAsk, from: URL = this.#deps.target.url): Promise<Reply> {
    let url = from;
    for (let hops = 0; ; hops += 1) {
      await this.#courier.dropDead();
      ask.leaving?.();
      const reply = await this.#courier.once(ask, url);
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
    this.#courier.reset();
  }

  /** Ends everything for good, with `failure` as the reason. */
  end(failure: Failure): void {
    this.#courier.end(failure);
  }
}
