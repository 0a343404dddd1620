// The ids of events. An id holds its event's number and the name of its stream, so that it tells by itself where it belongs,
// also when the event is long gone. It travels in a header and in a line of text, so it is plain ASCII: a name that is not is
// encoded. Not here: which numbers there are (eventNumbers.ts).

export interface EventPlace {
  readonly stream: string;
  readonly seq: number;
}

/** Node reads 16 KiB of headers in all, and an id comes back in one. */
export const longestEventId = 4096;

const plain = /^[\x21-\x7e]*$/;

/**
 * The name in plain ASCII, for ids and for the keys of databases, which would not keep half a surrogate pair. The sign in front
 * tells an encoded name from one that only looks like it.
 */
export const encodeName = (name: string): string =>
  plain.test(name) ? `-${name}` : `~${encodeURIComponent(JSON.stringify(name))}`;

const decoded = (text: string): string | null => {
  try {
    const name: unknown = JSON.parse(decodeURIComponent(text));
    return typeof name === 'string' ? name : null;
  } catch {
    // Somebody made it up.
    return null;
  }
};

/** Null for a text that `encodeName` never returns. */
export const decodeName = (text: string): string | null => {
  if (text.startsWith('-')) return text.slice(1);
  const name = decoded(text.slice(1));
  return name !== null && encodeName(name) === text ? name : null;
};

/** Throws for a name that is too long to come back in a header. */
export const eventIdOf = (seq: number, stream: string): string => {
  const id = seq.toString(36) + encodeName(stream);
  if (id.length <= longestEventId) return id;
  throw new RangeError(
    `The name of a stream is too long: its event ids would have ${id.length} characters, and ${longestEventId} are allowed.`,
  );
};

/** The ids of a stream that has events already, without looking at its name each time. */
export const eventIdsOf = (stream: string): ((seq: number) => string) => {
  const name = encodeName(stream);
  return (seq) => seq.toString(36) + name;
};

const shape = /^([1-9a-z][0-9a-z]{0,10})([-~].*)$/s;

/** Null for anything that is no id of ours. */
export const placeOf = (eventId: string): EventPlace | null => {
  const [, digits = '', name = ''] = shape.exec(eventId) ?? [];
  const seq = Number.parseInt(digits, 36);
  if (!Number.isSafeInteger(seq)) return null;
  const stream = decodeName(name);
  return stream === null ? null : { stream, seq };
};
