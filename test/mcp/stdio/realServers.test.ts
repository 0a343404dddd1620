// The link over stdio to servers that people run, also while they are killed in the middle of a call.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { StdioServer } from '../../../src/core/settings.ts';
import { stdioProber } from '../../../src/mcp/stdio/stdioProber.ts';
import { nodePath, projectRoot } from '../../support/serverProcess.ts';
import { lifeOver } from '../lifeRig.ts';
import { aStdioServer, aRequest, dialled, dialerOf, lives, resultOf, shake } from './stdioRig.ts';

const packaged = (name: string, ...args: readonly string[]): StdioServer =>
  aStdioServer({
    name,
    command: nodePath,
    args: [
      join(projectRoot, 'node_modules/@modelcontextprotocol', `server-${name}/dist/index.js`),
      ...args,
    ],
  });

const slow = { timeout: 60_000 };
const hello = {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 'stdio-test', version: '1' },
};

const supervised = (definition: StdioServer) => {
  const { dialer, log } = dialerOf(definition);
  const rig = lifeOver({ dialer, prober: stdioProber });
  rig.client.request('initialize', hello);
  return { ...rig, log };
};

test('everything: handshake, list, call, orderly end', slow, async () => {
  const { link, pid, heard } = await dialled(packaged('everything', 'stdio'));
  await shake(link);
  const { tools } = resultOf(await link.exchange(aRequest('tools/list'), {}));
  expect(JSON.stringify(tools)).toContain('trigger-long-running-operation');
  const args = { name: 'echo', arguments: { message: 'said over stdio' } };
  const said = resultOf(await link.exchange(aRequest('tools/call', args), {}));
  expect(JSON.stringify(said)).toContain('said over stdio');
  await link.close(true);
  expect(lives(pid)).toBe(false);
  expect(heard.losses).toEqual([]);
});

test('everything: kill -9 in the middle of a long call and of a short one', slow, async () => {
  const { client, ready, answerTo, log, states } = supervised(packaged('everything', 'stdio'));
  await ready();
  const long = client.request('tools/call', {
    name: 'trigger-long-running-operation',
    arguments: { duration: 30, steps: 60 },
    _meta: { progressToken: 'p' },
  });
  await expect.poll(() => client.notices.includes('progress'), { timeout: 20_000 }).toBe(true);
  process.kill(log.pids[0] ?? 0, 'SIGKILL');
  const answer = await answerTo(long);
  expect(client.outcome(long)).toBe('unknown');
  expect(JSON.stringify(answer)).toContain('was ended by SIGKILL');
  const echo = { name: 'echo', arguments: { message: 'back again' } };
  const next = await answerTo(client.request('tools/call', echo));
  expect(JSON.stringify(next)).toContain('back again');
  expect(states).toEqual(['connecting', 'ready', 'reconnecting', 'ready']);
});
