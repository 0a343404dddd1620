// The official client on the gateway: what it makes of the streams, and of a death in the middle of a call.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema,
  LoggingMessageNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { expect, onTestFinished, test } from 'vitest';
import { isObject } from '../../../src/core/rpc.ts';
import { eventually, openRig, type Rig, token } from './rig.ts';

const connect = async (rig: Rig) => {
  const client = new Client({ name: 'sdk', version: '1' }, { capabilities: { sampling: {} } });
  const transport = new StreamableHTTPClientTransport(new URL(rig.url()), {
    requestInit: { headers: { authorization: `Bearer ${token}` } },
  });
  const errors: Error[] = [];
  client.onerror = (error) => errors.push(error);
  await client.connect(transport);
  onTestFinished(() => client.close());
  return { client, errors };
};

const ok = { content: [{ type: 'text', text: 'done' }] };

test('[gateway-never-drops] it connects, lists, calls, hears and is asked', async () => {
  const rig = await openRig();
  const { client, errors } = await connect(rig);
  const heard = Promise.withResolvers<unknown>();
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) =>
    heard.resolve(params.data),
  );
  client.setRequestHandler(CreateMessageRequestSchema, () => ({
    model: 'm',
    role: 'assistant',
    content: { type: 'text', text: 'yes' },
  }));
  expect((await client.listTools()).tools).toEqual([]);
  const progress: number[] = [];
  const called = client.callTool({ name: 'write' }, undefined, {
    onprogress: (report) => progress.push(report.progress),
  });
  const { request, client: upstream } = await rig.server.request('tools/call');
  const meta = request.params?.['_meta'];
  const progressToken = isObject(meta) ? meta['progressToken'] : null;
  upstream.notify('notifications/progress', { progressToken, progress: 1 });
  const question = { method: 'sampling/createMessage', params: { messages: [], maxTokens: 1 } };
  upstream.say({ jsonrpc: '2.0', id: 'server-1', ...question }, request.id);
  await rig.server.until(() => upstream.sent.some((message) => 'result' in message));
  upstream.answer(request.id, ok);
  expect(await called).toEqual(ok);
  expect(progress).toEqual([1]);
  upstream.notify('notifications/message', { level: 'info', data: 'heard' });
  expect(await heard.promise).toBe('heard');
  expect(errors).toEqual([]);
});

test('[reload-survives] a call in the middle of which the gateway dies is answered, and the session goes on', async () => {
  const before = await openRig();
  const { client } = await connect(before);
  await eventually(() => before.gateway.openStreams === 1);
  const changed = Promise.withResolvers<void>();
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => changed.resolve());
  const called = client.callTool({ name: 'write' });
  await before.server.request('tools/call');
  const rig = await before.die();
  // It comes back by itself.
  await rig.server.until(() => rig.server.attached.length === 2);
  const { request } = await rig.server.request('tools/call');
  rig.server.last.answer(request.id, ok);
  expect(await called).toEqual(ok);
  rig.server.last.notify('notifications/tools/list_changed');
  await changed.promise;
  expect((await client.listTools()).tools).toEqual([]);
  expect(
    rig.server.attached.flatMap(({ requests }) =>
      requests.filter(({ method }) => method === 'tools/call'),
    ),
  ).toHaveLength(1);
});

test('an error of the server reaches it as one, and costs no second stream that is asked for again and again', async () => {
  const rig = await openRig();
  const { client } = await connect(rig);
  const called = client.callTool({ name: 'write' });
  const { request, client: upstream } = await rig.server.request('tools/call');
  upstream.say({
    jsonrpc: '2.0',
    id: request.id,
    error: { code: -32602, message: 'Unknown tool' },
  });
  await expect(called).rejects.toThrow('Unknown tool');
});

test('a cancelled call ends for both sides', async () => {
  const rig = await openRig();
  const { client } = await connect(rig);
  const abort = new AbortController();
  const called = client.callTool({ name: 'write' }, undefined, { signal: abort.signal });
  const { request, client: upstream } = await rig.server.request('tools/call');
  abort.abort();
  await expect(called).rejects.toThrow();
  await rig.server.until(() =>
    upstream.sent.some(
      (message) => 'method' in message && message.method === 'notifications/cancelled',
    ),
  );
  expect(upstream.sent.at(-1)).toMatchObject({ params: { requestId: request.id } });
});
