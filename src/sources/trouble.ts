// The closed list of what can be wrong with another product's file, and the words for each: what it is, and what to do. Pure.
import { mistakeWords } from '../core/wording/mistake.ts';
import type { Say } from '../core/wording/say.ts';
import { sayNow } from '../core/wording/unsaid.ts';

export type Trouble =
  | { readonly kind: 'forbidden' }
  | { readonly kind: 'folder' }
  /** A pipe, a socket or a device. */
  | { readonly kind: 'no-file' }
  | { readonly kind: 'link-loop' }
  | { readonly kind: 'unreadable'; readonly code: string }
  | { readonly kind: 'too-large'; readonly limit: number }
  | { readonly kind: 'utf-16' }
  | { readonly kind: 'syntax'; readonly line: number; readonly mistake: string }
  | { readonly kind: 'too-deep' }
  | { readonly kind: 'no-object' }
  /** Something else stands where the servers should. */
  | { readonly kind: 'no-servers'; readonly at: string }
  | { readonly kind: 'too-many'; readonly count: number; readonly listed: number };

const mebibyte = 2 ** 20;

const accessText = (
  trouble: Trouble & { kind: 'forbidden' | 'folder' | 'no-file' | 'link-loop' },
  say: Say,
): string => {
  switch (trouble.kind) {
    case 'forbidden':
      return say(
        'You may not read the file. Give yourself the right to, or switch its source off in the settings.',
      );
    case 'folder':
      return say('There is a folder where a file is meant. Rename the folder.');
    case 'no-file':
      return say('It is not a regular file, and is not read. Put a file there instead.');
    case 'link-loop':
      return say('It is a link that leads back to itself. Remove the link.');
  }
};

const contentText = (
  trouble: Exclude<Trouble, { kind: 'forbidden' | 'folder' | 'no-file' | 'link-loop' }>,
  say: Say,
): string => {
  switch (trouble.kind) {
    case 'unreadable':
      return say(
        'The file cannot be read ({0}). It is tried again every few seconds.',
        trouble.code,
      );
    case 'too-large':
      return say(
        'The file is larger than {0} MiB, and is not read. Make it smaller, or switch its source off in the settings.',
        trouble.limit / mebibyte,
      );
    case 'utf-16':
      return say('The file is UTF-16 text. Save it as UTF-8.');
    case 'syntax':
      return say(
        'The file is not valid JSON: in line {0}, {1}. Correct it; until then the servers that it last had are listed.',
        trouble.line,
        sayNow(mistakeWords(trouble.mistake), say),
      );
    case 'too-deep':
      return say('The file is nested too deeply to be read. Correct it.');
    case 'no-object':
      return say('The file must hold a JSON object. Correct it, or remove the file.');
    case 'no-servers':
      return say("'{0}' must be an object that gives each server a name. Correct it.", trouble.at);
    case 'too-many':
      return say(
        'The file defines {0} servers, and the first {1} are listed. Remove those that are not used.',
        trouble.count,
        trouble.listed,
      );
  }
};

export const problemText = (trouble: Trouble, say: Say): string => {
  switch (trouble.kind) {
    case 'forbidden':
    case 'folder':
    case 'no-file':
    case 'link-loop':
      return accessText(trouble, say);
    case 'unreadable':
    case 'too-large':
    case 'utf-16':
    case 'syntax':
    case 'too-deep':
    case 'no-object':
    case 'no-servers':
    case 'too-many':
      return contentText(trouble, say);
  }
};
