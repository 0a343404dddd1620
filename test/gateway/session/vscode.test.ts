// VS Code never resumes the stream of an answer, waits for ever on a lost one, and takes it by its id on the GET stream.
import { expect, test } from 'vitest';
import { openRig, type Rig } from './rig.ts';

const aLostCall = async (rig: Rig) => {
  const client = await rig.guest('Visual Studio Code - Insiders');
  const answer = await client.call(1);
  const { request, client: upstream } = await rig.server.request('tools/call');
  await answer.cut();
  await rig.silence();
  return { client, answerIt: () => upstream.answer(request.id, { content: [] }) };
};

test('a lost answer comes by its id on the open GET stream', async () => {
  const rig = await openRig();
  const { client, answerIt } = await aLostCall(rig);
  const stream = await client.get();
  answerIt();
  await stream.until(({ messages }) => messages.length === 1);
  expect(stream.messages).toEqual([{ jsonrpc: '2.0', id: 1, result: { content: [] } }]);
});

test('a lost answer waits for the next GET stream', async () => {
  const rig = await openRig();
  const { client, answerIt } = await aLostCall(rig);
  answerIt();
  const stream = await client.get();
  await stream.until(({ messages }) => messages.length === 1);
  expect(stream.messages).toMatchObject([{ id: 1 }]);
});

test('what a call caused after its stream was lost comes on the GET stream', async () => {
  const rig = await openRig();
  const { client } = await aLostCall(rig);
  const stream = await client.get();
  const { request, client: upstream } = await rig.server.request('tools/call');
  upstream.notify('notifications/message', {}, request.id);
  await stream.until(({ messages }) => messages.length === 1);
});

test('it is known by its product, or by the entry that was written for it, and its calls may be held for long', async () => {
  const rig = await openRig();
  const isPatient = (): boolean => rig.server.last.spec.isPatient;
  for (const name of [
    'Visual Studio Code',
    'VSCodium',
    'Code - OSS',
    'Visual Studio Code - Insiders',
  ]) {
    await rig.guest(name);
    expect(isPatient()).toBe(true);
  }
  for (const name of ['codex', 'Not Visual Studio Code', 'Claude Code']) {
    await rig.guest(name);
    expect(isPatient()).toBe(false);
  }
  const marked = rig.client();
  await marked.hello('A Fork', '2025-11-25', { headers: { 'mcp-lifeline-client': 'vscode' } });
  expect(isPatient()).toBe(true);
});

test('another client that lost an answer is not sent it on its GET stream: it asks for it', async () => {
  const rig = await openRig();
  const client = await rig.guest('claude-code');
  const answer = await client.call(1);
  const { request, client: upstream } = await rig.server.request('tools/call');
  await answer.cut();
  await rig.silence();
  const stream = await client.get();
  upstream.answer(request.id, { content: [] });
  upstream.notify('notifications/message');
  await stream.until(({ messages }) => messages.length === 1);
  expect(stream.methods).toEqual(['notifications/message']);
});
