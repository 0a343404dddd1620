// The link against servers that people run: the whole conversation, and what each does with a stale session.
import { expect, onTestFinished, test } from 'vitest';
import type { RpcResponse } from '../../src/core/rpc.ts';
import type { Fate } from '../../src/runtime/ports.ts';
import { type RealServer, startRealServer } from '../support/realServers.ts';
import { inShort, linkTo, newSession, until } from './linkRig.ts';

const hello = {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 'link-test', version: '1' },
};

/** They take a second or two to start, more on a busy machine. */
const slow = { timeout: 60_000 };

const request = (id: number, method: string, params: Record<string, unknown> = {}) =>
  ({ jsonrpc: '2.0', id, method, params }) as const;

const answered = (fate: Fate): RpcResponse =>
  fate.kind === 'answered'
    ? fate.response
    : expect.fail(`Expected an answer, met ${JSON.stringify(fate)}.`);

const shaken = async (url: string) => {
  const rig = linkTo(url, { session: newSession });
  answered(await rig.link.exchange(request(1, 'initialize', hello), {}));
  rig.link.useVersion('2025-11-25');
  const note = { jsonrpc: '2.0', method: 'notifications/initialized' } as const;
  expect(inShort(await rig.link.tell(note))).toBe('accepted');
  return rig;
};

const talks: readonly { readonly name: RealServer; readonly call: object }[] = [
  { name: 'everything', call: { name: 'echo', arguments: { message: 'hi' } } },
  { name: 'fastmcp', call: { name: 'echo', arguments: { text: 'hi' } } },
];

test.for(talks)(
  '$name: handshake, list, call, push stream, stale session, goodbye',
  slow,
  async ({ name, call }) => {
    const server = await startRealServer(name);
    onTestFinished(() => server.stop());
    const { link, heard } = await shaken(server.url);
    expect(link.session.id).toMatch(/^[\w-]{8,}$/);
    link.listen(null);
    await until(() => heard.pushes.length > 0);
    expect(heard.pushes).toEqual(['fresh']);
    const list = answered(await link.exchange(request(2, 'tools/list'), {}));
    expect(list).toHaveProperty('result.tools.0.name');
    const result = answered(await link.exchange(request(3, 'tools/call', { ...call }), {}));
    expect(JSON.stringify(result)).toContain('hi');
    const stale = linkTo(server.url, { session: { id: 'stale', protocolVersion: '2025-11-25' } });
    expect(inShort(await stale.link.exchange(request(4, 'ping'), {}))).toBe('refused session-lost');
    await link.close(true);
    const ended = linkTo(server.url, { session: link.session });
    expect(inShort(await ended.link.exchange(request(5, 'ping'), {}))).toBe('refused session-lost');
  },
);

test.for<RealServer>(['everything', 'mcpProxy'])(
  '%s: progress of a long call comes on its stream, and a cut one is resumed to its end',
  slow,
  async (name) => {
    const server = await startRealServer(name);
    onTestFinished(() => server.stop());
    const { link, heard } = await shaken(server.url);
    const call = request(5, 'tools/call', {
      name: 'trigger-long-running-operation',
      arguments: { duration: 2, steps: 4 },
      _meta: { progressToken: 5 },
    });
    const giveUp = new AbortController();
    const cut = link.exchange(call, { signal: giveUp.signal });
    await until(() => heard.messages.length >= 1);
    giveUp.abort();
    const fate = await cut;
    const cursor = fate.kind === 'broken' ? fate.cursor : expect.fail(inShort(fate));
    expect(cursor).not.toBeNull();
    const result = answered(await link.resume(5, cursor ?? '', {}));
    expect(JSON.stringify(result)).toContain('Long running operation completed');
    const steps = heard.messages.map(({ message }) => message.params?.['progress']);
    expect(steps).toEqual([...new Set(steps)]);
  },
);

test(
  'after a kill and a restart the next call of everything meets a lost session, never an unknown outcome',
  slow,
  async () => {
    const server = await startRealServer('everything');
    onTestFinished(() => server.stop());
    const { link, heard } = await shaken(server.url);
    link.listen(null);
    await until(() => heard.pushes.length > 0);
    await server.kill9();
    expect(inShort(await link.exchange(request(6, 'ping'), {}))).toBe('not-sent refused');
    await server.restart();
    expect(inShort(await link.exchange(request(7, 'ping'), {}))).toBe('refused session-lost');
    expect(heard.losses).toEqual([]);
  },
);
