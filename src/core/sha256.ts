// SHA-256 (FIPS 180-4) of a text, as pure arithmetic: `core` has no Node and no Web Crypto, and the fingerprint of a
// definition must not be invertible or forgeable, which rules out the short home-made hashes. Small inputs only.

const roots = (count: number, root: (prime: number) => number): readonly number[] => {
  const fractions: number[] = [];
  for (let candidate = 2; fractions.length < count; candidate += 1) {
    let divisor = 2;
    while (candidate % divisor !== 0) divisor += 1;
    // FIPS 180-4, 4.2.2 and 5.3.3: the first 32 bits of the fraction of a prime's root.
    if (divisor === candidate) fractions.push(((root(candidate) % 1) * 2 ** 32) | 0);
  }
  return fractions;
};

const roundConstants = roots(64, Math.cbrt);
const firstState = roots(8, Math.sqrt);

const turn = (word: number, bits: number): number => (word >>> bits) | (word << (32 - bits));

/** 5.1.1: a one bit, zeros, and the length in bits, up to a multiple of 64 bytes. */
const padded = (text: string): DataView => {
  const bytes = new TextEncoder().encode(text);
  const view = new DataView(new ArrayBuffer(Math.ceil((bytes.length + 9) / 64) * 64));
  bytes.forEach((byte, index) => view.setUint8(index, byte));
  view.setUint8(bytes.length, 0x80);
  view.setBigUint64(view.byteLength - 8, BigInt(bytes.length) * 8n);
  return view;
};

/** 6.2.2, step 1. */
const scheduleOf = (view: DataView, offset: number): Int32Array => {
  const words = new Int32Array(64);
  const at = (index: number): number => words[index] ?? 0;
  for (let index = 0; index < 64; index += 1) {
    const [old, recent] = [at(index - 15), at(index - 2)];
    const s0 = turn(old, 7) ^ turn(old, 18) ^ (old >>> 3);
    const s1 = turn(recent, 17) ^ turn(recent, 19) ^ (recent >>> 10);
    words[index] =
      index < 16 ? view.getInt32(offset + index * 4) : at(index - 16) + s0 + at(index - 7) + s1;
  }
  return words;
};

type State = readonly number[];

/** 6.2.2, step 3, with the letters of the standard. */
const round = (state: State, added: number): State => {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  const choice = (e & f) ^ (~e & g);
  const majority = (a & b) ^ (a & c) ^ (b & c);
  const t1 = h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + choice + added;
  const t2 = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + majority;
  return [(t1 + t2) | 0, a, b, c, (d + t1) | 0, e, f, g];
};

const compress = (state: State, words: Int32Array): State => {
  const last = roundConstants.reduce<State>(
    (present, constant, index) => round(present, constant + (words[index] ?? 0)),
    state,
  );
  return state.map((word, index) => (word + (last[index] ?? 0)) | 0);
};

/** In 64 hexadecimal digits. */
export const sha256 = (text: string): string => {
  const view = padded(text);
  let state: State = firstState;
  for (let offset = 0; offset < view.byteLength; offset += 64)
    state = compress(state, scheduleOf(view, offset));
  return state.map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
};
