// Which requests are answered within a moment, judged by how those before them were. A quick one needs no stream and no cursor:
// its answer goes out alone, which costs us half and its client a third less. Everything else is given its cursor at once, and so is
// every call of a tool: were this process killed before its answer, its client could not ask again without doing it twice. Not
// here: the streams (sessionCalls.ts).
import type { Millis } from '../base/clock.ts';
import type { RpcRequest } from '../core/rpc.ts';

/**
 * Answers that take longer than this are worth a cursor. It is also how long a quick one may go without: were this process killed
 * in that time, its client would see a broken connection (an orderly end gives it a cursor first).
 */
export const aMoment: Millis = 4;

/** A tool that was slow once is trusted again after about a dozen quick answers. */
const memory = 0.8;
const mostKinds = 500;

const kindOf = ({ method, params }: RpcRequest): string => {
  const name = params?.['name'];
  return typeof name === 'string' ? `${method} ${name}` : method;
};

/** However many there are: longer than this nobody goes without a cursor. */
const largestCrowd = 32;

/** How slowly a crowd is forgotten: its callers are answered in bursts, between which few of them are there. */
const crowdMemory = 0.99;

export class Quickness {
  /** In moments, by kind of request; the one that was asked last stands last. */
  readonly #lately = new Map<string, number>();
  /** How many requests were open together lately. */
  #crowd = 1;

  /**
   * What counts as a moment now. Of many open requests of one client each waits for the others, which is no slowness of its tool,
   * and cursors would only make all of them wait longer.
   */
  get moment(): Millis {
    return aMoment + this.#crowd - 1;
  }

  /** So many requests are open. */
  crowded(open: number): void {
    this.#crowd = Math.min(largestCrowd, Math.max(1, open, this.#crowd * crowdMemory));
  }

  /** Whether it may do without a cursor: all of its kind that were asked lately were answered within a moment; of what was never asked nobody knows. */
  expects(request: RpcRequest): boolean {
    if (request.method === 'tools/call') return false;
    return (this.#lately.get(kindOf(request)) ?? Number.POSITIVE_INFINITY) <= 1;
  }

  took(request: RpcRequest, duration: Millis): void {
    const kind = kindOf(request);
    const moments = duration / this.moment;
    const before = this.#lately.get(kind) ?? 0;
    this.#lately.delete(kind);
    this.#lately.set(kind, Math.max(moments, before * memory));
    const [oldest] = this.#lately.keys();
    if (this.#lately.size > mostKinds && oldest !== undefined) this.#lately.delete(oldest);
  }
}
