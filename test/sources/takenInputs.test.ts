// Inputs come and go with the entries that ask for them; those that the user had before are his, and stay.
import { writeFileSync } from 'node:fs';
import { applyEdits, modify } from 'jsonc-parser';
import { describe, expect, test } from 'vitest';
import type { FoundServer } from '../../src/core/sources.ts';
import { entriesOf } from '../../src/sources/takenBook.ts';
import { found, read, reasonOf, takenIn, TakeStage, wishFor } from './takeOverRig.ts';

const stage = new TakeStage();

const header = (...ids: readonly string[]): string =>
  `{ "X-Key": "${ids.map((id) => `\${input:${id}}`).join(' ')}" }`;

const inputs = ['mine', 'fresh'].map(
  (id) => `{ "type": "promptString", "id": "${id}", "description": "${id}" }`,
);

const text = `{
  "inputs": [${inputs.join(', ')}],
  "servers": {
    "one": { "url": "http://one", "headers": ${header('mine', 'fresh')} },
    "two": { "url": "http://two", "headers": ${header('fresh')} }
  }
}
`;

const pair = async (): Promise<readonly [FoundServer, FoundServer]> => {
  const file = stage.home.write('mcp.json', text);
  const [one, two] = await found(stage.place('vscode-user', file));
  if (!one || !two) throw new Error('no servers');
  return [one, two];
};

describe('an input that was defined before', () => {
  test('stays when the entry is given back, and the one that came with it goes', async () => {
    stage.shelf.inputs.add('mine');
    const [one] = await pair();
    await stage.take([one]);
    expect([...stage.shelf.inputs]).toEqual(['mine', 'fresh']);
    expect(await stage.giveNamed('one')).toEqual([]);
    expect([...stage.shelf.inputs]).toEqual(['mine']);
  });

  test('stays when taking over fails and is undone', async () => {
    stage.shelf.inputs.add('mine');
    stage.shelf.entries.set('two', { url: 'http://mine' });
    const [one, two] = await pair();
    const results = await stage.life.takeOver.take([wishFor(one), wishFor(two)]);
    expect(results.map(reasonOf).join()).toContain('There is a server named "two" already.');
    expect([...stage.shelf.inputs]).toEqual(['mine']);
  });

  test('stays in a workspace file too, which is read once more after our setting was written', async () => {
    stage.shelf.inputs.add('mine');
    const whole = `${JSON.stringify({ folders: [], settings: { mcp: {} } }, null, 2)}\n`;
    const section = modify(whole, ['settings', 'mcp'], JSON.parse(text), {});
    const file = stage.home.write('all.code-workspace', applyEdits(whole, section));
    stage.shelf.onChange = (name, entry) => {
      const path = ['settings', 'mcpLifeline.servers', ...(entry ? [name] : [])];
      writeFileSync(file, applyEdits(read(file), modify(read(file), path, entry, {})));
    };
    const [one] = await found(stage.place('vscode-workspace', file));
    if (!one) throw new Error('no server');
    await stage.life.takeOver.take([wishFor(one, { home: { kind: 'workspace', file } })]);
    expect([...stage.shelf.inputs]).toEqual(['mine', 'fresh']);
    expect(await stage.giveNamed('one')).toEqual([]);
    expect([...stage.shelf.inputs]).toEqual(['mine']);
  });
});

test('an input that came with one entry goes with the last that was taken over with it', async () => {
  const [one, two] = await pair();
  await stage.take([one]);
  await stage.take([two]);
  const files = await stage.life.book.load();
  const idsOf = (name: string): readonly string[] | undefined =>
    files.flatMap(entriesOf).find((entry) => entry.name === name)?.inputs;
  expect(idsOf('one')).toEqual(['mine', 'fresh']);
  expect(idsOf('two')).toEqual(['fresh']);
  expect(await takenIn(stage.life)).toHaveLength(2);
});
