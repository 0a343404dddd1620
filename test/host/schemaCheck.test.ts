import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/core/rpc.ts';
import { inEnglish } from '../../src/core/wording/english.ts';
import { sayNow } from '../../src/core/wording/unsaid.ts';
import { misfitsOf } from '../../src/host/schemaCheck.ts';

const textsOf = (property: JsonObject, value: JsonObject): readonly string[] =>
  misfitsOf({ type: 'object', properties: { a: property }, required: ['a'] }, value).map(
    ({ words }) => (typeof words === 'string' ? `foreign: ${words}` : sayNow(words, inEnglish)),
  );

test.each<readonly [property: JsonObject, value: JsonObject, text: string]>([
  [{ type: 'string' }, {}, 'It is required.'],
  [{ type: 'string' }, { a: 1 }, 'It must be a text in quotes.'],
  [{ type: 'integer' }, { a: 1.5 }, 'It must be a whole number.'],
  [{ type: 'number' }, { a: 'x' }, 'It must be a number.'],
  [{ type: 'boolean' }, { a: 'x' }, 'It must be true or false.'],
  [{ type: 'array' }, { a: 'x' }, 'It must be a list.'],
  [{ type: 'object' }, { a: 'x' }, 'It must be an object.'],
  [{ type: 'null' }, { a: 'x' }, 'It must be null.'],
  [{ enum: ['p', 'q'] }, { a: 'x' }, 'It must be one of these: "p", "q"'],
  [{ const: 5 }, { a: 'x' }, 'It must be one of these: 5'],
  [{ type: 'string', minLength: 3 }, { a: 'x' }, 'It must have at least 3 characters.'],
  [{ type: 'string', minLength: 1 }, { a: '' }, 'It must not be empty.'],
  [{ type: 'string', maxLength: 3 }, { a: 'long' }, 'It may have at most 3 characters.'],
  [{ type: 'string', format: 'email' }, { a: 'x' }, 'It must have the format email.'],
  [{ type: 'string', pattern: '^y' }, { a: 'x' }, 'This must match the pattern /^y/.'],
  [{ type: 'array', items: {}, minItems: 2 }, { a: [] }, 'It must have at least 2 items.'],
  [{ type: 'array', items: {}, maxItems: 2 }, { a: [1, 2, 3] }, 'It may have at most 2 items.'],
  [{ type: 'number', minimum: 3 }, { a: 1 }, 'The smallest allowed value is 3.'],
  [{ type: 'number', maximum: 3 }, { a: 5 }, 'The largest allowed value is 3.'],
  [{ type: 'number', exclusiveMinimum: 3 }, { a: 3 }, 'The value must be greater than 3.'],
  [{ type: 'number', exclusiveMaximum: 3 }, { a: 3 }, 'The value must be less than 3.'],
  [{ type: 'number', multipleOf: 3 }, { a: 4 }, 'It must be a multiple of 3.'],
  [
    { anyOf: [{ type: 'string' }, { type: 'number' }] },
    { a: true },
    'It fits none of the forms that are allowed.',
  ],
  [{ type: 'object', additionalProperties: false }, { a: { b: 1 } }, 'It may not hold "b".'],
])('what %j says of %j is said in our words', (property, value, text) => {
  expect(textsOf(property, value)).toEqual([text]);
});
