// A trial connection finds out what a server is and has, says why where it cannot, and leaves nothing behind.
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { realClock } from '../../src/base/clock.ts';
import { parseServers } from '../../src/core/parseServers.ts';
import type { ProbeOutcome } from '../../src/core/probing.ts';
import type { ServerDefinition } from '../../src/core/settings.ts';
import { probeServer } from '../../src/mcp/probeServer.ts';
import { startRestartable } from '../support/restartableServer.ts';
import { freePort } from '../support/serverProcess.ts';
import { trapped } from './linkRig.ts';
import { OldServer } from './sse/sseRig.ts';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

const define = (entry: Record<string, unknown>): ServerDefinition => {
  const [definition] = parseServers({ tried: entry }, '/health');
  if (!definition || definition.kind === 'bad') throw new Error('The entry is bad.');
  return definition;
};

const probe = (
  entry: Record<string, unknown>,
  signal: AbortSignal = new AbortController().signal,
  connectTimeout = 5000,
): Promise<ProbeOutcome> =>
  probeServer(
    define(entry),
    {
      clock: realClock,
      log: silent,
      connectTimeout,
      probeTimeout: 1000,
      maxMessageBytes: 2 ** 20,
      folder: () => process.cwd(),
      version: '0.0.0',
    },
    signal,
  );

/** Answers every request in one way. */
const aWebServer = async (
  answer: (method: string) => { status: number; headers?: Record<string, string>; body?: string },
): Promise<string> => {
  const server = createServer((request, response) => {
    const { status, headers, body = '' } = answer(request.method ?? '');
    request.resume();
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}/mcp`;
};

test('an HTTP server is described, and its session ended', async () => {
  const server = await startRestartable({ name: 'ledger' });
  onTestFinished(() => server.stop());
  const outcome = await probe({ url: server.url });
  expect(outcome).toMatchObject({
    kind: 'works',
    findings: { transport: 'http', name: 'ledger', hasHealth: true, protocolVersion: '2025-11-25' },
  });
  if (outcome.kind !== 'works') return;
  expect(outcome.findings.tools).toBeGreaterThan(0);
  expect(outcome.findings.latency).toBeGreaterThan(0);
  const methods = (await server.requests()).map(({ method }) => method);
  expect(methods.at(-1) === 'DELETE' || methods.includes('DELETE')).toBe(true);
});

test('a server of which nobody listens, one that is no MCP server and one that wants a sign-in are told apart', async () => {
  expect(await probe({ url: `http://127.0.0.1:${await freePort()}/mcp` })).toMatchObject({
    kind: 'failed',
    failure: { kind: 'refused' },
  });
  const page = await aWebServer(() => ({
    status: 200,
    headers: { 'content-type': 'text/html' },
    body: '<html></html>',
  }));
  expect(await probe({ url: page })).toMatchObject({
    kind: 'failed',
    failure: { kind: 'not-mcp' },
  });
  const locked = await aWebServer(() => ({
    status: 401,
    headers: { 'www-authenticate': 'Bearer' },
  }));
  expect(await probe({ url: locked })).toEqual({ kind: 'sign-in' });
  const missing = await aWebServer(() => ({ status: 404 }));
  expect(await probe({ url: missing })).toMatchObject({
    kind: 'failed',
    failure: { kind: 'endpoint-missing' },
  });
});

test('a server of the older transport is found to be one', async () => {
  const welcome = { protocolVersion: '2024-11-05', capabilities: {}, serverInfo: { name: 'old' } };
  const old = new OldServer(({ request: { id } }, answer, stream) => {
    answer.status(202, 'Accepted');
    if (id !== 'none') stream.event({ jsonrpc: '2.0', id, result: welcome });
  });
  const server = await trapped((seen, answer) =>
    seen.method === 'POST' && seen.path === '/mcp'
      ? answer.status(405, 'Cannot POST /mcp')
      : old.trap(seen, answer),
  );
  expect(await probe({ url: server.url, health: false })).toMatchObject({
    kind: 'works',
    findings: { transport: 'sse', protocolVersion: '2024-11-05', tools: null },
  });
});

test('a server that says nothing is given up in time, and at once when nobody waits any more', async () => {
  const server = await startRestartable();
  onTestFinished(() => server.stop());
  await server.freeze(true);
  expect(await probe({ url: server.url }, new AbortController().signal, 1000)).toMatchObject({
    kind: 'failed',
    failure: { kind: 'timeout' },
  });
  const abort = new AbortController();
  const waiting = probe({ url: server.url }, abort.signal, 60_000);
  abort.abort();
  expect(await waiting).toMatchObject({ kind: 'failed', failure: { kind: 'cancelled' } });
});

test('a program is described and ended with its children, and its last words are told where it dies', async () => {
  const outcome = await probe({
    command: process.execPath,
    args: ['test/servers/stdioLedger.ts'],
    env: { LEDGER: join(tmpdir(), 'ml-probe-ledger') },
  });
  expect(outcome).toMatchObject({
    kind: 'works',
    findings: { transport: 'stdio', hasHealth: false },
  });
  const dead = await probe({
    command: process.execPath,
    args: ['-e', 'console.error("the database is missing"); process.exit(3)'],
  });
  expect(dead).toMatchObject({ kind: 'failed', failure: { kind: 'process-exited' } });
  expect(dead.kind === 'failed' ? dead.failure.detail : '').toContain('the database is missing');
  expect(await probe({ command: 'no-such-program-of-ours' })).toMatchObject({
    kind: 'failed',
    failure: { kind: 'command-missing' },
  });
});
