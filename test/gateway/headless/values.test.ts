// The headless gateway with entries that leave values open: variables, inputs, files of variables and helpers, over every
// transport, against real servers that want the right credential.
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { greeting, startGuarded } from '../../support/guardedServer.ts';
import { freePort, nodePath, projectRoot } from '../../support/serverProcess.ts';
import { aClient, aGateway, aHome, say } from './headlessProcess.ts';

const isPosix = process.platform !== 'win32';
const token = 'planted-token-4711';
const wanted = `Bearer ${token}`;

const isRight = (given: string | undefined): boolean => given === wanted;

it('reaches servers whose address and credentials come from the environment and from inputs', async () => {
  const http = await startGuarded('streamable', isRight);
  const sse = await startGuarded('legacy', isRight);
  const headers = { Authorization: 'Bearer ${input:my-token}' };
  const gateway = aGateway(
    {
      http: { url: 'http://127.0.0.1:${HTTP_PORT}/mcp', headers },
      old: { url: '${OLD_URL:-http://127.0.0.1:${SSE_PORT}/sse}', headers },
    },
    {
      env: {
        HTTP_PORT: String(http),
        SSE_PORT: String(sse),
        MCP_LIFELINE_INPUT_MY_TOKEN: token,
      },
    },
  );
  const place = await gateway.start();
  for (const name of ['http', 'old'])
    expect([name, await say(await aClient(place, name), 'hello')]).toEqual([name, greeting]);
  expect(gateway.log).toContain('HTTP+SSE');
  await gateway.end();
  const kept = readdirSync(gateway.state).map((name) =>
    readFileSync(join(gateway.state, name), 'latin1'),
  );
  expect([gateway.log, ...kept].join('\n')).not.toContain(token);
});

it.runIf(isPosix)('reaches a server on a Unix socket whose path is open', async () => {
  const folder = aHome();
  await startGuarded('streamable', isRight, join(folder, 'server.sock'));
  const gateway = aGateway(
    { local: { url: 'unix://${SOCKETS}/server.sock#/mcp', headers: { Authorization: wanted } } },
    { env: { SOCKETS: folder } },
  );
  const client = await aClient(await gateway.start(), 'local');
  expect(await say(client, 'hello')).toBe(greeting);
});

it.runIf(isPosix)('asks the helper again when the server refuses what it gave before', async () => {
  let right = 'Bearer first';
  const port = await startGuarded('streamable', (given) => given === right);
  const gateway = aGateway({
    renewed: { url: `http://127.0.0.1:${port}/mcp`, headersHelper: './helper.sh' },
  });
  const helper = join(gateway.project, 'helper.sh');
  const give = (credential: string): void =>
    writeFileSync(helper, `#!/bin/sh\necho '{"Authorization": "${credential}"}'\n`);
  give('Bearer first');
  chmodSync(helper, 0o755);
  const client = await aClient(await gateway.start(), 'renewed');
  expect(await say(client, 'hello')).toBe(greeting);
  right = 'Bearer second';
  give('Bearer second');
  expect(await say(client, 'hello')).toBe(greeting);
});

it('says what to set for a value that is missing, and starts nothing before', async () => {
  const ledger = join(aHome(), 'ledger');
  const gateway = aGateway({
    waiting: {
      command: nodePath,
      args: [`${projectRoot}test/servers/stdioLedger.ts`, '${input:github-token}'],
      env: { LEDGER: ledger, REGION: '${REGION_OF_NOBODY}' },
    },
  });
  await gateway.start();
  await gateway.logged('MCP_LIFELINE_INPUT_GITHUB_TOKEN');
  await gateway.logged('${REGION_OF_NOBODY} has no value: set this environment variable');
  expect(gateway.log).not.toContain('Started');
});

it('refuses an entry that leads back to itself only once its variables are filled in', async () => {
  const [http, port] = [await startGuarded('streamable', isRight), await freePort()];
  const url = 'http://localhost:${DOOR}/mcp/other';
  const gateway = aGateway(
    {
      mirror: { url, headers: { Authorization: 'Bearer ${SECRET}' } },
      other: { url: `http://127.0.0.1:${http}/mcp`, headers: { Authorization: wanted } },
    },
    { more: ['--port', String(port)], env: { DOOR: String(port), SECRET: token } },
  );
  const place = await gateway.start();
  await gateway.logged("Its URL is MCP Lifeline's own gateway, so it would call itself.");
  expect(await say(await aClient(place, 'other'), 'hello')).toBe(greeting);
  expect(await say(await aClient(place, 'mirror'), 'hello')).toMatch(/cannot be used/);
});

it('gives a program the variables of its file, and the defaults of inputs', async () => {
  const folder = aHome();
  const gateway = aGateway(
    {
      filled: {
        command: '${NODE}',
        args: ['${workspaceFolder}/server.ts', '${input:mode}'],
        envFile: 'vars.env',
      },
    },
    {
      lifeline: { inputs: [{ type: 'pickString', id: 'mode', options: ['a'], default: 'a' }] },
      env: { NODE: nodePath },
    },
  );
  writeFileSync(join(gateway.project, 'vars.env'), `export LEDGER='${join(folder, 'ledger')}'\n`);
  writeFileSync(
    join(gateway.project, 'server.ts'),
    `await import('${projectRoot}test/servers/stdioLedger.ts');\n`,
  );
  const client = await aClient(await gateway.start(), 'filled');
  expect(await say(client, 'echo', { text: 'filled' })).toBe('filled');
  expect(readFileSync(join(folder, 'ledger'), 'utf8')).toContain('filled');
});
