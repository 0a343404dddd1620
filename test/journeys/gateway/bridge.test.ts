// Our bridge, as a client that speaks stdio meets it: it knows nothing of a gateway but the folder in which gateways say where
// they are, and it outlives all of them. The storm rages with it too (storm.test.ts).
import { expect, test } from 'vitest';
import { GatewayProcess } from '../../support/gatewayProcess.ts';
import { aGateway, aServer, dev, runsOf } from '../../support/gatewayStage.ts';
import { bridgeAgent } from '../../support/gatewayStdioAgents.ts';
import { until } from '../../support/fleetRig.ts';
import { appended } from '../stage.ts';

test('a bridge that starts before any gateway has ever run waits for one, and then offers its tools', async ({
  onTestFinished,
}) => {
  const server = await aServer();
  const gateway = new GatewayProcess({ servers: { [dev]: { type: 'http', url: server.url } } });
  onTestFinished(() => gateway.stop());
  const connecting = bridgeAgent(gateway, dev);
  const [agent] = await Promise.all([connecting, gateway.start()]);
  onTestFinished(() => agent.close());
  await until(async () => (await agent.listTools()).includes('append'));
  expect(await agent.call('append', { text: 'x' })).toMatchObject({ text: 'appended x' });
  expect(runsOf(server, 'append')).toBe(1);
  expect(agent.trouble).toEqual([]);
});

test('[never-lost] [at-most-once] calls made while the gateway is dead run when it is back, each once, and the bridge is the same process', async ({
  onTestFinished,
}) => {
  const server = await aServer();
  const gateway = await aGateway(server.url);
  const agent = await bridgeAgent(gateway, dev);
  onTestFinished(() => agent.close());
  await agent.call('echo', { text: 'there' });
  const { pid } = agent;
  await gateway.kill9();
  const texts = ['a', 'b', 'c'];
  const calls = texts.map((text) => agent.call('append', { text }));
  await until(() => agent.output.includes('away'));
  await gateway.start();
  const said = await Promise.all(calls);
  expect(said.map(({ text }) => text)).toEqual(texts.map((text) => `appended ${text}`));
  expect(appended(server)).toEqual(texts);
  expect([agent.pid, agent.trouble]).toEqual([pid, []]);
});

test('[reload-survives] a call in the middle of which the gateway dies is answered through the bridge, in the same session of the server', async ({
  onTestFinished,
}) => {
  const server = await aServer({ events: 'kept', keepSessions: true });
  const gateway = await aGateway(server.url);
  const agent = await bridgeAgent(gateway, dev);
  onTestFinished(() => agent.close());
  expect(await agent.call('session_state')).toMatchObject({ text: '{"counter":1}' });
  const call = agent.call('slow', { ms: 800 });
  await until(() => runsOf(server, 'slow') === 1);
  await gateway.restart();
  expect(['slept 800', expect.stringContaining('may have run')]).toContainEqual((await call).text);
  expect(await agent.call('session_state')).toMatchObject({ text: '{"counter":2}' });
  expect(runsOf(server, 'slow')).toBe(1);
  expect(agent.trouble).toEqual([]);
});
