// A server whose transport is not known: Streamable HTTP first, the older one where the server shows that it is old.
import { describe, expect, test } from 'vitest';
import type { RpcRequest } from '../../../src/core/rpc.ts';
import { VirtualClock } from '../../support/virtualClock.ts';
import type { Trap } from '../../servers/trapServer.ts';
import { aCall, inShort, oldSession, Heard, trapped, until } from '../linkRig.ts';
import { answering, dial, eitherDialer, OldServer, refusalOf } from './sseRig.ts';

const hello: RpcRequest = { jsonrpc: '2.0', id: 1, method: 'initialize', params: {} };

/** An old server at `/mcp` that answers a POST there with `status`. */
const aged = (status: number, old = new OldServer(answering)): { old: OldServer; trap: Trap } => ({
  old,
  trap: (seen, answer) =>
    seen.method === 'POST' && seen.path === '/mcp'
      ? answer.status(status, 'Cannot POST /mcp')
      : old.trap(seen, answer),
});

const modern: Trap = (seen, answer) =>
  seen.method === 'POST' ? answer.result(seen.request.id, {}) : answer.status(405);

const methods = (seen: readonly { method: string; path: string }[]): string[] =>
  seen.map(({ method, path }) => `${method} ${path}`);

describe('a server', () => {
  test.each([400, 404, 405])(
    'that answers initialize with %i and opens a stream with an endpoint is spoken to the old way',
    async (status) => {
      const server = await trapped(aged(status).trap);
      const { link, heard } = await dial(eitherDialer(server.url));
      expect(inShort(await link.exchange(hello, {}))).toBe('answered');
      link.useVersion('2024-11-05');
      link.listen(null);
      expect(inShort(await link.exchange(aCall(), {}))).toBe('answered');
      expect(methods(server.seen)).toEqual([
        'POST /mcp',
        'GET /mcp',
        'POST /message?sessionId=1',
        'POST /message?sessionId=1',
      ]);
      expect(heard.pushes).toEqual(['fresh']);
      expect(link.session).toEqual({ id: null, protocolVersion: '2024-11-05' });
      await link.close(true);
      await until(() => server.sockets.size === 0);
    },
  );

  test('that speaks Streamable HTTP is never asked for the old stream', async () => {
    const server = await trapped(modern);
    const { link } = await dial(eitherDialer(server.url));
    expect(inShort(await link.exchange(hello, {}))).toBe('answered');
    expect(methods(server.seen)).toEqual(['POST /mcp']);
  });

  test.each([401, 403, 500, 503])(
    'that answers initialize with %i is not taken for old',
    async (status) => {
      const server = await trapped((_, answer) => answer.status(status));
      const { link } = await dial(eitherDialer(server.url));
      expect(inShort(await link.exchange(hello, {}))).not.toBe('answered');
      expect(methods(server.seen)).toEqual(['POST /mcp']);
    },
  );

  test('that speaks neither is told by its answer to initialize', async () => {
    const server = await trapped((_, answer) => answer.status(404));
    const { link } = await dial(eitherDialer(server.url));
    expect(inShort(await link.exchange(hello, {}))).toBe('refused endpoint-missing');
    expect(methods(server.seen)).toEqual(['POST /mcp', 'GET /mcp']);
  });

  test('with a stream that names no endpoint is soon let go', async () => {
    const clock = new VirtualClock();
    const server = await trapped((seen, answer) =>
      seen.method === 'POST' ? answer.status(404) : answer.stream(),
    );
    const { link } = await dial(eitherDialer(server.url, { clock, connectTimeout: 60_000 }));
    const fate = link.exchange(hello, {});
    await until(() => server.seen.length === 2);
    await clock.advance(5_000);
    expect(inShort(await fate)).toBe('refused endpoint-missing');
  });

  test('that refuses a call in a session is not asked for the old stream', async () => {
    const server = await trapped((_, answer) => answer.status(404));
    const dialer = eitherDialer(server.url);
    const link = await dialer.dial(oldSession, new Heard(), new AbortController().signal);
    expect(inShort(await link.exchange(aCall(), {}))).toBe('refused session-lost');
    await link.close(false);
    expect(server.seen.every(({ method }) => method !== 'GET')).toBe(true);
  });
});

describe('what was found', () => {
  test('is remembered: the next link goes the old way at once', async () => {
    const server = await trapped(aged(405).trap);
    const dialer = eitherDialer(server.url);
    const first = await dial(dialer);
    await first.link.exchange(hello, {});
    const before = server.seen.length;
    const second = await dial(dialer);
    expect(inShort(await second.link.exchange(hello, {}))).toBe('answered');
    expect(methods(server.seen.slice(before))).toEqual(['GET /mcp', 'POST /message?sessionId=2']);
  });

  test('is forgotten when the server has become a newer one', async () => {
    let trap = aged(405).trap;
    const server = await trapped((seen, answer) => trap(seen, answer));
    const dialer = eitherDialer(server.url);
    await (await dial(dialer)).link.exchange(hello, {});
    trap = modern;
    const before = server.seen.length;
    const { link } = await dial(dialer);
    expect(inShort(await link.exchange(hello, {}))).toBe('answered');
    await dial(dialer);
    expect(methods(server.seen.slice(before))).toEqual(['GET /mcp', 'POST /mcp']);
  });

  test('is kept while nobody listens', async () => {
    const first = await trapped(aged(405).trap);
    const dialer = eitherDialer(first.url);
    await (await dial(dialer)).link.exchange(hello, {});
    await first.close();
    expect(await refusalOf(dial(dialer))).toMatchObject({ kind: 'refused' });
    const again = await trapped(aged(405).trap, { port: first.port });
    await dial(dialer);
    expect(methods(again.seen)).toEqual(['GET /mcp']);
  });
});

test('a link that is closed while it looks for the old way ends both', async () => {
  const server = await trapped((seen, answer) =>
    seen.method === 'POST' ? answer.status(404) : answer.stream(),
  );
  const { link } = await dial(eitherDialer(server.url));
  const giveUp = new AbortController();
  const fate = link.exchange(hello, { signal: giveUp.signal });
  await until(() => server.seen.length === 2);
  giveUp.abort();
  await link.close(false);
  expect(inShort(await fate)).toBe('refused endpoint-missing');
  await until(() => server.sockets.size === 0);
});
