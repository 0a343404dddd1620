// A fetch that writes down what a client sends and what it gets back, and leaves both as they are. With it a test can tell
// a call that the gateway took from one that never arrived, and sees a handshake or a cursor that nobody mentions.
import { isObject } from '../../src/core/rpc.ts';

export interface SeenExchange {
  readonly method: string;
  /** Of the JSON-RPC message in the body. */
  readonly rpc: string | null;
  readonly id: string | number | null;
  readonly session: string | null;
  readonly lastEventId: string | null;
  /** Null until the headers came, and for ever where they did not. */
  status: number | null;
}

type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

const parse = (body: unknown): Readonly<Record<string, unknown>> => {
  if (typeof body !== 'string') return {};
  const parsed: unknown = JSON.parse(body);
  return isObject(parsed) ? parsed : {};
};

const textOr = (value: unknown): string | null => (typeof value === 'string' ? value : null);

export class Wire {
  readonly seen: SeenExchange[] = [];
  /** Asked for in place of the client's own latest; null leaves it. */
  readonly #protocolVersion: string | null;

  constructor(protocolVersion: string | null = null) {
    this.#protocolVersion = protocolVersion;
  }

  readonly fetch: Fetch = async (url, init = {}) => {
    const message = parse(init.body);
    const headers = new Headers(init.headers);
    const { id } = message;
    const exchange: SeenExchange = {
      method: init.method ?? 'GET',
      rpc: textOr(message['method']),
      id: typeof id === 'string' || typeof id === 'number' ? id : null,
      session: headers.get('mcp-session-id'),
      lastEventId: headers.get('last-event-id'),
      status: null,
    };
    this.seen.push(exchange);
    const response = await fetch(url, this.#asWanted(init, message));
    exchange.status = response.status;
    return response;
  };

  count(rpc: string): number {
    return this.seen.filter((exchange) => exchange.rpc === rpc).length;
  }

  /** The GETs that asked for the rest of a stream. */
  get resumptions(): readonly SeenExchange[] {
    return this.seen.filter(({ method, lastEventId }) => method === 'GET' && lastEventId !== null);
  }

  #asWanted(init: RequestInit, message: Readonly<Record<string, unknown>>): RequestInit {
    const { params } = message;
    if (this.#protocolVersion === null || message['method'] !== 'initialize') return init;
    const wanted = {
      ...(isObject(params) ? params : {}),
      protocolVersion: this.#protocolVersion,
    };
    return { ...init, body: JSON.stringify({ ...message, params: wanted }) };
  }
}
