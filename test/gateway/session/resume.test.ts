import { expect, test } from 'vitest';
import { Disk } from './disk.ts';
import { openRig, type Rig } from './rig.ts';
import type { Answer, HttpClient } from './httpClient.ts';

interface Cut {
  readonly client: HttpClient;
  readonly cursor: string;
}

/** A call that runs when its client's socket, or the gateway, dies. */
const aRunningCall = async (rig: Rig, method = 'tools/call'): Promise<Cut> => {
  const client = await rig.guest();
  const answer = await client.request(1, method, { name: 'write' });
  await rig.server.request(method);
  const { lastId } = await answer.until(({ events }) => events.length === 1);
  return { client, cursor: lastId };
};

const theAnswer = async (stream: Answer): Promise<unknown> => {
  await stream.whole();
  expect(stream.status).toBe(200);
  return stream.messages;
};

test('[reload-survives] a call that runs when the gateway dies is answered on its old stream', async () => {
  const before = await openRig();
  const { client, cursor } = await aRunningCall(before);
  const rig = await before.die();
  const stream = await client.at(rig.url()).get({ cursor });
  const { request } = await rig.server.request('tools/call');
  expect(rig.server.last.claims).toBe(1);
  rig.server.last.answer(request.id, { content: [] });
  expect(await theAnswer(stream)).toEqual([{ jsonrpc: '2.0', id: 1, result: { content: [] } }]);
});

test('[gateway-never-drops] the URL is the same after a death, and the session is attached as it was', async () => {
  const before = await openRig();
  const client = await before.guest('claude-code');
  const url = before.url();
  const { spec } = before.server.last;
  // It would say hello itself.
  expect(spec.hello).toBeNull();
  const rig = await before.die();
  expect(rig.url()).toBe(url);
  const answer = await (await client.at(rig.url()).request(1, 'tools/list')).whole();
  expect(answer.messages).toMatchObject([{ id: 1, result: { tools: [] } }]);
  expect(rig.server.last.spec).toEqual({
    client: spec.client,
    label: 'claude-code',
    isPatient: false,
    hello: {
      protocolVersion: '2025-11-25',
      capabilities: { sampling: {} },
      clientInfo: { name: 'claude-code', version: '1' },
    },
  });
});

test('an answer that comes in the moment in which the old calls are taken up is not missed', async () => {
  const before = await openRig();
  const { client, cursor } = await aRunningCall(before);
  const { request } = await before.server.request('tools/call');
  before.server.onClaim = (upstream) => upstream.answer(request.id, { content: [] });
  const rig = await before.die();
  const stream = await client.at(rig.url()).get({ cursor });
  expect(await theAnswer(stream)).toMatchObject([{ id: 1, result: { content: [] } }]);
});

test('an answer that comes before its client is back waits for it in the log', async () => {
  const before = await openRig();
  const { client, cursor } = await aRunningCall(before);
  const rig = await before.die();
  // Another request wakes the session first.
  const again = client.at(rig.url());
  await (await again.request(2, 'tools/list')).whole();
  const { request } = await rig.server.request('tools/call');
  rig.server.last.answer(request.id, { content: [] });
  const later = await rig.die();
  expect(await theAnswer(await client.at(later.url()).get({ cursor }))).toMatchObject([{ id: 1 }]);
});

test('the same request sent again after a death joins the call that runs', async () => {
  const before = await openRig();
  const { client } = await aRunningCall(before);
  const rig = await before.die();
  const again = await client.at(rig.url()).request(1, 'tools/call', { name: 'write' });
  const { request } = await rig.server.request('tools/call');
  rig.server.last.answer(request.id, { content: [] });
  expect(await theAnswer(again)).toMatchObject([{ id: 1, result: { content: [] } }]);
  expect(rig.server.attached.flatMap(({ requests }) => requests)).toHaveLength(1);
});

test('a client that was started anew too, and uses the id of a call that runs for another one, gets an answer of its own', async () => {
  const before = await openRig();
  const { client, cursor } = await aRunningCall(before);
  const rig = await before.die();
  const other = await client.at(rig.url()).request(1, 'tools/call', { name: 'read' });
  await rig.server.until(() => rig.server.last.requests.length === 1);
  const [request] = rig.server.last.requests;
  rig.server.last.answer(request?.id ?? '', { content: [{ type: 'text', text: 'read' }] });
  expect(await theAnswer(other)).toMatchObject([
    { id: 1, result: { content: [{ text: 'read' }] } },
  ]);
  const old = await client.at(rig.url()).get({ cursor });
  const { request: running } = await rig.server.request('tools/call');
  rig.server.last.answer(running.id, { content: [] });
  expect(await theAnswer(old)).toMatchObject([{ id: 1, result: { content: [] } }]);
});

test('[honest-unknown] a tool call of which nothing is left after a death is answered as one that may have run', async () => {
  const before = await openRig();
  const { client, cursor } = await aRunningCall(before);
  before.server.forget(before.server.last.spec.client);
  const rig = await before.die();
  for (let times = 0; times < 2; times += 1) {
    const stream = await client.at(rig.url()).get({ cursor });
    expect(await theAnswer(stream)).toMatchObject([{ id: 1, result: { isError: true } }]);
    expect(stream.text).toContain('may have run');
  }
});

test('anything but a tool call of which nothing is left is answered with an error of its id', async () => {
  const before = await openRig();
  const { client, cursor } = await aRunningCall(before, 'prompts/get');
  before.server.forget(before.server.last.spec.client);
  const rig = await before.die();
  const stream = await client.at(rig.url()).get({ cursor });
  expect(await theAnswer(stream)).toMatchObject([{ id: 1, error: { code: -32010 } }]);
});

