// Documents of tool arguments: where they start, how they are read and checked, and what of them may be kept.
import { parse } from 'jsonc-parser';
import { describe, expect, test } from 'vitest';
import { Source } from '../../src/base/signal.ts';
import { createDrafts } from '../../src/host/toolDrafts.ts';
import { readDocument, skeletonOf, withoutSecrets } from '../../src/host/toolSkeleton.ts';
import { aTool } from '../support/fakeFleet.ts';

const say = (text: string, ...args: (string | number)[]): string =>
  text.replaceAll(/\{(\d)\}/g, (_, index: string) => String(args[Number(index)]));

const schema = {
  type: 'object',
  required: ['title', 'place', 'token'],
  properties: {
    title: { type: 'string' },
    labels: { type: 'array', items: { type: 'string' } },
    place: { $ref: '#/$defs/place' },
    token: { type: 'string' },
  },
  $defs: {
    place: {
      type: 'object',
      required: ['owner', 'depth'],
      properties: { owner: { type: 'string' }, depth: { type: 'integer', default: 3 }, note: {} },
    },
  },
};
const tool = aTool('create', { description: 'Makes\none', inputSchema: schema });
const skeleton = skeletonOf(tool, {}, 'schema:/a', say);

describe('the skeleton', () => {
  test('holds what is required, with defaults, through references', () => {
    const expected = { $schema: 'schema:/a', title: '', place: { owner: '', depth: 3 } };
    expect(parse(skeleton)).toEqual(expected);
  });

  test('names the optional arguments and the secret ones, which it does not hold', () => {
    expect(skeleton).toContain('// Optional: labels');
    expect(skeleton).toMatch(/never kept: token/);
    expect(skeleton).not.toContain('"token"');
  });

  test('starts from the values that the form had', () => {
    const begun = skeletonOf(tool, { title: 'hello', token: 'abc' }, 'schema:/a', say);
    expect(parse(begun)).toMatchObject({ title: 'hello' });
    expect(begun).not.toContain('abc');
  });

  test('ends for a schema that contains itself', () => {
    const inputSchema = {
      type: 'object',
      required: ['next'],
      properties: { next: { $ref: '#' } },
    };
    expect(() => skeletonOf(aTool('loop', { inputSchema }), {}, 's:/', say)).not.toThrow();
  });
});

describe('a document', () => {
  const good =
    '// words\n{ "$schema": "s:/", "title": "a", "place": { "owner": "me", "depth": 1 }, }';
  const secrets = { token: 't' };

  test('that fits is its arguments with the secrets, without our reference to the schema', async () => {
    expect(await readDocument(good, schema, secrets, say)).toEqual({
      kind: 'fine',
      args: { title: 'a', place: { owner: 'me', depth: 1 }, token: 't' },
    });
  });

  test('that does not fit says where', async () => {
    const text = good.replace('"depth": 1', '"depth": "x"');
    const checked = await readDocument(text, schema, secrets, say);
    expect(checked).toMatchObject({
      kind: 'faulty',
      faults: [
        {
          offset: text.indexOf('"x"'),
          length: 3,
          text: 'place.depth: It must be a number.',
        },
      ],
    });
  });

  test('without a required property says so at its owner', async () => {
    const text = good.replace('"owner": "me", ', '');
    const checked = await readDocument(text, schema, secrets, say);
    const offset = text.indexOf('{ "depth"');
    expect(checked).toMatchObject({ kind: 'faulty', faults: [{ offset }] });
  });

  test.each(['{ "a": ', '[]', '5', ''])('of %j is refused', async (text) => {
    expect(await readDocument(text, {}, {}, say)).toMatchObject({ kind: 'faulty' });
  });

  test('is left to the server where the schema cannot be understood', async () => {
    const checked = await readDocument('{"a":1}', { type: 'object', if: {} }, {}, say);
    expect(checked).toEqual({ kind: 'fine', args: { a: 1 } });
  });
});

describe('what is kept', () => {
  test('[keep-secrets] holds no password, however deep, also of a text that is not finished', () => {
    const text =
      '{ "a": "x", "auth": { "password": "hunter2", "list": [{ "apiKey": "k-123" }] }, "token": "t-1"';
    const kept = withoutSecrets(text);
    expect(kept).not.toMatch(/hunter2|k-123|t-1/);
    expect(kept).toContain('"a": "x"');
  });

  const aMemento = () => {
    const values = new Map<string, unknown>();
    return {
      keys: () => [...values.keys()],
      get: <T>(key: string): T | undefined => values.get(key) as T | undefined,
      update: (key: string, value: unknown) => {
        values.set(key, structuredClone(value));
        return Promise.resolve();
      },
    };
  };

  type State = Parameters<typeof createDrafts>[0];
  const theDrafts = (state: object = aMemento(), mayStore = new Source(true)) =>
    createDrafts(state as State, mayStore);

  test('outlives the drafts that wrote it', () => {
    const state = aMemento();
    theDrafts(state).keepFields('server', 'tool', { a: 1 });
    theDrafts(state).keepText('server', 'other', '{}');
    const drafts = theDrafts(state);
    expect(drafts.fields('server', 'tool')).toEqual({ a: 1 });
    expect(drafts.text('server', 'other')).toBe('{}');
    drafts.drop('server', 'tool');
    expect(theDrafts(state).fields('server', 'tool')).toEqual({});
  });

  test('is not mixed up between tools whose names run together', () => {
    const drafts = theDrafts();
    drafts.keepFields('a', 'b/c', { here: 1 });
    expect(drafts.fields('a/b', 'c')).toEqual({});
  });

  test('[bounded] is limited in number and size', () => {
    const drafts = theDrafts();
    for (let index = 0; index < 60; index++) drafts.keepFields('s', `t${index}`, { index });
    expect(drafts.fields('s', 't0')).toEqual({});
    expect(drafts.fields('s', 't59')).toEqual({ index: 59 });
    drafts.keepText('s', 'big', 'x'.repeat(600_000));
    expect(drafts.text('s', 'big')).toBeUndefined();
  });

  test('[keep-secrets] stays in memory where arguments may not be written down', () => {
    const [state, mayStore] = [aMemento(), new Source(true)];
    const drafts = theDrafts(state, mayStore);
    drafts.keepFields('server', 'tool', { a: 1 });
    mayStore.set(false);
    expect(state.get('mcpLifeline.drafts')).toBeUndefined();
    drafts.keepText('server', 'other', '{}');
    expect(state.get('mcpLifeline.drafts')).toBeUndefined();
    expect([drafts.fields('server', 'tool'), drafts.text('server', 'other')]).toEqual([
      { a: 1 },
      '{}',
    ]);
    mayStore.set(true);
    expect(theDrafts(state).fields('server', 'tool')).toEqual({ a: 1 });
  });

  test('is erased where it was forbidden between two lives', () => {
    const state = aMemento();
    theDrafts(state).keepFields('server', 'tool', { a: 1 });
    expect(theDrafts(state, new Source(false)).fields('server', 'tool')).toEqual({});
    expect(state.get('mcpLifeline.drafts')).toBeUndefined();
  });

  test('is nothing where the stored value is unreadable', () => {
    const state = aMemento();
    void state.update('mcpLifeline.drafts', [{ key: 1 }, 'x', null]);
    const drafts = theDrafts(state);
    expect(drafts.fields('a', 'b')).toEqual({});
  });
});
