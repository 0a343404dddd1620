// The headless gateway as a program: what it prints, what it survives, and how it ends.
import { once } from 'node:events';
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startRestartable } from '../../support/restartableServer.ts';
import { accepts, nodePath, projectRoot } from '../../support/serverProcess.ts';
import { aClient, aGateway, aHome, runGateway, say } from './headlessProcess.ts';

const isPosix = process.platform !== 'win32';
/** Keeps its ledger in a file of the test's. */
const stdioServer = () => ({
  command: nodePath,
  args: [`${projectRoot}test/servers/stdioLedger.ts`],
  env: { LEDGER: join(aHome(), 'ledger') },
});

const aServer = async (...options: Parameters<typeof startRestartable>) => {
  const server = await startRestartable(...options);
  onTestFinished(() => server.stop());
  return server;
};

const portOf = (url: string): number => Number(/:(\d+)\//.exec(url)?.[1]);

it('prints one line of JSON and serves what the file names', async () => {
  const server = await aServer();
  const gateway = aGateway({ files: { url: server.url } });
  const place = await gateway.start();
  expect(Object.keys(place)).toEqual(['url', 'token']);
  expect(place.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/mcp\/\{name\}$/);
  const client = await aClient(place, 'files');
  expect(await say(client, 'echo', { text: 'hello' })).toBe('hello');
  expect(gateway.out.split('\n')).toHaveLength(2);
  expect(gateway.log).not.toContain(place.token);
});

it('[gateway-never-drops] comes back at the same port with the same token after a kill, and the session goes on', async () => {
  const server = await aServer({ events: 'kept' });
  const gateway = aGateway({ files: { url: server.url } });
  const place = await gateway.start();
  const client = await aClient(place, 'files');
  await say(client, 'echo', { text: 'before' });
  await gateway.kill9();
  expect(await gateway.start()).toEqual(place);
  expect(await say(client, 'echo', { text: 'after' })).toBe('after');
});

it.runIf(isPosix)('[keep-secrets] keeps its state where only its owner reads it', async () => {
  const gateway = aGateway({});
  await gateway.start();
  expect(statSync(gateway.state).mode & 0o777).toBe(0o700);
  for (const name of readdirSync(gateway.state))
    expect([name, statSync(join(gateway.state, name)).mode & 0o077]).toEqual([name, 0]);
});

describe('[one-owner] a second process with the same state', () => {
  it('is refused while the first lives, which goes on', async () => {
    const gateway = aGateway({});
    const place = await gateway.start();
    const second = await runGateway(gateway.args, gateway.home);
    expect(second).toMatchObject({ code: 1, out: '' });
    expect(second.log).toContain(`${gateway.state} is in use by another gateway.`);
    expect(await accepts(portOf(place.url))).toBe(true);
  });

  it('takes over at once when the first was killed', async () => {
    const gateway = aGateway({});
    const place = await gateway.start();
    await gateway.kill9();
    expect(await gateway.start()).toEqual(place);
    expect(gateway.log).not.toContain('Waiting to see');
  });
});

describe('[one-owner] a state folder that cannot be used any more', () => {
  it('is said to be so, and clients are served on until it can be used again', async () => {
    const server = await aServer();
    const gateway = aGateway({ files: { url: server.url } });
    const place = await gateway.start();
    const client = await aClient(place, 'files');
    const lock = new DatabaseSync(join(gateway.state, 'lease.db'));
    onTestFinished(() => lock.close());
    lock.exec('BEGIN IMMEDIATE');
    await gateway.logged('cannot be used (database is locked), so that nothing is kept');
    expect(await say(client, 'echo', { text: 'meanwhile' })).toBe('meanwhile');
    lock.exec('ROLLBACK');
    await gateway.logged('can be used again');
    expect(await say(client, 'echo', { text: 'after' })).toBe('after');
    expect(gateway.log).not.toContain('has taken');
    expect(await gateway.end()).toBe(0);
    // Only after eight seconds nobody can know any more whose the folder is.
  }, 60_000);

  it('ends it where another gateway has it, with the reason', async () => {
    const gateway = aGateway({});
    await gateway.start();
    const lease = new DatabaseSync(join(gateway.state, 'lease.db'));
    onTestFinished(() => lease.close());
    lease.exec("UPDATE lease SET owner = 'somebody else'");
    await gateway.logged('Another gateway has taken');
    expect(await gateway.ended()).toBe(1);
  });

  it('ends it where its files are gone, with the reason', async () => {
    const gateway = aGateway({});
    await gateway.start();
    rmSync(join(gateway.state, 'lease.db'));
    await gateway.logged('were removed or replaced');
    expect(await gateway.ended()).toBe(1);
    expect(gateway.log).not.toContain('has taken');
  });
});

describe('a configuration that changes', () => {
  it('touches only the servers that changed', async () => {
    const entry = stdioServer();
    const gateway = aGateway({ kept: entry });
    const place = await gateway.start();
    const kept = await aClient(place, 'kept');
    const before = await kept.listTools();
    const server = await aServer();
    gateway.configure({ kept: entry, files: { url: server.url } });
    await gateway.logged('has changed');
    const added = await aClient(place, 'files');
    expect(await say(added, 'echo', { text: 'new' })).toBe('new');
    expect(await kept.listTools()).toEqual(before);
    expect(gateway.log.match(/\[kept\] Started/g)).toHaveLength(1);
  });

  it('changes nothing while it cannot be read, says so, and goes on when it can', async () => {
    const gateway = aGateway({ files: stdioServer() });
    const place = await gateway.start();
    writeFileSync(gateway.config, '{"servers": {');
    await gateway.logged('is not used as it is now: It is not valid JSON');
    const client = await aClient(place, 'files');
    expect((await client.listTools()).tools.length).toBeGreaterThan(0);
    gateway.configure({});
    await gateway.logged('has changed');
  });
});

describe('[clean-exit] it ends in order', () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    it.runIf(isPosix)(`on ${signal}, with its servers’ processes`, async () => {
      const gateway = aGateway({ files: stdioServer() });
      const place = await gateway.start();
      const client = await aClient(place, 'files');
      await client.listTools();
      expect(await gateway.end(signal)).toBe(0);
      expect(await accepts(portOf(place.url))).toBe(false);
      const [, pid] = /Started .* as process (\d+)/.exec(gateway.log) ?? [];
      expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH');
    });
});

