// What is wrong with a text that should be JSON, in words. Pure.
import { unsaid, type Unsaid } from './unsaid.ts';

/** By the names of the parser; those that a slip of the hand makes most often. */
export const mistakeWords = (mistake: string): Unsaid => {
  switch (mistake) {
    case 'CommaExpected':
      return unsaid('a comma is missing');
    case 'ColonExpected':
      return unsaid('a colon is missing');
    case 'CloseBraceExpected':
      return unsaid('a closing brace is missing');
    case 'CloseBracketExpected':
      return unsaid('a closing bracket is missing');
    case 'ValueExpected':
      return unsaid('a value is missing');
    case 'PropertyNameExpected':
      return unsaid('a name in quotes is missing');
    case 'UnexpectedEndOfString':
      return unsaid('a quote is missing');
    case 'UnexpectedEndOfComment':
      return unsaid('a comment has no end');
    case 'EndOfFileExpected':
      return unsaid('the file should have ended there');
    default:
      return unsaid('something is written there that JSON does not know');
  }
};
