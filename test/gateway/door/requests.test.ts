import { expect, describe, test } from 'vitest';
import { resultOf } from '../../../src/core/rpc.ts';
import type { McpRequest } from '../../../src/gateway/mcpRequest.ts';
import { jsonReply, send } from '../../../src/gateway/reply.ts';
import { aDoor, authorized, bytesOf, ping, posting } from './doorRig.ts';

interface ErrorBody {
  readonly id: unknown;
  readonly error: { readonly code: number; readonly message: string };
}

const errorIn = (text: string): ErrorBody => JSON.parse(text) as ErrorBody;

describe('what is handed on', () => {
  test('a POST comes with its message, its size and its headers', async () => {
    const rig = await aDoor();
    const headers = {
      ...posting,
      'mcp-session-id': 'abc',
      'mcp-protocol-version': '2025-11-25',
      'mcp-lifeline-client': 'vscode',
    };
    const body = ping('é');
    const answer = await rig.ask({ path: '/mcp/my%20server', headers, body });
    expect(answer.status).toBe(200);
    expect(answer.headers['cache-control']).toBe('no-store');
    const expected: McpRequest = {
      kind: 'post',
      server: 'my server',
      headers: {
        sessionId: 'abc',
        protocolVersion: '2025-11-25',
        lastEventId: null,
        acceptsJson: true,
        acceptsEvents: true,
        entry: 'vscode',
      },
      message: { jsonrpc: '2.0', id: 'é', method: 'ping' },
      bytes: Buffer.byteLength(body),
    };
    expect(rig.taken).toEqual([expected]);
  });

  test.each([
    ['text/event-stream, application/json', true, true],
    ['application/json,text/event-stream;q=0.5', true, true],
    ['application/json', true, false],
    ['text/event-stream', false, true],
    ['application/*, text/event-stream;q=0', true, false],
    ['*/*', true, true],
  ])('Accept: %s is understood', async (accept, acceptsJson, acceptsEvents) => {
    const rig = await aDoor();
    expect((await rig.ask({ headers: { ...posting, accept }, body: ping() })).status).toBe(200);
    expect(rig.taken[0]?.headers).toMatchObject({ acceptsJson, acceptsEvents });
  });

  test('GET and DELETE need no body and no content type, and carry their cursor', async () => {
    const rig = await aDoor();
    const headers = { ...authorized, accept: 'text/event-stream', 'last-event-id': '7' };
    await rig.ask({ method: 'GET', headers });
    await rig.ask({ method: 'DELETE', headers: { ...authorized, 'mcp-session-id': 'abc' } });
    expect(rig.taken.map(({ kind, headers: { lastEventId } }) => [kind, lastEventId])).toEqual([
      ['get', '7'],
      ['delete', null],
    ]);
  });

  test('a body that comes in pieces, and after an Expect, is whole', async () => {
    const rig = await aDoor();
    const body = ping(5);
    const socket = await rig.open();
    const heard: string[] = [];
    socket.on('data', (chunk: Buffer) => heard.push(chunk.toString()));
    const headers = [
      `Authorization: ${authorized.authorization}`,
      'Content-Type: application/json; charset=UTF-8',
      'Transfer-Encoding: chunked',
      'Expect: 100-continue',
    ];
    socket.write(bytesOf(rig.port, 'POST /mcp/dev HTTP/1.1', headers));
    await expect.poll(() => heard.join('')).toContain('100 Continue');
    for (const letter of body) socket.write(`1\r\n${letter}\r\n`);
    socket.write('0\r\n\r\n');
    await expect.poll(() => heard.join('')).toContain('"id":5');
  });

  test('a handler that fails costs its own request only, which is answered under its id', async () => {
    const rig = await aDoor({
      handle: (request, response) => {
        if (request.server === 'faulty') throw new Error('a secret from inside');
        send(response, jsonReply(200, resultOf(1, {})));
      },
    });
    const answer = await rig.ask({ path: '/mcp/faulty', body: ping(9) });
    expect([answer.status, errorIn(answer.text).id]).toEqual([500, 9]);
    expect(answer.text).not.toContain('secret');
    expect((await rig.ask({ body: ping() })).status).toBe(200);
  });
});

