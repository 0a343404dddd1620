// The exchanges that wait for their answers on one stream which all of them share (stdio, HTTP+SSE): an answer finds its
// own by id, strictly. Not here: sending, and what a missing answer means, which only the transport knows.
import type { Fate } from '../core/calls/fate.ts';
import { type Failure, wordedFailure } from '../core/connection/failure.ts';
import type { RpcId, RpcResponse } from '../core/rpc.ts';
import { unsaid } from '../core/wording/unsaid.ts';

/** What it means for a request that it ends without an answer; null: its sending still runs and will tell. */
export type Unanswered = (failure: Failure) => Fate | null;

interface Entry {
  readonly unanswered: Unanswered;
  readonly settle: (fate: Fate) => void;
}

export class AnswerBook {
  readonly #entries = new Map<RpcId, Entry>();
  readonly #running = new Set<Promise<Fate>>();

  /** Resolves with the fate of request `id`, once. Never rejects. */
  wait(id: RpcId, signal: AbortSignal | undefined, unanswered: Unanswered): Promise<Fate> {
    const waiting = new Promise<Fate>((resolve) => {
      const abort = (): void =>
        this.#giveUp(
          id,
          wordedFailure('cancelled', unsaid('Nobody waits for the answer any more.')),
        );
      const settle = (fate: Fate): void => {
        signal?.removeEventListener('abort', abort);
        resolve(fate);
      };
      this.#entries.set(id, { unanswered, settle });
      signal?.addEventListener('abort', abort, { once: true });
    });
    this.#running.add(waiting);
    return waiting.finally(() => this.#running.delete(waiting));
  }

  has(id: RpcId): boolean {
    return this.#entries.has(id);
  }

  /** False where nobody waits for it. An error without an id can only be meant for one that waits alone. */
  answer(response: RpcResponse): boolean {
    const [only] = this.#entries.size === 1 ? this.#entries.keys() : [];
    const id = response.id ?? only;
    if (id === undefined || !this.#entries.has(id)) return false;
    this.end(id, { kind: 'answered', response: { ...response, id } });
    return true;
  }

  end(id: RpcId, fate: Fate): void {
    const entry = this.#entries.get(id);
    this.#entries.delete(id);
    entry?.settle(fate);
  }

  /** Nothing will be answered any more. */
  endAll(failure: Failure): void {
    for (const id of [...this.#entries.keys()]) this.#giveUp(id, failure);
  }

  /** Resolves when nobody waits. */
  async emptied(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  #giveUp(id: RpcId, failure: Failure): void {
    const fate = this.#entries.get(id)?.unanswered(failure);
    if (fate) this.end(id, fate);
  }
}
