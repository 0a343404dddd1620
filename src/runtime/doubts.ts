// Something broke, and until the server has been asked nobody knows whether the link still lives: calls wait for so long.
// A server that dies takes its connections down one by one; what is sent meanwhile is lost on those still standing.
// Not here: the asking (pulse.ts).

export interface DoubtsDeps {
  /** Nothing is in doubt any more, or something newly is. */
  readonly changed: () => void;
}

export class Doubts {
  readonly #deps: DoubtsDeps;
  readonly #open = new Set<object>();

  constructor(deps: DoubtsDeps) {
    this.#deps = deps;
  }

  get any(): boolean {
    return this.#open.size > 0;
  }

  /** In doubt until `answer` has settled. */
  async until(answer: Promise<void>): Promise<void> {
    const doubt = {};
    this.#open.add(doubt);
    this.#deps.changed();
    await answer.finally(() => {
      if (this.#open.delete(doubt)) this.#deps.changed();
    });
  }

  /** They were about a link that is gone. */
  clear(): void {
    this.#open.clear();
  }
}