describe('a message is refused, under its id where it has one,', () => {
  const deep = (depth: number): string =>
    `{"jsonrpc":"2.0","id":3,"method":"x","params":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`;

  test.each<[string, string | Buffer, number, unknown]>([
    ['no JSON', '{"jsonrpc":', -32700, null],
    ['nothing', '', -32700, null],
    ['no UTF-8', Buffer.from(ping('\u00ff'), 'latin1'), -32700, null],
    ['a batch', `[${ping()},${ping(2)}]`, -32600, null],
    ['an empty batch', '[]', -32600, null],
    ['no object', '"text"', -32600, null],
    ['no JSON-RPC', '{"id":7,"method":"ping"}', -32600, 7],
    ['JSON-RPC 1.0', '{"jsonrpc":"1.0","id":"a","method":"ping"}', -32600, 'a'],
    ['neither method nor answer', '{"jsonrpc":"2.0","id":8}', -32600, 8],
    ['a null id', '{"jsonrpc":"2.0","id":null,"method":"ping"}', -32600, null],
    ['an id without end', '{"jsonrpc":"2.0","id":1e999,"method":"ping"}', -32600, null],
    ['params by position', '{"jsonrpc":"2.0","id":4,"method":"x","params":[1]}', -32600, 4],
    ['nested deeper than can be written again', deep(5000), -32600, 3],
    ['the stateless era', '{"jsonrpc":"2.0","id":6,"method":"server/discover"}', -32000, 6],
  ])('that is %s', async (_, body, code, id) => {
    const rig = await aDoor();
    const answer = await rig.ask({ body });
    expect(answer.status).toBe(400);
    const { error, id: told } = errorIn(answer.text);
    expect([error.code, told]).toEqual([code, id]);
    expect(error.message.length).toBeGreaterThan(10);
    expect(rig.taken).toEqual([]);
  });

  test('and the words about a batch say why', async () => {
    const rig = await aDoor();
    const { text } = await rig.ask({ body: `[${ping()}]` });
    expect(errorIn(text).error.message).toMatch(/^Batching was removed/);
  });

  test('but deep enough for anybody', async () => {
    const rig = await aDoor();
    expect((await rig.ask({ body: deep(900) })).status).toBe(200);
  });
});

describe('the protocol version', () => {
  const ask = async (version: string, more: Readonly<Record<string, string>>, method: string) => {
    const rig = await aDoor();
    const body = JSON.stringify({ jsonrpc: '2.0', id: 2, method });
    const headers = { ...posting, ...more, 'mcp-protocol-version': version };
    return rig.ask({ headers, body });
  };

  test.each(['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'])('%s is known', async (it) => {
    expect((await ask(it, {}, 'ping')).status).toBe(200);
  });

  test.each(['2026-07-28', 'DRAFT-2026', '1', 'nonsense'])(
    '%s is refused outside a session, with the known ones',
    async (version) => {
      const { status, text } = await ask(version, {}, 'tools/list');
      expect([status, errorIn(text).id]).toEqual([400, 2]);
      expect(errorIn(text).error.message).toContain('2025-11-25');
    },
  );

  test('one that only the server behind knows passes in a session, where a refusal would end it', async () => {
    const session = { 'mcp-session-id': 'abc' };
    expect((await ask('2027-01-01', session, 'ping')).status).toBe(200);
    expect((await ask('nonsense', session, 'ping')).status).toBe(400);
  });

  test('does not keep anybody from initialize, which negotiates it', async () => {
    expect((await ask('2026-07-28', {}, 'initialize')).status).toBe(200);
  });
});

describe('the terms of a request', () => {
  test.each<[string, number, Readonly<Record<string, string>>]>([
    ['another content type', 415, { 'content-type': 'text/plain' }],
    ['another charset', 415, { 'content-type': 'application/json; charset=utf-16' }],
    ['a packed body', 415, { 'content-encoding': 'gzip' }],
    ['an Accept that takes neither', 406, { accept: 'text/html' }],
    ['a session id with spaces', 400, { 'mcp-session-id': 'a b' }],
    ['a session id of 1025 letters', 400, { 'mcp-session-id': 'a'.repeat(1025) }],
  ])('%s is answered %i', async (_, status, headers) => {
    const rig = await aDoor();
    const answer = await rig.ask({ headers: { ...posting, ...headers }, body: ping() });
    expect(answer.status).toBe(status);
    // No JSON-RPC without an id: clients built on rmcp would wait for ever.
    expect(answer.headers['content-type']).toContain('text/plain');
    expect(rig.taken).toEqual([]);
  });

  test('a missing content type is answered 415, and a session id of 1024 letters is taken', async () => {
    const rig = await aDoor();
    expect((await rig.ask({ headers: authorized, body: ping() })).status).toBe(415);
    const headers = { ...posting, 'mcp-session-id': 'a'.repeat(1024) };
    expect((await rig.ask({ headers, body: ping() })).status).toBe(200);
  });

  test('a GET that takes no events is answered 406, and one with a body 400', async () => {
    const rig = await aDoor();
    const get = { method: 'GET', headers: { ...authorized, accept: 'application/json' } };
    expect((await rig.ask(get)).status).toBe(406);
    const headers = { ...authorized, 'content-length': '2' };
    expect((await rig.ask({ method: 'GET', headers, body: '{}' })).status).toBe(400);
    expect(rig.taken).toEqual([]);
  });
});

describe('/health', () => {
  test('tells anybody that the gateway lives, and only the token everything', async () => {
    const rig = await aDoor();
    const ask = async (path: string, headers: Readonly<Record<string, string>>) => {
      const { status, text } = await rig.ask({ method: 'GET', path, headers });
      const told: unknown = status === 200 ? JSON.parse(text) : null;
      return [status, told];
    };
    expect(await ask('/health', {})).toEqual([200, { status: 'healthy' }]);
    expect(await ask('/health', authorized)).toEqual([
      200,
      { status: 'healthy', servers: { dev: {} } },
    ]);
    expect(await ask('/health/dev', authorized)).toEqual([200, { name: 'dev' }]);
    expect(await ask('/health/nobody', authorized)).toEqual([404, null]);
    expect(await ask('/health/dev', {})).toEqual([401, null]);
    expect(await ask('/health/nobody', {})).toEqual([401, null]);
  });
});
