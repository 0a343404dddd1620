// A tool's schema as fields, and what is typed into them.
import { describe, expect, test } from 'vitest';
import { type Field, fieldsOf, isSecretName, secretFieldsOf } from '../../src/host/toolFields.ts';
import { faultOf, readField } from '../../src/host/toolFieldText.ts';

const say = (text: string, ...args: (string | number)[]): string =>
  text.replaceAll(/\{(\d)\}/g, (_, index: string) => String(args[Number(index)]));

const schemaOf = (properties: Record<string, unknown>, required: string[] = []) => ({
  type: 'object',
  properties,
  required,
});

const fieldOf = (schema: Record<string, unknown>, required = false): Field => {
  const [field] = fieldsOf(schemaOf({ value: schema }, required ? ['value'] : [])) ?? [];
  if (!field) throw new Error('The schema is not flat.');
  return field;
};

const read = (schema: Record<string, unknown>, text: string, required = false) =>
  readField(fieldOf(schema, required), text, say);

describe('a schema', () => {
  test('of plain values becomes fields, the required ones first', () => {
    const fields = fieldsOf(schemaOf({ a: { type: 'string' }, b: { type: 'integer' } }, ['b']));
    expect(fields?.map(({ name, required }) => [name, required])).toEqual([
      ['b', true],
      ['a', false],
    ]);
  });

  test('without properties has no fields', () => {
    expect(fieldsOf({ type: 'object' })).toEqual([]);
  });

  test.each([
    ['a list', { type: 'array', items: { type: 'string' } }],
    ['an object', { type: 'object', properties: {} }],
    ['a reference', { $ref: '#/$defs/a' }],
    ['a choice of types', { anyOf: [{ type: 'string' }, { type: 'number' }] }],
    ['no type', {}],
    ['a choice of objects', { enum: [{ a: 1 }] }],
  ])('with %s is edited as a document', (_, property) => {
    expect(fieldsOf(schemaOf({ value: property }))).toBeNull();
  });

  test.each([
    ['anyOf with null', { anyOf: [{ type: 'integer' }, { type: 'null' }], title: 'Limit' }],
    ['a list of types with null', { type: ['integer', 'null'], title: 'Limit' }],
  ])('that writes an optional value as %s is still flat', (_, property) => {
    expect(fieldOf(property)).toMatchObject({
      title: 'Limit',
      type: { kind: 'number', whole: true },
    });
  });

  test('that combines whole schemas is edited as a document', () => {
    expect(
      fieldsOf({ ...schemaOf({ a: { type: 'string' } }), oneOf: [{ required: ['a'] }] }),
    ).toBeNull();
  });
});

describe('a secret', () => {
  test.each(['password', 'apiKey', 'api_key', 'accessToken', 'client_secret', 'passphrase'])(
    'is known by the name %s',
    (name) => expect(isSecretName(name)).toBe(true),
  );

  test.each(['query', 'pageToken', 'next_page_token', 'tokens', 'secretary', 'passenger'])(
    'is not suspected behind the name %s',
    (name) => expect(isSecretName(name)).toBe(false),
  );

  test('is known by its format, and by being write-only', () => {
    const schema = schemaOf({
      pin: { type: 'string', format: 'password' },
      word: { type: 'string', writeOnly: true },
      name: { type: 'string' },
    });
    expect(secretFieldsOf(schema).map(({ name }) => name)).toEqual(['pin', 'word']);
  });
});

describe('what is typed', () => {
  test.each([
    ['text', { type: 'string' }, 'abc', 'abc'],
    ['a number', { type: 'number' }, ' 1.5 ', 1.5],
    ['a whole number', { type: 'integer' }, '-7', -7],
  ])('into a field for %s is its value', (_, schema, text, value) => {
    expect(read(schema, text)).toEqual({ kind: 'value', value });
  });

  test.each([
    [{ type: 'integer' }, '1.5'],
    [{ type: 'number' }, 'one'],
    [{ type: 'number' }, ' '],
    [{ type: 'integer', minimum: 2 }, '1'],
    [{ type: 'integer', maximum: 2 }, '3'],
    [{ type: 'integer', exclusiveMinimum: 2 }, '2'],
    [{ type: 'number', exclusiveMaximum: 2 }, '2'],
    [{ type: 'string', minLength: 2 }, 'a'],
    [{ type: 'string', maxLength: 2 }, 'abc'],
    [{ type: 'string', pattern: '^a$' }, 'b'],
  ])('is refused with a reason: %j does not take "%s"', (schema, text) => {
    expect(read(schema, text)).toMatchObject({ kind: 'wrong' });
  });

  test('may be nothing where the argument is optional, and not where it is required', () => {
    expect(read({ type: 'string' }, '')).toEqual({ kind: 'nothing' });
    expect(read({ type: 'string' }, '', true)).toMatchObject({ kind: 'wrong' });
  });

  test('is left to the server where its pattern cannot be understood', () => {
    expect(read({ type: 'string', pattern: '(' }, 'b')).toEqual({ kind: 'value', value: 'b' });
  });
});

describe('a value of a draft', () => {
  test.each([
    ['an unfinished text', { type: 'string', minLength: 3 }, 'ab'],
    ['a removed choice', { enum: ['a', 'b'] }, 'c'],
    ['a text for a boolean', { type: 'boolean' }, 'true'],
  ])('is asked for again when it is %s', (_, schema, value) => {
    expect(faultOf(fieldOf(schema), value, say)).not.toBeNull();
  });

  test.each([
    ['a number', { type: 'integer', maximum: 9 }, 7],
    ['a choice', { enum: ['a', 2] }, 2],
    ['false', { type: 'boolean' }, false],
  ])('is taken when it is %s', (_, schema, value) => {
    expect(faultOf(fieldOf(schema), value, say)).toBeNull();
  });
});
