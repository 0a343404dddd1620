// The stream of an answer, byte by byte: it can be resumed from its first event, whatever becomes of the client's
// connection, of the server, or of the gateway itself.
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { expect, onTestFinished, test } from 'vitest';
import { isObject } from '../../../src/core/rpc.ts';
import { sdkAgent } from '../../support/gatewayAgents.ts';
import { type RawAnswer, textOf } from '../../support/gatewayRaw.ts';
import {
  aClient,
  aGateway,
  aServer,
  aWayThrough,
  dev,
  runsOf,
} from '../../support/gatewayStage.ts';
import { until } from '../../support/fleetRig.ts';

/** Of the notifications that this server numbers. */
const numbersIn = (answer: RawAnswer): unknown[] =>
  answer.messages.flatMap(({ method, params }) => {
    const data = isObject(params) ? params['data'] : null;
    return method === 'notifications/message' && isObject(data) ? [data['number']] : [];
  });

test('[gateway-never-drops] an answer begins with a cursor, a time to wait and no data, before the server has said anything', async () => {
  const { server, client } = await aWayThrough();
  await client.say(1, 'echo', { text: 'there' });
  await server.process.kill9();
  const answer = await client.call(2, 'append', { text: 'held' });
  await answer.until(() => answer.events.length > 0, 'a first event');
  const [first] = answer.events;
  expect(answer.status).toBe(200);
  expect(answer.headers['content-type']).toContain('text/event-stream');
  expect(first?.id).toBeTruthy();
  expect(first?.data).toBe('');
  // Agents that waited less than a reload takes gave up in it.
  expect(first?.retry).toBeGreaterThanOrEqual(1500);
  expect(runsOf(server, 'append')).toBe(0);
  server.process.start();
  expect(textOf(await answer.response(2))).toBe('appended held');
  await answer.end();
  expect(runsOf(server, 'append')).toBe(1);
});

test('[resume-stream] an answer whose stream broke arrives on a GET with its cursor, and there alone', async () => {
  const { server, client } = await aWayThrough();
  const standalone = await client.get();
  const answer = await client.call(1, 'slow', { ms: 400 });
  await answer.until(() => answer.events.length > 0, 'a first event');
  const [first] = answer.events;
  answer.drop();
  const rest = await client.get({ lastEventId: first?.id ?? '' });
  expect(rest.status).toBe(200);
  expect(textOf(await rest.response(1))).toBe('slept 400');
  expect(rest.messages).toHaveLength(1);
  expect(standalone.answerTo(1)).toBeUndefined();
  expect(runsOf(server, 'slow')).toBe(1);
});

test('[resume-stream] an answer that came while nobody listened is there for whoever comes back', async () => {
  const { server, client } = await aWayThrough();
  const answer = await client.call('late', 'slow', { ms: 50 });
  await answer.until(() => answer.events.length > 0, 'a first event');
  answer.drop();
  const [first] = answer.events;
  // The server answers the longer call after the shorter one.
  await client.say(2, 'slow', { ms: 200 });
  for (const round of [1, 2]) {
    const rest = await client.get({ lastEventId: first?.id ?? '' });
    expect(textOf(await rest.response('late')), `round ${round}`).toBe('slept 50');
    rest.drop();
  }
  expect(runsOf(server, 'slow')).toBe(2);
});

test('[reload-survives] after the death of the gateway an answer arrives on the old session, with the old cursor', async () => {
  const { server, gateway, client } = await aWayThrough({ events: 'kept', keepSessions: true });
  const answer = await client.call(1, 'slow', { ms: 700 }, { progressToken: 1 });
  // What was reported has a cursor, and so has what comes after it.
  await answer.until(() => answer.messages.length >= 1, 'some progress');
  await gateway.restart();
  await answer.end();
  expect(answer.answerTo(1)).toBeUndefined();
  const rest = await client.get({ lastEventId: answer.events[0]?.id ?? '' });
  expect(rest.status).toBe(200);
  // This server keeps its events, so the answer itself is found, not a doubt about it.
  expect(textOf(await rest.response(1))).toBe('slept 700');
  expect(runsOf(server, 'slow')).toBe(1);
});

test('[honest-unknown] where nothing of an answer can be found after the death of the gateway, its caller is told so', async () => {
  const { server, gateway, client } = await aWayThrough({ events: 'off' });
  const answer = await client.call(1, 'slow', { ms: 700 });
  await answer.until(() => answer.events.length > 0, 'a first event');
  await until(() => runsOf(server, 'slow') === 1);
  await gateway.restart();
  const rest = await client.get({ lastEventId: answer.events[0]?.id ?? '' });
  const response = await rest.response(1);
  expect(response['result']).toMatchObject({ isError: true });
  expect(textOf(response)).toContain('may have run');
  expect(runsOf(server, 'slow')).toBe(1);
});

test('[at-most-once] the same request, sent again while it runs, runs once, and both get the answer', async () => {
  const { server, client } = await aWayThrough();
  const first = await client.call(7, 'slow', { ms: 400 });
  await until(() => runsOf(server, 'slow') === 1);
  const second = await client.call(7, 'slow', { ms: 400 });
  expect(textOf(await second.response(7))).toBe('slept 400');
  expect(textOf(await first.response(7))).toBe('slept 400');
  expect(runsOf(server, 'slow')).toBe(1);
});

test('[at-most-once] a request that is sent again because its stream broke joins the one that runs', async () => {
  const { server, client } = await aWayThrough();
  const first = await client.call(7, 'slow', { ms: 400 });
  await until(() => runsOf(server, 'slow') === 1);
  first.drop();
  const second = await client.call(7, 'slow', { ms: 400 });
  expect(textOf(await second.response(7))).toBe('slept 400');
  expect(runsOf(server, 'slow')).toBe(1);
});

