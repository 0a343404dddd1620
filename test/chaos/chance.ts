// Chance that can be repeated: the same seed rolls the same numbers (mulberry32). What real processes make of them in their
// own time can differ a little from run to run; what is done to them does not.

export interface Chance {
  /** From 0 up to, and never, 1. */
  roll(): number;
  /** A whole number from 0 up to, and never, `limit`. */
  below(limit: number): number;
}

export const chanceOf = (seed: number): Chance => {
  let state = seed >>> 0;
  const roll = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { roll, below: (limit) => Math.floor(roll() * limit) };
};
