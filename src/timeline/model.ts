// What the page knows: the lanes as the extension told them, and its clock. The page never says of itself that something goes
// on: without news from the extension its present stands still.
import type { Millis } from '../base/clock.ts';
import type { Lane } from '../core/timeline/lane.ts';
import type { Extent } from '../core/timeline/span.ts';

/** The extension speaks every few seconds. */
const longestSilence: Millis = 16_000;

export class Model {
  #lanes: readonly Lane[] = [];
  /** What to add to the time of this computer: the extension may run on another one. */
  #offset: Millis = 0;
  #heardAt: Millis = 0;

  /** Says whether anything is another than before. */
  take(now: Millis, order: readonly string[], news: readonly Lane[]): boolean {
    this.#offset = now - Date.now();
    this.#heardAt = now;
    const before = this.#lanes;
    const known = new Map([...before, ...news].map((lane) => [lane.serverId, lane]));
    this.#lanes = order.flatMap((serverId) => known.get(serverId) ?? []);
    return news.length > 0 || before.length !== this.#lanes.length;
  }

  get lanes(): readonly Lane[] {
    return this.#lanes;
  }

  get heardAt(): Millis {
    return this.#heardAt;
  }

  get isSilent(): boolean {
    return this.#clock() - this.#heardAt > longestSilence;
  }

  get extent(): Extent {
    const firsts = this.#lanes.flatMap(({ first }) => first ?? []);
    return {
      first: firsts.length === 0 ? null : Math.min(...firsts),
      now: this.isSilent ? this.#heardAt : this.#clock(),
    };
  }

  #clock(): Millis {
    return Date.now() + this.#offset;
  }
}
