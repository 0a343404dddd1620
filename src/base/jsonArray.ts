// Texts that are JSON arrays, as ids that say several things are. Anybody may send any text as an id.

/** The items; null where the text is no JSON array. */
export const jsonArray = (text: string): readonly unknown[] | null => {
  if (!text.startsWith('[')) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isArray(value) ? value : null;
  } catch {
    // A text that somebody else made.
    return null;
  }
};

const isArray = (value: unknown): value is readonly unknown[] => Array.isArray(value);
