// What the copy in Redis is made from: the events that are kept here. Which of them Redis has is noted with the stream, so that
// it is forgotten together with it. Not here: the copying (redisCopy.ts).
import type { EventIndex } from './eventIndex.ts';
import type { EventPlaces } from './eventPlaces.ts';
import type { CopiedEvent } from './redisWire.ts';

const mostAtOnce = 256;
const mostBytes = 2 ** 20;

export interface Batch {
  readonly events: readonly CopiedEvent[];
  /** The newest of them, or of those that were skipped because they could not be read. */
  readonly last: number;
}

export class CopySource {
  readonly #index: EventIndex;
  readonly #places: Pick<EventPlaces, 'get'>;

  constructor(index: EventIndex, places: Pick<EventPlaces, 'get'>) {
    this.#index = index;
    this.#places = places;
  }

  get names(): Iterable<string> {
    return this.#index.names;
  }

  /** What Redis lacks of a stream, in order; null where it lacks nothing. */
  next(name: string): Batch | null {
    const stream = this.#index.get(name);
    if (stream === undefined || stream.last <= stream.copied) return null;
    const events: CopiedEvent[] = [];
    let [bytes, last] = [0, stream.copied];
    for (const { seq, key, charge } of stream.after(stream.copied)) {
      if (events.length === mostAtOnce || (bytes > 0 && bytes + charge > mostBytes)) break;
      const body = this.#places.get(key);
      if (body !== undefined) events.push({ seq, body });
      bytes += charge;
      last = seq;
    }
    return { events, last };
  }

  all(name: string): readonly CopiedEvent[] {
    const found = this.#index.get(name)?.after(0) ?? [];
    return found.flatMap(({ seq, key }) => {
      const body = this.#places.get(key);
      return body === undefined ? [] : { seq, body };
    });
  }

  copied(name: string, upTo: number): void {
    const stream = this.#index.get(name);
    if (stream !== undefined) stream.copied = Math.max(stream.copied, upTo);
  }

  /** Another Redis, or the same one after a restart: nobody knows what it has. */
  forgetCopied(): void {
    for (const name of this.#index.names) {
      const stream = this.#index.get(name);
      if (stream !== undefined) stream.copied = 0;
    }
  }
}
