// Why a file of another product was not changed, in words for a person: what is wrong, and what to do.
import { mistakeWords } from '../core/wording/mistake.ts';
import type { Say } from '../core/wording/say.ts';
import { sayNow } from '../core/wording/unsaid.ts';
import type { Unfit } from './jsonText.ts';
import { FileTrouble } from './sourceBytes.ts';

/** About the text of the file. */
export const unfitText = (unfit: Unfit, say: Say): string => {
  switch (unfit.kind) {
    case 'syntax':
      return say(
        'It is not valid JSON: in line {0}, {1}. Correct it first.',
        unfit.line,
        sayNow(mistakeWords(unfit.mistake), say),
      );
    case 'too-deep':
      return say('It is nested too deeply. Correct it first.');
    case 'no-object':
      return say('It holds no JSON object. Correct it first.');
    case 'missing':
      return say('The entry is no longer there.');
    case 'doubled':
      return say('It has two entries of that name. Remove one of them first.');
    case 'blocked':
      return say('Something else stands where the servers should. Correct it first.');
    case 'mistaken':
      return say('The change would have touched more than the entry. Change the file by hand.');
  }
};

const troubleText = ({ kind, code }: FileTrouble, say: Say): string => {
  switch (kind) {
    case 'no-file':
      return say('It is not a regular file.');
    case 'too-large':
      return say('It is too large to be changed.');
    case 'read-only':
      return say('It may not be written ({0}). Give yourself the right to.', code || 'EACCES');
    case 'changed':
      return say('Another program has just changed it. Try again.');
    case 'busy':
      return say('Claude Code is writing it. Try again in a moment.');
    case 'encoding':
      return say('It is not UTF-8 text. Save it as UTF-8 first.');
    case 'no-book':
      return say(
        'The list of what was taken over cannot be read ({0}). Try again; if that does not help, reload the window.',
        code || 'unknown',
      );
    case 'failed':
      return say('It could not be written ({0}).', code || 'unknown');
  }
};

export const errorText = (error: unknown, say: Say): string => {
  if (error instanceof FileTrouble) return troubleText(error, say);
  return error instanceof Error ? error.message : String(error);
};

/** With the file in front. */
export const refusalText = (file: string, why: string, say: Say): string =>
  say('{0} was not changed. {1}', file, why);
