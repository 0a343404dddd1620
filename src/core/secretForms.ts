// The shapes in which a known secret may stand in a text (in a URL, in JSON, in base64, in other letters, over several lines), and
// finding them there. More is found than must be, never less. Pure. Not here: what has the look of a secret (redact.ts).

// Shorter values would blot out ordinary words, and protect nothing.
const shortestSecret = 4;
/** Shorter ones are matched in their own letters only: `dev` is part of too many words. */
const shortestAnyCase = 8;
/** Base64 of less is a few letters that stand in many texts. */
const shortestEncoded = 6;

const toBase64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

/**
 * Base64 works on groups of three bytes, so that the same secret looks different at each of three distances from the beginning
 * (`user:secret`); what depends on its neighbours is left out.
 */
const base64Forms = (secret: string): readonly string[] => {
  const bytes = new TextEncoder().encode(secret);
  if (bytes.length < shortestEncoded || bytes.length > 4096) return [];
  return [0, 1, 2].flatMap((distance) => {
    const shifted = new Uint8Array(distance + bytes.length);
    shifted.set(bytes, distance);
    const whole = toBase64(shifted).replace(/=+$/, '');
    const certain = Math.floor((shifted.length * 8) / 6);
    const form = whole.slice(Math.ceil((distance * 8) / 6), certain);
    return [form, form.replaceAll('+', '-').replaceAll('/', '_')];
  });
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    // A bare percent sign: it stands for itself.
    return text;
  }
};

const urlForms = (secret: string): readonly string[] => {
  // Half a surrogate pair cannot stand in a URL, and makes the encoder throw.
  const encoded = encodeURIComponent(secret.replace(/\p{Surrogate}/gu, '\ufffd'));
  return [
    encoded,
    encoded.replaceAll('%20', '+'),
    // A form encodes more than a component does, and a path less.
    new URLSearchParams({ a: secret }).toString().slice(2),
    encoded.replace(/%(2F|3A|40|24|26|2B|2C|3B|3D)/g, decoded),
    decoded(secret),
  ];
};

const jsonForms = (secret: string): readonly string[] => {
  const once = JSON.stringify(secret).slice(1, -1);
  return [once, JSON.stringify(once).slice(1, -1), once.replaceAll('/', '\\/')];
};

/** A key of several lines is written down line by line. */
const linesOf = (secret: string): readonly string[] =>
  /[\r\n]/.test(secret)
    ? secret
        .split(/[\r\n]+/)
        .flatMap((line) => (line.trim().length >= shortestAnyCase ? [line.trim()] : []))
    : [];

const formsOf = (secret: string): readonly string[] => {
  const bare = secret.replace(/^(bearer|basic|token)\s+/i, '');
  return [secret, bare].flatMap((text) => [
    text,
    ...urlForms(text),
    ...jsonForms(text),
    ...base64Forms(text),
    ...linesOf(text),
  ]);
};

const lowerOf = (letter: string): string => {
  const small = letter.toLowerCase();
  return small.length === letter.length ? small : letter;
};

/** Keeps the length, or nothing would be found where it is. */
const lower = (text: string): string => text.replace(/\p{Lu}/gu, lowerOf);

type Range = readonly [start: number, end: number];

const placesOf = (form: string, text: string): readonly Range[] => {
  const places: Range[] = [];
  for (let at = text.indexOf(form); at !== -1; at = text.indexOf(form, at + form.length))
    places.push([at, at + form.length]);
  return places;
};

/** What overlaps is one piece: of two secrets one may begin within the other. */
const merged = (places: readonly Range[]): readonly Range[] => {
  const pieces: [number, number][] = [];
  for (const [start, end] of places.toSorted(([one], [other]) => one - other)) {
    const last = pieces.at(-1);
    if (last && start < last[1]) last[1] = Math.max(last[1], end);
    else pieces.push([start, end]);
  }
  return pieces;
};

const withoutSpace = (text: string): string => text.replace(/\s+/g, '');

/** The same text without the breaks that a terminal or a folded header puts in, and where each letter stood. */
const unfolded = (text: string): { readonly text: string; readonly at: readonly number[] } => {
  const at: number[] = [];
  for (let index = 0; index < text.length; index += 1)
    if (!/\s/.test(text.charAt(index))) at.push(index);
  return { text: withoutSpace(text), at };
};

/** Fewer letters of a secret are no use to anybody, and begin many words. */
const shortestStart = 6;
const mostCuts = 10;

/** Where a text was cut off: at its end, and before the sign that says so. */
const cutsIn = (text: string): readonly number[] => {
  // Each place within a row of dots: the first of them may belong to the secret.
  const ends = Array.from(text.matchAll(/…|\.(?=\.\.)/g), ({ index }) => index);
  return [...ends.slice(0, mostCuts), text.length];
};

/** The beginning of a secret whose rest was cut off, by whoever shortened the text before it came here. */
const startsOf = (form: string, text: string, cuts: readonly number[]): readonly Range[] => {
  const start = form.slice(0, shortestStart);
  return cuts.flatMap((cut): Range[] => {
    const from = Math.max(0, cut - form.length + 1);
    const before = text.slice(from, cut);
    const found = placesOf(start, before).find(([at]) => form.startsWith(before.slice(at)));
    return found === undefined ? [] : [[from + found[0], cut]];
  });
};

/** Where secrets stand in a text. */
export type SecretFinder = (text: string) => readonly Range[];

export const secretFinder = (secrets: readonly string[]): SecretFinder => {
  const forms = [...new Set(secrets.flatMap(formsOf))].filter(
    (form) => form.length >= shortestSecret,
  );
  const exact = forms.filter((form) => form.length < shortestAnyCase);
  const anyCase = [...new Set(forms.filter((form) => form.length >= shortestAnyCase).map(lower))];
  const solid = [...new Set(anyCase.map(withoutSpace))].filter(
    (form) => form.length >= shortestAnyCase,
  );
  if (forms.length === 0) return () => [];
  return (text) => {
    const low = lower(text);
    const cuts = cutsIn(low);
    const found = [
      ...exact.flatMap((form) => placesOf(form, text)),
      ...anyCase.flatMap((form) => [...placesOf(form, low), ...startsOf(form, low, cuts)]),
    ];
    if (!/[\r\n]/.test(low)) return merged(found);
    const { text: flat, at } = unfolded(low);
    const folded = solid.flatMap((form) =>
      placesOf(form, flat).map(([start, end]): Range => [at[start] ?? 0, (at[end - 1] ?? 0) + 1]),
    );
    return merged([...found, ...folded]);
  };
};
