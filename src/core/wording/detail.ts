// The technical line of a failure or of an entry that tells of one: in English for the log, for records and for programs, and
// said in a person's language on the screen. Not here: the words for each kind of failure (failure.ts).
import { inEnglish } from './english.ts';
import type { Say } from './say.ts';
import { mapArguments, sayNow, type Unsaid } from './unsaid.ts';

/** What carries such a line. What was kept by an older version has none of the words. */
export interface Detailed {
  /** The line in English, free of secrets; null where there is none. */
  readonly detail: string | null;
  /** The same, not yet said. Only where the line is ours: what a server or the system said stays as it is. */
  readonly words?: Unsaid | undefined;
}

/** The line for a person's screen. */
export function sayDetail(told: Detailed & { readonly detail: string }, say: Say): string;
export function sayDetail(told: Detailed, say: Say): string | null;
export function sayDetail({ detail, words }: Detailed, say: Say): string | null {
  return words === undefined ? detail : sayNow(words, say);
}

/**
 * With everything secret taken out of it. A secret may be known for one only by what stands around it, which an argument alone
 * does not show: unless both come to the same, the words are given up and the cleaned English stands for them.
 */
export const cleanDetail = <Told extends Detailed & { readonly detail: string }>(
  told: Told,
  clean: (text: string) => string,
): Told => {
  const detail = clean(told.detail);
  if (told.words === undefined) return detail === told.detail ? told : { ...told, detail };
  const words = mapArguments(told.words, clean);
  const isSame = sayNow(words, inEnglish) === detail;
  if (isSame && detail === told.detail) return told;
  return { ...told, detail, words: isSame ? words : undefined };
};

/** Why something of ours does not work, on the same terms. */
export interface Reason {
  readonly reason: string;
  readonly words?: Unsaid | undefined;
}

export const ownReason = (words: Unsaid): Reason => ({ reason: sayNow(words, inEnglish), words });

export const sayReason = ({ reason, words }: Reason, say: Say): string =>
  words === undefined ? reason : sayNow(words, say);
