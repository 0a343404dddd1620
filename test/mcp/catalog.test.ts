import { expect, test } from 'vitest';
import { type Ask, readList } from '../../src/mcp/catalog.ts';

const answering =
  (result: Record<string, unknown>): Ask =>
  async () =>
    result;

test('a thousand entries are listed and no more', async () => {
  const tools = Array.from({ length: 1001 }, (_, index) => ({ name: `t${index}` }));
  const { part, cut } = await readList(answering({ tools }), 'tools');
  expect(part.tools).toHaveLength(1000);
  expect(cut).toBe(true);
});

test('exactly a thousand entries are the whole list', async () => {
  const tools = Array.from({ length: 1000 }, (_, index) => ({ name: `t${index}` }));
  expect((await readList(answering({ tools }), 'tools')).cut).toBe(false);
});

test('one odd entry does not hide the others', async () => {
  const { part } = await readList(
    answering({ tools: [null, { name: 7 }, { name: 'fine', title: 1 }] }),
    'tools',
  );
  expect(part.tools).toEqual([
    {
      name: 'fine',
      title: null,
      description: null,
      inputSchema: {},
      annotations: {},
      canBeTask: false,
    },
  ]);
});

test('a title given as an annotation counts where there is no other', async () => {
  const { part } = await readList(
    answering({ tools: [{ name: 'a', annotations: { title: 'Adds' } }] }),
    'tools',
  );
  expect(part.tools?.[0]?.title).toBe('Adds');
});

test.each(['', 'same'])(
  'a server that repeats the cursor %j has come to its end',
  async (nextCursor) => {
    let asked = 0;
    const { part } = await readList(async () => {
      asked += 1;
      return { prompts: [{ name: `p${asked}` }], nextCursor };
    }, 'prompts');
    expect(part.prompts).toHaveLength(nextCursor === '' ? 1 : 2);
  },
);

test('an answer without the list is refused', async () => {
  await expect(readList(answering({}), 'resources')).rejects.toThrow('holds no resources');
});
