// A connection to a stdio server that really dies: it is started again, gets back what it was told, and is left alone
// when it keeps dying.
import { describe, expect, test } from 'vitest';
import type { StdioServer } from '../../../src/core/settings.ts';
import { stdioProber } from '../../../src/mcp/stdio/stdioProber.ts';
import { until } from '../linkRig.ts';
import { lifeOver } from '../lifeRig.ts';
import { type Asked, aLedger, aStdioServer, dialerOf, lives, untilTrue } from './stdioRig.ts';

const supervised = (definition: StdioServer = aStdioServer()) => {
  const { dialer, log } = dialerOf(definition);
  const rig = lifeOver({ dialer, prober: stdioProber });
  rig.client.hello();
  return { ...rig, log };
};

const text = (answer: object): string => JSON.stringify(answer);
const methodsOf = (asked: readonly Asked[], pid: number | undefined): string[] =>
  asked.filter((one) => one.pid === pid).map(({ method }) => method);

describe('[stdio-supervised] a server that dies', () => {
  test('between two calls is started again, and the next call runs', async () => {
    const { client, log, ready, answerTo, states } = supervised();
    await ready();
    const [first = 0] = log.pids;
    process.kill(first, 'SIGKILL');
    await until(() => states.includes('reconnecting'));
    const call = client.call('pid');
    const answer = text(await answerTo(call));
    const [, second = 0] = log.pids;
    expect(answer).toContain(`"${second}"`);
    expect(second).not.toBe(first);
    expect(states).toEqual(['connecting', 'ready', 'reconnecting', 'ready']);
  });

  test('under a call leaves its outcome unknown, and the call is not made again', async () => {
    const ledger = aLedger();
    const { client, ready, answerTo, log } = supervised(
      aStdioServer({ env: { LEDGER: ledger.file } }),
    );
    await ready();
    const call = client.call('crash');
    const answer = text(await answerTo(call));
    expect(client.outcome(call)).toBe('unknown');
    expect(answer).toContain('exited with code 7');
    expect(answer).toContain('about to crash');
    await ready();
    await answerTo(client.call('echo'));
    expect(log.pids).toHaveLength(2);
    const calls = ledger.asked().filter(({ params }) => params['name'] === 'crash');
    expect(calls).toHaveLength(1);
  });

  test('under a read has the read repeated', async () => {
    const ledger = aLedger();
    const { client, ready, answerTo, log } = supervised(
      aStdioServer({ env: { LEDGER: ledger.file } }),
    );
    await ready();
    await answerTo(client.call('freeze'));
    const list = client.request('tools/list');
    await until(() => client.heard.length > 0);
    process.kill(log.pids[0] ?? 0, 'SIGKILL');
    expect(await answerTo(list)).toHaveProperty('result');
    expect(client.outcome(list)).toBe('result');
  });

  test('is told again what was set on it: log level and subscriptions', async () => {
    const ledger = aLedger();
    const { client, ready, answerTo, log, states } = supervised(
      aStdioServer({ env: { LEDGER: ledger.file } }),
    );
    await ready();
    await answerTo(client.request('logging/setLevel', { level: 'debug' }));
    await answerTo(client.request('resources/subscribe', { uri: 'file:///a' }));
    process.kill(log.pids[0] ?? 0, 'SIGKILL');
    await until(() => states.includes('reconnecting'));
    await answerTo(client.call('echo'));
    const [, second] = log.pids;
    expect(methodsOf(ledger.asked(), second)).toEqual([
      'initialize',
      'notifications/initialized',
      'logging/setLevel',
      'resources/subscribe',
      'tools/call',
    ]);
    const again = ledger.asked().filter(({ pid }) => pid === second);
    expect(again.map(({ params }) => params)).toMatchObject([
      { clientInfo: { name: 'client' } },
      {},
      { level: 'debug' },
      { uri: 'file:///a' },
      { name: 'echo' },
    ]);
  });

  test.each(['up', 'initialize'])(
    'at every start (%s) is a crash loop after five exits, with its last words',
    async (moment) => {
      const { connection, client, log, told, detail } = supervised(
        aStdioServer({ env: { CRASH_AT: moment } }),
      );
      const call = client.call('echo');
      await until(() => connection.life.value.state.kind === 'crash-loop');
      expect(log.pids).toHaveLength(5);
      expect(told).toEqual(['crash-loop']);
      expect(detail()).toContain(moment === 'up' ? 'Error: no database' : 'crashing server is up');
      expect(client.outcome(call)).toBe('not-run');
      await untilTrue(() => !log.pids.some(lives));
    },
  );

  test('right after every handshake is a crash loop after five exits', async () => {
    const { connection, log } = supervised(aStdioServer({ env: { CRASH_AT: 'initialized' } }));
    await until(() => connection.life.value.state.kind === 'crash-loop');
    expect(log.pids).toHaveLength(5);
  });

  test('is started anew by its user after a crash loop', async () => {
    const { connection, log } = supervised(aStdioServer({ env: { CRASH_AT: 'up' } }));
    await until(() => connection.life.value.state.kind === 'crash-loop');
    connection.dispatch({ kind: 'started', at: Date.now() });
    await until(() => log.pids.length > 5);
  });
});

test('[clean-exit] a connection that is shut down ends its process in order', async () => {
  const { connection, log, ready } = supervised();
  await ready();
  await connection.shutdown();
  expect(log.pids.map(lives)).toEqual([false]);
});

test('a question of the server during the handshake reaches the client', async () => {
  const { client, ready } = supervised();
  await ready();
  await until(() => client.questions.length > 0);
  expect(client.questions).toMatchObject([{ method: 'roots/list' }]);
});

test('a command that is not there is not tried again and again', async () => {
  const { connection, client, detail } = supervised(aStdioServer({ command: 'no-such-program' }));
  const call = client.call('echo');
  await until(() => connection.life.value.state.kind === 'failed');
  expect(detail()).toContain('The program "no-such-program" was not found');
  expect(client.outcome(call)).toBe('not-run');
});
