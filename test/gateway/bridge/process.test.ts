// The stdio bridge as a program, with a real gateway that comes and goes.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isNotification } from '../../../src/core/rpc.ts';
import { entryText } from '../../../src/gateway/discoveryEntry.ts';
import { realProcesses } from '../../../src/store/processes.ts';
import { startRestartable } from '../../support/restartableServer.ts';
import { aGateway, aHome, type HeadlessProcess } from '../headless/headlessProcess.ts';
import { type BridgeProcess, startBridge, textOf } from './bridgeProcess.ts';
import { anEntry } from './discoveryFixtures.ts';

const aServer = async (...options: Parameters<typeof startRestartable>) => {
  const server = await startRestartable(...options);
  onTestFinished(() => server.stop());
  return server;
};

const bridgeTo = (gateway: HeadlessProcess, server = 'files'): BridgeProcess =>
  startBridge([server, '--workspace', gateway.project], { state: gateway.home });

/** Of the calls that run, as the gateway has written them down: where their answers can be asked for. */
const cursorsIn = (state: string): readonly string[] => {
  const file = new DatabaseSync(join(state, 'lifeline.db'), { readOnly: true });
  try {
    const rows = file.prepare('SELECT json FROM journal').all();
    return rows.flatMap(({ json }) => /"cursor":"([^"]+)"/.exec(String(json))?.[1] ?? []);
  } finally {
    file.close();
  }
};

/** A gateway with one server behind it, a bridge that has said hello, and the server. */
const aBridge = async () => {
  const server = await aServer({ events: 'kept' });
  const gateway = aGateway({ files: { url: server.url } });
  await gateway.start();
  const bridge = bridgeTo(gateway);
  await bridge.hello();
  return { server, gateway, bridge };
};

it('passes calls to the server and leaves when its client does', async () => {
  const { bridge } = await aBridge();
  expect(await bridge.call('echo', { text: 'hello' })).toBe('hello');
  bridge.endInput();
  expect(await bridge.ended()).toBe(0);
  expect(bridge.noise).toEqual([]);
});

describe('[gateway-never-drops] a gateway that is not there', () => {
  it('is waited for from the start, and the client hears of its tools when it comes', async () => {
    const server = await aServer();
    const gateway = aGateway({ files: { url: server.url } });
    const bridge = bridgeTo(gateway);
    expect(await bridge.hello()).toMatchObject({ capabilities: { tools: { listChanged: true } } });
    await bridge.noted('No gateway of MCP Lifeline serves');
    const call = bridge.call('echo', { text: 'held' });
    await gateway.start();
    expect(await call).toBe('held');
    await bridge.until(
      (message) => isNotification(message) && message.method === 'notifications/tools/list_changed',
    );
    const list = await bridge.request('tools/list');
    expect(JSON.stringify(list)).toContain('"echo"');
  });

  it('is waited for after a kill, and calls made meanwhile run when it is back', async () => {
    const { server, gateway, bridge } = await aBridge();
    await bridge.call('append', { text: 'one' });
    await gateway.kill9();
    const held = Promise.all([
      bridge.call('append', { text: 'two' }),
      bridge.call('append', { text: 'three' }),
    ]);
    await gateway.start();
    expect(await held).toEqual(['appended two', 'appended three']);
    expect(server.ledger().map(({ args }) => (args as { text: string }).text)).toEqual([
      'one',
      'two',
      'three',
    ]);
    expect(bridge.noise).toEqual([]);
  });

  it('is found again when its token and its port are others', async () => {
    const { gateway, bridge } = await aBridge();
    const before = JSON.parse(gateway.out) as { token: string };
    await gateway.kill9();
    rmSync(gateway.state, { recursive: true });
    const held = bridge.call('echo', { text: 'held' });
    const after = await gateway.start();
    expect(after.token).not.toBe(before.token);
    expect(await held).toBe('held');
  });

  it('is not given up when it refuses the token that its file has for a moment', async () => {
    const server = await aServer();
    const gateway = aGateway({ files: { url: server.url } });
    const place = await gateway.start();
    const file = join(gateway.home, 'found.json');
    const { machine } = realProcesses();
    const entry = anEntry({ ...place, pid: gateway.pid, machine });
    const wrong = entryText({ ...entry, token: 'the-token-of-another-life' });
    writeFileSync(file, wrong, { mode: 0o600 });
    const bridge = startBridge(['files', '--gateway', file], { state: gateway.home });
    await bridge.hello();
    await gateway.logged('refused a request');
    writeFileSync(file, entryText(entry));
    expect(await bridge.call('echo', { text: 'held' })).toBe('held');
  });

  it('finishes a call that ran when it was killed, once, with its true answer', async () => {
    const { server, gateway, bridge } = await aBridge();
    const slow = bridge.call('slow', { ms: 3000 });
    // From then on the gateway's next life can ask its server for the answer.
    await expect.poll(() => cursorsIn(gateway.state), { timeout: 10_000 }).toHaveLength(1);
    await gateway.kill9();
    await gateway.start();
    expect(await slow).not.toContain('isError');
    expect(server.ledger()).toHaveLength(1);
  });
});

