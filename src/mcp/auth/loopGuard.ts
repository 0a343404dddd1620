// Keeps refusals from going round: a server that refuses what was only just renewed is not answered by renewing again.
import type { Clock, Millis } from '../../base/clock.ts';

/** More renewals than this because of refusals, within that time, and a person has to look at it. */
const mostRenewals = 5;
const within: Millis = 5 * 60_000;

export class LoopGuard {
  readonly #clock: Pick<Clock, 'steady'>;
  /** Got because of a refusal, and not taken by the server since. */
  #unproven: string | null = null;
  #renewals: readonly Millis[] = [];

  constructor(clock: Pick<Clock, 'steady'>) {
    this.#clock = clock;
  }

  accepted(used: string | null): void {
    if (this.#unproven === used) this.#unproven = null;
  }

  mayRenew(used: string | null): boolean {
    const since = this.#clock.steady() - within;
    this.#renewals = this.#renewals.filter((at) => at > since);
    const isFresh = used !== null && used === this.#unproven;
    return !isFresh && this.#renewals.length < mostRenewals;
  }

  /** `header` was got because of a refusal. Several calls may say so of the same one. */
  renewed(header: string | null): void {
    if (header === this.#unproven) return;
    this.#unproven = header;
    this.#renewals = [...this.#renewals, this.#clock.steady()];
  }

  /** A person has signed in: what went before does not count. */
  reset(): void {
    this.#unproven = null;
    this.#renewals = [];
  }
}
