// The window reloads, or the extension host is killed; the server keeps our session, and what it said meanwhile.
import { expect, onTestFinished, test } from 'vitest';
import { FleetProcess } from '../support/fleetProcess.ts';
import { until } from '../support/fleetRig.ts';
import type { RestartableServer } from '../support/restartableServer.ts';
import {
  aFolder,
  aServer,
  inspect,
  notified,
  notifiedIn,
  range,
  readyWith,
  recoveredBy,
  untilListed,
} from './stage.ts';

/** Ids of all requests that ever came on the newest session. */
const idsOfSession = async (server: RestartableServer): Promise<unknown[]> => {
  const seen = (await server.requests()).filter(({ session }) => session !== null);
  const newest = seen.at(-1)?.session;
  return seen
    .filter(({ rpc, id, session }) => session === newest && rpc !== null && id !== null)
    .map(({ id }) => id);
};

test('[reload-survives] after a reload the same session goes on, and no request id is used twice', async () => {
  const { server, rig } = await readyWith();
  expect(await rig.call('session_state')).toMatchObject({ text: '{"counter":1}' });
  await rig.reload();
  await rig.untilState('ready');
  expect(recoveredBy(rig)).toBe('same-session');
  expect(await rig.call('session_state')).toMatchObject({ text: '{"counter":2}' });
  await rig.reload();
  expect(await rig.call('session_state')).toMatchObject({ text: '{"counter":3}' });
  expect(await inspect(rig)).toMatchObject({ initializesSeen: 1, protocolVersion: '2025-11-25' });
  await untilListed(rig);
  const ids = await idsOfSession(server);
  expect(ids.length).toBeGreaterThan(10);
  expect(new Set(ids).size).toBe(ids.length);
});

test.for(['memory', 'kept'] as const)(
  '[reload-survives] [resume-stream] what the server said while we were away arrives once (events in %s)',
  async (events) => {
    const { server, rig } = await readyWith({ events });
    await server.notify(3);
    await until(() => notified(rig).length === 3);
    await rig.reload(() => server.notify(4));
    await until(() => notified(rig).length >= 7);
    await server.notify(2);
    await until(() => notified(rig).includes(9));
    expect(notified(rig)).toEqual(range(9));
    expect(recoveredBy(rig)).toBe('same-session');
  },
);

test('[fresh-fallback] a session that expired while we were away is replaced, marked as new, and what was set on it is set again', async () => {
  const { server, rig } = await readyWith({ tools: ['old'] });
  expect(await rig.ask('logging/setLevel', { level: 'warning' })).toMatchObject({ result: {} });
  expect(await rig.ask('resources/subscribe', { uri: 'test://note' })).toMatchObject({
    result: {},
  });
  expect(await rig.call('session_state')).toMatchObject({ text: '{"counter":1}' });
  await rig.reload(() => server.process.restart({ TOOLS: 'fresh' }));
  await rig.untilState('ready');
  expect(recoveredBy(rig)).toBe('new-session');
  expect(await rig.call('session_state')).toMatchObject({ text: '{"counter":1}' });
  expect(await inspect(rig)).toMatchObject({
    logLevel: 'warning',
    subscriptions: ['test://note'],
    initializesSeen: 1,
  });
  await untilListed(rig);
  const tools = rig.server().catalog.value.tools.map(({ name }) => name);
  expect(tools).toContain('fresh');
  expect(tools).not.toContain('old');
});

test('[fresh-fallback] a server that accepts any session but was restarted while we were away gets a new one', async () => {
  const { server, rig } = await readyWith({ stale: 'accept' });
  await until(() => rig.server().health.value !== null);
  await rig.call('session_state');
  await rig.reload(() => server.process.restart());
  await rig.untilState('ready');
  expect(recoveredBy(rig)).toBe('new-session');
  expect(await inspect(rig)).toMatchObject({ initializesSeen: 1, initializeCount: 1 });
});

test('[reload-survives] a server that is down when we come back is waited for, and its kept session goes on', async () => {
  const { server, rig } = await readyWith({ keepSessions: true, health: false });
  expect(await rig.call('session_state')).toMatchObject({ text: '{"counter":1}' });
  await rig.reload(() => server.process.kill9());
  await rig.untilState('reconnecting');
  const held = rig.call('session_state');
  server.process.start();
  expect(await held).toMatchObject({ text: '{"counter":2}' });
});

test('[reload-survives] [resume-stream] after a kill of the extension host its successor goes on with the session, hears what was said meanwhile once, and uses no id twice', async () => {
  const server = await aServer({ events: 'memory' });
  const options = { settings: { servers: { dev: { url: server.url } } }, folder: aFolder() };
  const first = new FleetProcess(options);
  onTestFinished(() => first.kill9());
  await first.untilState('ready');
  expect(await first.call('session_state')).toMatchObject({ text: '{"counter":1}' });
  await server.notify(2);
  await until(async () => notifiedIn(await first.heard()).length === 2);
  await first.kill9();
  await server.notify(3);
  const second = new FleetProcess(options);
  onTestFinished(() => second.kill9());
  expect((await second.untilState('ready')).recovered).toBe('same-session');
  expect(await second.call('session_state')).toMatchObject({ text: '{"counter":2}' });
  await server.notify(1);
  await until(async () => notifiedIn(await second.heard()).includes(6));
  // Nothing is missing and nothing doubled; what the killed one had heard just before may come again, since a cursor is
  // written within a quarter of a second and not at once.
  const heard = notifiedIn(await second.heard());
  expect(heard.length).toBeGreaterThanOrEqual(4);
  expect(heard).toEqual(range(6).slice(-heard.length));
  const ids = await idsOfSession(server);
  expect(new Set(ids).size).toBe(ids.length);
});
