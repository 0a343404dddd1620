// Work that several want at the same moment is done once for all of them, and given up when the last of them has gone.
// Not here: keeping a result; whoever comes after the end has it done anew.
interface Running<T> {
  readonly result: Promise<T>;
  readonly limit: AbortController;
  waiting: number;
}

const aborted = (signal: AbortSignal, until: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const give = (): void => reject(new Error('Given up.', { cause: signal.reason }));
    if (signal.aborted) give();
    else signal.addEventListener('abort', give, { once: true, signal: until });
  });

export class Joined<T> {
  readonly #running = new Map<string, Running<T>>();

  /** Rejects where `signal` is aborted, or the work rejects. */
  async run(
    key: string,
    work: (signal: AbortSignal) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    const running = this.#running.get(key) ?? this.#start(key, work);
    running.waiting += 1;
    const over = new AbortController();
    try {
      return await Promise.race([running.result, aborted(signal, over.signal)]);
    } finally {
      over.abort();
      running.waiting -= 1;
      if (running.waiting === 0) this.#end(key, running);
    }
  }

  #start(key: string, work: (signal: AbortSignal) => Promise<T>): Running<T> {
    const limit = new AbortController();
    const running: Running<T> = { result: work(limit.signal), limit, waiting: 0 };
    this.#running.set(key, running);
    // Whoever comes after the end must not get what may be old by then.
    const forget = (): void => this.#forget(key, running);
    running.result.then(forget, forget);
    return running;
  }

  #end(key: string, running: Running<T>): void {
    this.#forget(key, running);
    running.limit.abort();
  }

  #forget(key: string, running: Running<T>): void {
    if (this.#running.get(key) === running) this.#running.delete(key);
  }
}