test('a cursor that says nothing to anybody but the log is resumed all the same', async () => {
  const disk = new Disk();
  disk.log.idOf = (_streamId, count) => `event-${count}`;
  const rig = await openRig({ disk });
  const { client, cursor } = await aRunningCall(rig);
  const stream = await client.get({ cursor });
  const { request } = await rig.server.request('tools/call');
  rig.server.last.answer(request.id, { content: [] });
  expect(await theAnswer(stream)).toMatchObject([{ id: 1, result: { content: [] } }]);
});

test('a cursor whose event the log has dropped still finds the call that runs', async () => {
  const rig = await openRig();
  const { client, cursor } = await aRunningCall(rig);
  rig.disk.log.forgetAll();
  const stream = await client.get({ cursor });
  const { request } = await rig.server.request('tools/call');
  rig.server.last.answer(request.id, { content: [] });
  expect(await theAnswer(stream)).toMatchObject([{ id: 1, result: { content: [] } }]);
});

test('a cursor whose event the log has dropped, of a call that is over, is answered as unknown', async () => {
  const rig = await openRig();
  const { client, cursor } = await aRunningCall(rig);
  const { request } = await rig.server.request('tools/call');
  rig.server.last.answer(request.id, { content: [] });
  await rig.silence();
  rig.disk.log.forgetAll();
  const stream = await client.get({ cursor });
  expect(await theAnswer(stream)).toMatchObject([{ id: 1, result: { isError: true } }]);
});

test('[bounded] a stream on which nothing is left stays open in silence; too many of them are told so', async () => {
  const rig = await openRig();
  const client = await rig.guest();
  const done = await (await client.request(1, 'tools/list')).whole();
  for (let count = 0; count < 16; count += 1) {
    const stream = await client.get({ cursor: done.lastId });
    expect(stream.status).toBe(200);
    expect(stream.messages).toEqual([]);
  }
  expect((await client.get({ cursor: done.lastId })).status).toBe(405);
  expect(rig.gateway.openStreams).toBe(16);
});

test('two streams of one request are both fed', async () => {
  const rig = await openRig();
  const { client, cursor } = await aRunningCall(rig);
  const streams = [await client.get({ cursor }), await client.get({ cursor })];
  const { request } = await rig.server.request('tools/call');
  rig.server.last.answer(request.id, {});
  for (const stream of streams) expect(await theAnswer(stream)).toHaveLength(1);
});

test('[at-most-once] [never-lost] an orderly end gives a cursor to a request that was expected to be quick', async () => {
  const before = await openRig();
  const client = await before.guest();
  const quick = await client.request(1, 'prompts/get', { name: 'x' });
  const first = await before.server.request('prompts/get');
  first.client.answer(first.request.id, {});
  await quick.whole();
  const asked = client.request(2, 'prompts/get', { name: 'x' });
  await before.server.until(() => first.client.requests.length === 2);
  const stopped = before.gateway.stop();
  await before.clock.advance(100);
  const answer = await asked;
  expect(answer.status).toBe(200);
  await answer.whole();
  expect(answer.messages).toEqual([]);
  await stopped;

  const rig = await before.die();
  const stream = await client.at(rig.url()).get({ cursor: answer.lastId });
  const { request } = await rig.server.request('prompts/get');
  rig.server.last.answer(request.id, { content: [] });
  expect(await theAnswer(stream)).toMatchObject([{ id: 2, result: { content: [] } }]);
});

test('[never-lost] an orderly end waits a moment for what was just sent, and takes nothing new', async () => {
  const rig = await openRig();
  const client = await rig.guest();
  const call = await client.call(1);
  const { request, client: upstream } = await rig.server.request('tools/call');
  const stopped = rig.gateway.stop();
  const late = await (await client.call(2)).whole();
  expect([late.status, upstream.requests.length]).toEqual([503, 1]);
  upstream.answer(request.id, { content: [] });
  await call.whole();
  expect(call.messages).toMatchObject([{ id: 1, result: { content: [] } }]);
  await rig.clock.advance(100);
  await stopped;
});

test('an orderly end leaves open calls to the next life', async () => {
  const before = await openRig();
  const { client, cursor } = await aRunningCall(before);
  const stopped = before.gateway.stop();
  await before.clock.advance(100);
  await stopped;
  const rig = await before.die();
  const stream = await client.at(rig.url()).get({ cursor });
  const { request } = await rig.server.request('tools/call');
  rig.server.last.answer(request.id, { content: [] });
  expect(await theAnswer(stream)).toMatchObject([{ id: 1, result: { content: [] } }]);
});

test('[reload-survives] whoever waits has an answer before it is kept; after a death in between the call may have run', async () => {
  const before = await openRig();
  const client = await before.guest();
  const answer = await client.call(1);
  const { request } = await before.server.request('tools/call');
  const { lastId: cursor } = await answer.until(({ events }) => events.length === 1);
  const { log } = before.disk;
  const append = log.append.bind(log);
  log.append = () => {
    throw new Error('killed');
  };
  expect(() => before.server.last.answer(request.id, { content: [] })).toThrow('killed');
  expect(await theAnswer(answer)).toEqual([{ jsonrpc: '2.0', id: 1, result: { content: [] } }]);
  log.append = append;
  const rig = await before.die();
  // It comes back if the answer was lost on its way.
  const told = await theAnswer(await client.at(rig.url()).get({ cursor }));
  expect(told).toMatchObject([{ id: 1, result: { isError: true } }]);
  expect(JSON.stringify(told)).toContain('may have run');
});