test('an id that was answered is good for another call: clients count from one again', async () => {
  const { server, client } = await aWayThrough();
  expect(await client.say(1, 'append', { text: 'a' })).toBe('appended a');
  expect(await client.say(1, 'append', { text: 'a' })).toBe('appended a');
  expect(runsOf(server, 'append')).toBe(2);
});

test('a client of 2025-06-18 gets an answer that can be resumed, and nothing without data on its standalone stream', async () => {
  const server = await aServer();
  const gateway = await aGateway(server.url);
  const client = await aClient(gateway, undefined, { protocolVersion: '2025-06-18' });
  const standalone = await client.get();
  const answer = await client.call(1, 'notify', { count: 2 });
  await answer.until(() => answer.events.length > 0, 'a first event');
  expect(answer.events[0]?.id).toBeTruthy();
  await standalone.until(() => standalone.messages.length >= 2, 'two notifications');
  expect(standalone.events.filter(({ data }) => data === '')).toEqual([]);
});

test('a stream that goes on begins with the cursor that it goes on from: the SDK forgets the one of a response that broke', async () => {
  const { gateway, client } = await aWayThrough();
  const older = await aClient(gateway, undefined, { protocolVersion: '2025-06-18' });
  for (const [asking, type] of [
    [client, null],
    [older, 'cursor'],
  ] as const) {
    const answer = await asking.call(1, 'slow', { ms: 500 });
    await answer.until(() => answer.events.length > 0, 'a first event');
    answer.drop();
    const cursor = answer.events[0]?.id ?? '';
    const rest = await asking.get({ lastEventId: cursor });
    await rest.until(() => rest.events.length > 0, 'a first event');
    expect(rest.events[0]).toMatchObject({ id: cursor, data: '', type });
    expect(textOf(await rest.response(1))).toBe('slept 500');
  }
});

test('[reload-survives] one call outlives the gateway twice, before anything was said of it in between', async () => {
  const { server, gateway } = await aWayThrough({ events: 'kept', keepSessions: true });
  const clients: Client[] = [];
  const agent = await sdkAgent(gateway, dev, '2025-11-25', (made) => clients.push(made));
  onTestFinished(() => agent.close());
  // Until the SDK has read a cursor it knows none, also of a stream that it came back for with one.
  let cursors = 0;
  const call = clients[0]?.callTool({ name: 'slow', arguments: { ms: 6000 } }, undefined, {
    onresumptiontoken: () => (cursors += 1),
  });
  await until(() => runsOf(server, 'slow') === 1 && cursors === 1);
  for (const times of [1, 2]) {
    // By the time that another call has its answer, the gateway has read the cursor of this one, which its server sent before.
    await agent.call('echo', { text: 'beside' });
    await gateway.restart();
    await until(() => cursors > times);
  }
  expect(await call).toMatchObject({ content: [{ text: 'slept 6000' }] });
  expect(runsOf(server, 'slow')).toBe(1);
});

test('an editor that never asks for the rest of an answer gets it by its id on its standalone stream', async () => {
  const { server, client } = await aWayThrough();
  const editor = (await client.as({ entry: 'vscode', protocolVersion: null }).hello()).client;
  const standalone = await editor.get();
  const answer = await editor.call(3, 'slow', { ms: 300 });
  await until(() => runsOf(server, 'slow') === 1);
  answer.drop();
  expect(textOf(await standalone.response(3))).toBe('slept 300');
});

test('a client that takes only JSON gets one answer of JSON, when it is there', async () => {
  const { client } = await aWayThrough();
  const plain = client.as({ accept: 'application/json' });
  const answer = await plain.call(1, 'slow', { ms: 100 });
  expect(answer.headers['content-type']).toContain('application/json');
  expect(textOf(await answer.response(1))).toBe('slept 100');
});

test('a stream that has said everything is not said again, and stays open for whoever asks on', async () => {
  const { client } = await aWayThrough();
  const answer = await client.call(1, 'echo', { text: 'all' });
  await answer.end();
  const rest = await client.get({ lastEventId: answer.events.at(-1)?.id ?? '' });
  expect(rest.status).toBe(200);
  await client.say(2, 'echo', { text: 'more' });
  expect([rest.isOver, rest.messages]).toEqual([false, []]);
});

test('a cursor that nobody knows opens a standalone stream, and its client is told to read the lists again', async () => {
  const { client } = await aWayThrough();
  const stream = await client.get({ lastEventId: 'of-another-world' });
  expect(stream.status).toBe(200);
  await stream.until(
    () => stream.messages.some(({ method }) => method === 'notifications/tools/list_changed'),
    'a changed list of tools',
  );
  await client.say(1, 'notify', { count: 1 });
  await stream.until(
    () => stream.messages.some(({ method }) => method === 'notifications/message'),
    'the notification',
  );
});

test('[resume-stream] what a server that keeps its events said while the gateway was dead reaches its client, once and in order', async () => {
  const { server, gateway, client } = await aWayThrough({ events: 'kept', keepSessions: true });
  const first = await client.get();
  await client.say(1, 'notify', { count: 3 });
  await first.until(() => numbersIn(first).length === 3, 'three notifications');
  // Cursors of this stream are written down every quarter of a second.
  await client.say(2, 'slow', { ms: 400 });
  await gateway.kill9();
  await server.notify(3);
  await gateway.start();
  const second = await client.get({ lastEventId: first.events.at(-1)?.id ?? '' });
  await second.until(() => numbersIn(second).length >= 3, 'three more');
  expect(numbersIn(second)).toEqual([4, 5, 6]);
});
