// Texts made where no language is known, as inside a schema, and said where one is. Not here: how they are said (say.ts).
import type { Say } from './say.ts';

/** A text with {0}, {1}, … and what stands there; what stands there may have to be said as well. */
export type Unsaid = readonly [message: string, ...args: (string | number | Unsaid)[]];

export const unsaid = (message: string, ...args: readonly Unsaid[number][]): Unsaid => [
  message,
  ...args,
];

export const sayNow = ([message, ...args]: Unsaid, say: Say): string =>
  say(message, ...args.map((arg) => (typeof arg === 'object' ? sayNow(arg, say) : arg)));

/** The same words about cleaned things: every text that stands in a place goes through `change`. */
export const mapArguments = (
  [message, ...args]: Unsaid,
  change: (text: string) => string,
): Unsaid => [
  message,
  ...args.map((arg) => {
    if (typeof arg === 'object') return mapArguments(arg, change);
    return typeof arg === 'string' ? change(arg) : arg;
  }),
];

export const isUnsaid = (value: unknown): value is Unsaid =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every(
    (one: unknown, index) =>
      typeof one === 'string' || (index > 0 && (typeof one === 'number' || isUnsaid(one))),
  );

/** The message of a schema is a plain text, so an unsaid one travels in it packed. */
export const packed = (text: Unsaid): string => JSON.stringify(text);

/** What was packed; another text, such as the schema library's own, is taken as it is. */
export const unpacked = (text: string): Unsaid => {
  if (!text.startsWith('[')) return [text];
  const value: unknown = JSON.parse(text);
  return isUnsaid(value) ? value : [text];
};
