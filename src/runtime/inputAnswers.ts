// What a person has given for the values that entries leave open, asked for by whoever fills them in. Types only.
// Not here: asking a person (host), and what an entry leaves open (core/variables.ts).
import type { Origin } from '../core/settings.ts';
import type { Missing } from '../core/variables.ts';

/** An input, or a variable that the environment lacks. */
export type Wanted = Exclude<Missing, { readonly kind: 'folder' }>;

export interface Answer {
  readonly value: string;
  /** Not so where the value stands in the settings for everybody to choose. */
  readonly isSecret: boolean;
}

export interface InputAnswers {
  /** What was given before, for entries of this scope; undefined where nothing was. Asks nobody, and never rejects. */
  answer(wanted: Wanted, scope: Origin['scope']): Promise<Answer | undefined>;
}
