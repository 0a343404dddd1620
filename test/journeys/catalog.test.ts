// A server comes back with other tools than it had.
import { expect, test } from 'vitest';
import { until } from '../support/fleetRig.ts';
import { readyWith } from './stage.ts';

test('[fresh-fallback] tools that a restarted server has or no longer has show in the catalog, without anybody asking', async () => {
  const { server, rig } = await readyWith({ tools: ['alpha', 'beta'] });
  const extra = (): string[] =>
    rig
      .server()
      .catalog.value.tools.map(({ name }) => name)
      .filter((name) => ['alpha', 'beta', 'gamma'].includes(name));
  expect(extra()).toEqual(['alpha', 'beta']);
  await server.process.restart({ TOOLS: 'beta,gamma' });
  await until(() => extra().includes('gamma'));
  expect(extra()).toEqual(['beta', 'gamma']);
  expect(await rig.call('gamma')).toMatchObject({ text: 'gamma done' });
});

test('a tool that a running server adds shows in the catalog', async () => {
  const { rig } = await readyWith();
  const { text } = await rig.call('grow');
  const name = text.replace('grew ', '');
  await until(() => rig.server().catalog.value.tools.some((tool) => tool.name === name));
  expect(await rig.call(name)).toMatchObject({ text: `${name} done` });
});

test('at first each list is read once, although it is announced with the welcome too', async () => {
  const { server } = await readyWith();
  const asked = (await server.requests()).map(({ rpc }) => rpc);
  for (const list of ['tools/list', 'resources/list', 'prompts/list'])
    expect(asked.filter((rpc) => rpc === list)).toEqual([list]);
});
