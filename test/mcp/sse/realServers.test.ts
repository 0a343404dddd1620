// The old transport against servers that people run, also through a real connection while they are killed.
import { expect, onTestFinished, test } from 'vitest';
import { realClock } from '../../../src/base/clock.ts';
import { reachServer } from '../../../src/mcp/reach.ts';
import { ServerProcesses } from '../../../src/mcp/stdio/serverProcesses.ts';
import {
  freePort,
  nodePath,
  type ServerProcess,
  startServer,
} from '../../support/serverProcess.ts';
import { lifeOver } from '../lifeRig.ts';
import { aServer, silentLog } from '../linkRig.ts';

const everything = 'node_modules/@modelcontextprotocol/server-everything/dist/index.js';
const supergateway = 'node_modules/supergateway/dist/index.js';
const slow = { timeout: 60_000 };

const commands = {
  everything: () => ({ script: everything, args: ['sse'] }),
  supergateway: (port: number) => ({
    script: supergateway,
    args: ['--stdio', `"${nodePath}" ${everything} stdio`, '--port', String(port)],
  }),
};

const start = async (name: keyof typeof commands): Promise<ServerProcess> => {
  const port = await freePort();
  const server = startServer({ ...commands[name](port), port, path: '/sse' });
  onTestFinished(() => server.stop());
  await server.waitListening();
  return server;
};

const talkTo = (url: string, transport: 'http' | 'sse') => {
  const processes = new ServerProcesses();
  onTestFinished(() => processes.dispose());
  const reach = reachServer(aServer(url, { transport, health: false }), {
    clock: realClock,
    log: silentLog,
    connectTimeout: 10_000,
    probeTimeout: 3_000,
    maxMessageBytes: 2 ** 26,
    processes,
    folder: () => '/',
  });
  const rig = lifeOver(reach);
  rig.client.request('initialize', {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'sse-test', version: '1' },
  });
  return rig;
};

const echo = { name: 'echo', arguments: { message: 'over the old way' } };

test.for([
  ['everything', 'sse'],
  ['everything', 'http'],
  ['supergateway', 'sse'],
  ['supergateway', 'http'],
] as const)(
  '%s as an entry of type %s: handshake, call, kill -9, call again',
  slow,
  async ([name, type]) => {
    const server = await start(name);
    const { client, ready, answerTo, states } = talkTo(server.url, type);
    await ready();
    const first = await answerTo(client.request('tools/call', echo));
    expect(JSON.stringify(first)).toContain('over the old way');
    await server.restart();
    const second = await answerTo(client.request('tools/call', echo));
    expect(JSON.stringify(second)).toContain('over the old way');
    expect(client.questions.length + states.length).toBeGreaterThan(0);
    expect(states.filter((state) => state === 'ready').length).toBeGreaterThan(1);
  },
);

test('a kill in the middle of a long call leaves its outcome unknown, at once', slow, async () => {
  const server = await start('everything');
  const { client, ready, answerTo } = talkTo(server.url, 'sse');
  await ready();
  const call = client.request('tools/call', {
    name: 'trigger-long-running-operation',
    arguments: { duration: 30, steps: 60 },
    _meta: { progressToken: 'p' },
  });
  await expect.poll(() => client.notices.includes('progress'), { timeout: 20_000 }).toBe(true);
  await server.kill9();
  await answerTo(call);
  expect(client.outcome(call)).toBe('unknown');
});
