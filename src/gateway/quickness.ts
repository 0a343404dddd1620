// Which requests are answered within a moment, judged by how those before them were. The stream of a quick one needs no cursor:
// its answer is there before a client could do anything with it, and one event and one write less is a third of what the
// gateway costs. Everything else is given its cursor at once. Not here: the streams (sessionCalls.ts).
import type { Millis } from '../base/clock.ts';
import type { RpcRequest } from '../core/rpc.ts';

/** Answers that take longer than this are worth a cursor. It is also how long a quick one may go without. */
export const aMoment: Millis = 4;
/** A tool that was slow once is trusted again after about a dozen quick answers. */
const memory = 0.8;
const mostKinds = 500;

const kindOf = ({ method, params }: RpcRequest): string => {
  const name = params?.['name'];
  return typeof name === 'string' ? `${method} ${name}` : method;
};

export class Quickness {
  /** By kind of request, the one that was asked last stands last. */
  readonly #lately = new Map<string, Millis>();

  /** Whether all that were asked lately were answered within a moment; of what was never asked nobody knows. */
  expects(request: RpcRequest): boolean {
    return (this.#lately.get(kindOf(request)) ?? Number.POSITIVE_INFINITY) <= aMoment;
  }

  took(request: RpcRequest, duration: Millis): void {
    const kind = kindOf(request);
    const before = this.#lately.get(kind) ?? 0;
    this.#lately.delete(kind);
    this.#lately.set(kind, Math.max(duration, before * memory));
    const [oldest] = this.#lately.keys();
    if (this.#lately.size > mostKinds && oldest !== undefined) this.#lately.delete(oldest);
  }
}