describe('it refuses in words', () => {
  it('arguments and configurations that cannot be used, with exit code 2', async () => {
    const home = aHome();
    const config = join(home, 'mcp.json');
    const state = join(home, 'state');
    const outcome = async (...args: readonly string[]) => {
      const { code, out, log } = await runGateway(args, home);
      return { code, out, line: log.split('\n')[0] };
    };
    expect(await outcome('--state', state)).toEqual({
      code: 2,
      out: '',
      line: 'Name the configuration: --config FILE.',
    });
    expect(await outcome('--config', config, '--state', state)).toEqual({
      code: 2,
      out: '',
      line: `mcp-lifeline gateway: ${config}: It cannot be read (ENOENT).`,
    });
    writeFileSync(config, '{"mcpServers": 1}');
    expect(await outcome('--config', config, '--state', state)).toMatchObject({
      code: 2,
      line: expect.stringContaining('must be an object') as string,
    });
  });

  it('a folder of other things', async () => {
    const home = aHome();
    const state = join(home, 'mine');
    mkdirSync(state);
    writeFileSync(join(state, 'thesis.txt'), '');
    const config = join(home, 'mcp.json');
    writeFileSync(config, '{"servers": {}}');
    const { code, log } = await runGateway(['--config', config, '--state', state], home);
    expect(code).toBe(2);
    expect(log).toContain(`${state} holds other files. Name a folder of its own`);
    expect(readdirSync(state)).toEqual(['thesis.txt']);
  });

  it('a port that is taken', async () => {
    // It is asked whether it is a keeper of ours, and does not answer that.
    const other = createServer((socket) => void socket.resume()).listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    await once(other, 'listening');
    const address = other.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const gateway = aGateway({}, { more: ['--port', String(port)] });
    const { code, out, log } = await runGateway(gateway.args, gateway.home);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(log).toContain(`Port ${port} cannot be had: another program uses it.`);
  });
});

it('tells its version and how it is used', async () => {
  expect(await runGateway(['--version'])).toMatchObject({ code: 0, log: '' });
  const { code, out } = await runGateway(['--help']);
  expect(code).toBe(0);
  expect(out).toContain('--config FILE');
});
