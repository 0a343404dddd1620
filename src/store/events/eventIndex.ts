// Which events there are, how much they take, and which have to go: the oldest of a stream that has too many, and where all
// together take too much, the oldest of the largest streams, so that one loud server costs nobody else an answer.
// Not here: where the events lie (eventPlaces.ts). It only says what is to be removed, by key.
import { type Found, StreamEvents } from './streamEvents.ts';

export interface EventLimits {
  /** In one stream. */
  readonly maxEvents: number;
  /** Of all together. */
  readonly maxBytes: number;
}

/** What an event counts besides its body: its row and its name on disk, and its place in memory. */
const overhead = 256;
/** A part of the limit is made free at once, so that a full store does not look for room at every event. */
const spareEvents = 32;
const spareShare = 16;
/** A stream that lost all its events to age can still be resumed from its last one; so many are remembered. */
const mostEmpty = 1000;

export const chargeOf = (name: string, bodyBytes: number): number =>
  overhead + name.length + bodyBytes;

/** How far the largest ones, given in falling order, must be cut so that together they lose so much. */
const cutLevel = (sizes: readonly number[], excess: number): number => {
  let sum = 0;
  for (const [index, size] of sizes.entries()) {
    sum += size;
    const level = (sum - excess) / (index + 1);
    if (level >= (sizes[index + 1] ?? 0)) return level;
  }
  return 0;
};

export class EventIndex {
  /** The stream written last stands last. */
  readonly #streams = new Map<string, StreamEvents>();
  /** Streams without events, the one emptied last stands last: the newest that each has lost. */
  readonly #empty = new Map<string, number>();
  #events = 0;
  #bytes = 0;

  get events(): number {
    return this.#events;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get names(): Iterable<string> {
    return this.#streams.keys();
  }

  /** All events, with the names of their streams. */
  *rows(): Generator<Found & { readonly stream: string }> {
    for (const [stream, events] of this.#streams)
      for (const found of events.after(0)) yield { ...found, stream };
  }

  get(name: string): StreamEvents | undefined {
    return this.#streams.get(name);
  }

  knows(name: string, seq: number): boolean {
    return this.#streams.get(name)?.knows(seq) ?? this.#empty.get(name) === seq;
  }

  /** Of what this stream has lost nothing may come back. */
  lostOf(name: string): number {
    return this.#streams.get(name)?.lost ?? this.#empty.get(name) ?? 0;
  }

  add(name: string, event: Found): void {
    const stream = this.#streams.get(name) ?? new StreamEvents(this.#empty.get(name) ?? 0);
    this.#empty.delete(name);
    this.#streams.delete(name);
    this.#streams.set(name, stream);
    stream.add(event);
    this.#events += 1;
    this.#bytes += event.charge;
  }

  /** Holds the limits after an event of this stream was added. Returns the keys of what had to go. */
  trimStream(name: string, { maxEvents }: EventLimits): readonly number[] {
    const stream = this.#streams.get(name);
    if (stream === undefined || stream.count <= maxEvents) return [];
    const kept = maxEvents - Math.floor(maxEvents / spareEvents);
    return this.#drop(name, stream, () => stream.dropOldest(stream.count - kept));
  }

  trimAll({ maxBytes }: EventLimits): readonly number[] {
    if (this.#bytes <= maxBytes) return [];
    const goal = maxBytes - Math.floor(maxBytes / spareShare);
    return [...this.#cutLargest(goal), ...this.#dropLongestSilent(goal)];
  }

  /** Drops all events with a smaller number. */
  expire(before: number): readonly number[] {
    const dropped: number[] = [];
    for (const name of this.#streams.keys())
      for (const key of this.expireStream(name, before)) dropped.push(key);
    return dropped;
  }

  expireStream(name: string, before: number): readonly number[] {
    const stream = this.#streams.get(name);
    if (stream === undefined || stream.first >= before) return [];
    return this.#drop(name, stream, () => stream.dropBefore(before));
  }

  /** Forgets the stream altogether. */
  remove(name: string): readonly number[] {
    const stream = this.#streams.get(name);
    this.#empty.delete(name);
    if (stream === undefined) return [];
    this.#streams.delete(name);
    this.#events -= stream.count;
    this.#bytes -= stream.bytes;
    return stream.keys;
  }

  clear(): void {
    this.#streams.clear();
    this.#empty.clear();
    this.#events = 0;
    this.#bytes = 0;
  }

  /** The oldest events of the largest streams go; the newest of each stays, which is the answer where there is one. */
  #cutLargest(goal: number): readonly number[] {
    const streams = [...this.#streams]
      .filter(([, { spareBytes: size }]) => size > 0)
      .sort(([, one], [, other]) => other.spareBytes - one.spareBytes || one.first - other.first);
    const sizes = streams.map(([, { spareBytes: size }]) => size);
    const level = cutLevel(sizes, this.#bytes - goal);
    const dropped: number[] = [];
    for (const [name, stream] of streams) {
      if (this.#bytes <= goal) break;
      const keys = this.#drop(name, stream, () => stream.dropBytes(stream.spareBytes - level));
      for (const key of keys) dropped.push(key);
    }
    return dropped;
  }

  /** Where nothing but newest events is left. */
  #dropLongestSilent(goal: number): readonly number[] {
    const dropped: number[] = [];
    for (const [name, stream] of this.#streams) {
      if (this.#bytes <= goal) break;
      const keys = this.#drop(name, stream, () => stream.dropOldest(stream.count));
      for (const key of keys) dropped.push(key);
    }
    return dropped;
  }

  #drop(name: string, stream: StreamEvents, work: () => readonly number[]): readonly number[] {
    const { bytes } = stream;
    const keys = work();
    this.#events -= keys.length;
    this.#bytes -= bytes - stream.bytes;
    if (stream.count === 0) this.#emptied(name, stream);
    return keys;
  }

  #emptied(name: string, { lost }: StreamEvents): void {
    this.#streams.delete(name);
    this.#empty.set(name, lost);
    const [oldest] = this.#empty.keys();
    if (this.#empty.size > mostEmpty && oldest !== undefined) this.#empty.delete(oldest);
  }
}
