// The events of one stream as far as they can be told without reading them: number, where it lies, and what it counts.
// Columns and not objects, because there may be a hundred thousand.

export interface Found {
  readonly seq: number;
  /** Where its body lies (eventPlaces.ts). */
  readonly key: number;
  readonly charge: number;
}

export class StreamEvents {
  readonly #seqs: number[] = [];
  readonly #keys: number[] = [];
  readonly #charges: number[] = [];
  #bytes = 0;
  /** The newest event that was dropped; 0 where none was. */
  #lost: number;
  /** The newest event that Redis has, together with all before it. */
  copied = 0;

  constructor(lost: number) {
    this.#lost = lost;
  }

  get count(): number {
    return this.#seqs.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get first(): number {
    return this.#seqs[0] ?? this.#lost;
  }

  get last(): number {
    return this.#seqs.at(-1) ?? this.#lost;
  }

  /** What all events but the newest count. */
  get spareBytes(): number {
    return this.#bytes - (this.#charges.at(-1) ?? 0);
  }

  get lost(): number {
    return this.#lost;
  }

  get keys(): readonly number[] {
    return this.#keys;
  }

  /** Whether a reader that has this event can be given everything that came after it. */
  knows(seq: number): boolean {
    return seq >= (this.#lost === 0 ? this.first : this.#lost) && seq <= this.last;
  }

  has(seq: number): boolean {
    return this.#seqs[this.#countTo(seq) - 1] === seq;
  }

  add({ seq, key, charge }: Found): void {
    this.#bytes += charge;
    if (seq > this.last) {
      this.#seqs.push(seq);
      this.#keys.push(key);
      this.#charges.push(charge);
      return;
    }
    const at = this.#countTo(seq);
    this.#seqs.splice(at, 0, seq);
    this.#keys.splice(at, 0, key);
    this.#charges.splice(at, 0, charge);
  }

  /** It lies elsewhere now. */
  move(seq: number, key: number): void {
    const at = this.#countTo(seq) - 1;
    if (this.#seqs[at] === seq) this.#keys[at] = key;
  }

  after(seq: number): readonly Found[] {
    const from = this.#countTo(seq);
    return this.#seqs.slice(from).map((found, index) => ({
      seq: found,
      key: this.#keys[from + index] ?? 0,
      charge: this.#charges[from + index] ?? 0,
    }));
  }

  /** Drops so many of the oldest events and returns their keys. */
  dropOldest(count: number): readonly number[] {
    const charges = this.#charges.splice(0, count);
    this.#bytes -= charges.reduce((sum, charge) => sum + charge, 0);
    this.#lost = this.#seqs.splice(0, count).at(-1) ?? this.#lost;
    return this.#keys.splice(0, count);
  }

  /** Drops the oldest until at least so many bytes are gone, but never the newest, and returns their keys. */
  dropBytes(bytes: number): readonly number[] {
    let dropped = 0;
    let count = 0;
    for (; dropped < bytes && count < this.count - 1; count += 1)
      dropped += this.#charges[count] ?? 0;
    return this.dropOldest(count);
  }

  dropBefore(seq: number): readonly number[] {
    return this.first < seq ? this.dropOldest(this.#countTo(seq - 1)) : [];
  }

  /** How many have this number or a smaller one. */
  #countTo(seq: number): number {
    let low = 0;
    let high = this.#seqs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#seqs[middle] ?? 0) <= seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
