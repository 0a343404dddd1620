// What a person is asked for, as it stands in the settings: what it becomes, and what a bad one says.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mostInputs, parseInputs } from '../../src/core/parseInputs.ts';
import { parseSettings } from '../../src/core/parseSettings.ts';

describe('an input', () => {
  test.each<[object, object]>([
    [
      { type: 'promptString', id: 'key', description: 'API key', password: true },
      { kind: 'promptString', id: 'key', description: 'API key', default: null, password: true },
    ],
    [
      { id: 'key', default: 'x' },
      { kind: 'promptString', id: 'key', description: null, default: 'x', password: false },
    ],
    [
      { type: 'pickString', id: 'env', options: ['dev', { label: 'Live', value: 'prod' }] },
      {
        kind: 'pickString',
        id: 'env',
        description: null,
        default: null,
        options: [
          { label: 'dev', value: 'dev' },
          { label: 'Live', value: 'prod' },
        ],
      },
    ],
    [
      { type: 'command', id: 'token', command: 'tokens.get', args: { scope: 'a' } },
      {
        kind: 'command',
        id: 'token',
        description: null,
        command: 'tokens.get',
        args: { scope: 'a' },
      },
    ],
  ])('%j is read', (entry, input) => {
    expect(parseInputs([entry])).toEqual({ inputs: [input], complaints: [] });
  });

  test.each<[unknown, string]>([
    ['key', `Input 1 is not used: it must be an object with 'type' and 'id'.`],
    [{ type: 'promptString' }, `'id' must be a text`],
    [{ id: 'a}b' }, `'id' must be a text of 1 to 100 characters without braces`],
    [{ type: 'number', id: 'a' }, `'type' must be "promptString", "pickString" or "command"`],
    [{ type: 'pickString', id: 'a' }, `'options' must be a list of 1 to 500 texts`],
    [{ type: 'pickString', id: 'a', options: [] }, `'options' must be a list of 1 to 500 texts`],
    [{ type: 'pickString', id: 'a', options: [1] }, `'options' must be a list of 1 to 500 texts`],
    [{ type: 'command', id: 'a' }, `'command' must be the id of an editor command`],
    [{ id: 'a', password: 'yes' }, `'password' must be true or false`],
    [{ id: 'a', default: 7 }, `'default' must be a text`],
  ])('%j is told what is wrong, and the others work', (entry, complaint) => {
    const { inputs, complaints } = parseInputs([entry, { id: 'good' }]);
    expect(complaints).toEqual([expect.stringContaining(complaint)]);
    expect(inputs).toMatchObject([{ id: 'good' }]);
  });

  test('with an id that was taken is left out', () => {
    const { inputs, complaints } = parseInputs([{ id: 'a' }, { id: 'a', password: true }]);
    expect(inputs).toMatchObject([{ id: 'a', password: false }]);
    expect(complaints).toEqual([`The input "a" is defined twice; the first counts.`]);
  });
});

test('a list is needed, and its length has a limit', () => {
  expect(parseInputs({}).complaints).toEqual([expect.stringContaining('must be a list')]);
  const many = Array.from({ length: mostInputs + 1 }, (_, index) => ({ id: `i${index}` }));
  expect(parseInputs(many).inputs).toHaveLength(mostInputs);
  expect(parseInputs(many).complaints).toHaveLength(1);
});

test('whatever the inputs are, each is read or complained of, and nothing throws', () => {
  fc.assert(
    fc.property(fc.array(fc.anything(), { maxLength: 20 }), (entries) => {
      const { inputs, complaints } = parseInputs(entries);
      expect(inputs.length + complaints.length).toBe(entries.length);
    }),
  );
});

test('a bad one is a complaint of the settings', () => {
  const { settings, complaints } = parseSettings({ inputs: [{ id: 'a' }, 7] });
  expect(settings.inputs).toMatchObject([{ id: 'a' }]);
  expect(complaints.map(({ key }) => key)).toEqual(['inputs']);
  expect(complaints[0]?.text).toContain(`'mcpLifeline.inputs': Input 2 is not used`);
});
