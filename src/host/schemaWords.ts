// What a JSON schema does not allow, in our words: those of the schema library are English. Not here: the check (schemaCheck.ts).
import type { core } from 'zod';
import { unsaid, type Unsaid } from '../core/wording/unsaid.ts';

type Issue = core.$ZodIssue;
type Bound<Code extends Issue['code']> = Extract<Issue, { readonly code: Code }>;

const typeWords: Readonly<Record<string, Unsaid>> = {
  string: unsaid('It must be a text in quotes.'),
  number: unsaid('It must be a number.'),
  int: unsaid('It must be a whole number.'),
  boolean: unsaid('It must be true or false.'),
  array: unsaid('It must be a list.'),
  object: unsaid('It must be an object.'),
  record: unsaid('It must be an object.'),
  null: unsaid('It must be null.'),
};

const tooSmall = ({ origin, minimum, inclusive }: Bound<'too_small'>): Unsaid => {
  const least = Number(minimum);
  if (least === 1 && (origin === 'string' || origin === 'array'))
    return unsaid('It must not be empty.');
  if (origin === 'string') return unsaid('It must have at least {0} characters.', least);
  if (origin === 'array') return unsaid('It must have at least {0} items.', least);
  return inclusive === false
    ? unsaid('The value must be greater than {0}.', least)
    : unsaid('The smallest allowed value is {0}.', least);
};

const tooBig = ({ origin, maximum, inclusive }: Bound<'too_big'>): Unsaid => {
  const most = Number(maximum);
  if (origin === 'string') return unsaid('It may have at most {0} characters.', most);
  if (origin === 'array') return unsaid('It may have at most {0} items.', most);
  return inclusive === false
    ? unsaid('The value must be less than {0}.', most)
    : unsaid('The largest allowed value is {0}.', most);
};

const formatWords = ({ format, pattern }: Bound<'invalid_format'>): Unsaid =>
  format === 'regex' && pattern !== undefined
    ? unsaid('This must match the pattern {0}.', pattern)
    : unsaid('It must have the format {0}.', format);

const listed = (values: readonly unknown[]): string =>
  values.map((value) => JSON.stringify(value)).join(', ');

/** `value`: what stands there. */
export const issueWords = (issue: Issue, value: unknown): Unsaid | string => {
  if (value === undefined) return unsaid('It is required.');
  switch (issue.code) {
    case 'invalid_type':
      return typeWords[issue.expected] ?? issue.message;
    case 'too_small':
      return tooSmall(issue);
    case 'too_big':
      return tooBig(issue);
    case 'invalid_format':
      return formatWords(issue);
    case 'invalid_value':
      return unsaid('It must be one of these: {0}', listed(issue.values));
    case 'not_multiple_of':
      return unsaid('It must be a multiple of {0}.', issue.divisor);
    case 'unrecognized_keys':
      return unsaid('It may not hold {0}.', listed(issue.keys));
    case 'invalid_union':
      return unsaid('It fits none of the forms that are allowed.');
    case 'invalid_key':
    case 'invalid_element':
    case 'custom':
      return unsaid('It is not as the schema has it.');
  }
};