it('[keep-secrets] needs no secret on its command line, and says none', async () => {
  const { gateway, bridge } = await aBridge();
  const { token } = JSON.parse(gateway.out) as { token: string };
  expect(await bridge.call('echo', { text: 'hello' })).toBe('hello');
  await gateway.kill9();
  const held = bridge.call('echo', { text: 'again' });
  await bridge.noted('The gateway is away; waiting for it.');
  await gateway.start();
  expect(await held).toBe('again');
  expect(bridge.notes).not.toContain(token);
});

describe('[clean-exit] it ends', () => {
  it('with the answers that were on their way', async () => {
    const { bridge } = await aBridge();
    const call = bridge.call('slow', { ms: 300 });
    bridge.endInput();
    expect(await bridge.ended()).toBe(0);
    expect(await call).not.toContain('error');
  });

  it('without a gateway as well', async () => {
    const bridge = startBridge(['files'], { state: aHome() });
    bridge.write('{"jsonrpc":"2.0","id":"x","method":"ping"}');
    await bridge.until((message) => 'id' in message && message.id === 'x');
    bridge.endInput();
    expect(await bridge.ended()).toBe(0);
  });

  it('when it is told to', async () => {
    const { bridge } = await aBridge();
    bridge.kill('SIGTERM');
    expect(await bridge.ended()).toBe(0);
  });

  it('when nobody reads it any more', async () => {
    const { bridge } = await aBridge();
    bridge.hangUp();
    bridge.write('{"jsonrpc":"2.0","id":"x","method":"ping"}');
    expect(await bridge.ended()).toBe(0);
  });
});

describe('it goes on', () => {
  it.skipIf(process.platform === 'win32')(
    'when its terminal interrupts all programs in it and its client lives on',
    async () => {
      const { bridge } = await aBridge();
      bridge.kill('SIGINT');
      bridge.kill('SIGHUP');
      expect(await bridge.call('echo', { text: 'still here' })).toBe('still here');
    },
  );

  it('after lines that are no messages', async () => {
    const { bridge } = await aBridge();
    bridge.write('{"jsonrpc": "2.0", "id": 7, "method"');
    bridge.write('\u0000\u0001 nonsense');
    expect(await bridge.call('echo', { text: 'still here' })).toBe('still here');
    expect(bridge.heard.filter((message) => 'error' in message)).toHaveLength(2);
  });

  it('[bounded] after a line that is too long, which is answered under its id', async () => {
    const { bridge } = await aBridge();
    bridge.write(
      `{"jsonrpc":"2.0","id":"long","method":"x","params":{"a":"${'a'.repeat(65 * 2 ** 20)}"}}`,
    );
    const refused = await bridge.until((message) => 'error' in message);
    expect(refused).toMatchObject({ id: 'long', error: { code: -32600 } });
    expect(await bridge.call('echo', { text: 'still here' })).toBe('still here');
  });

  it('while its client does not read, and loses nothing', async () => {
    const { bridge } = await aBridge();
    const text = 'x'.repeat(200_000);
    bridge.read(false);
    const answers = Array.from({ length: 50 }, () =>
      bridge.request('tools/call', { name: 'echo', arguments: { text } }),
    );
    bridge.read(true);
    for (const answer of await Promise.all(answers)) expect(textOf(answer)).toBe(text);
  });
});

it('refuses arguments that it cannot use, with exit code 2', async () => {
  const bridge = startBridge([], { state: aHome() });
  expect(await bridge.ended()).toBe(2);
  expect(bridge.notes).toContain('Name the server: bridge.js SERVER.');
});
