// An error that is shown to a person, with its words: its message is English, for the log and for programs.
import { ConnectionError } from '../connection/failure.ts';
import { inEnglish } from './english.ts';
import type { Say } from './say.ts';
import { isUnsaid, sayNow, type Unsaid } from './unsaid.ts';

export class SaidError extends Error {
  readonly words: Unsaid;

  constructor(words: Unsaid, cause?: unknown) {
    super(sayNow(words, inEnglish), { cause });
    this.name = 'SaidError';
    this.words = words;
  }
}

/** Not told by the class: a part that is loaded later has one of its own. Undefined where the words are somebody else's. */
export const ownWords = (error: unknown): Unsaid | undefined => {
  if (error instanceof ConnectionError) return error.failure.words;
  return error instanceof Error && 'words' in error && isUnsaid(error.words)
    ? error.words
    : undefined;
};

/** What a thrown thing says, as part of other words. */
export const wordsOf = (error: unknown): Unsaid | string =>
  ownWords(error) ?? (error instanceof Error ? error.message : String(error));

/** What a thrown thing says to a person: in their language where the words are ours. */
export const sayError = (error: unknown, say: Say): string => {
  const words = wordsOf(error);
  return typeof words === 'string' ? words : sayNow(words, say);
};
