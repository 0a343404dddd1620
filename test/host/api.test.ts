// The API as another extension gets it (apiUser/extension.ts), inside a real editor, with a real server that is really killed.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { LifelineServer, LifelineStateChange } from '../../src/host/apiTypes.ts';
import { type RestartableServer, startRestartable } from '../support/restartableServer.ts';
import { until } from '../vscode/waiting.ts';

const { Global } = vscode.ConfigurationTarget;
const configure = (servers: unknown): Thenable<void> =>
  vscode.workspace.getConfiguration('mcpLifeline').update('servers', servers, Global);

const run = <T>(command: string, ...args: unknown[]): Thenable<T> =>
  vscode.commands.executeCommand<T>(`apiUser.${command}`, ...args);

const stateOf = async (name: string): Promise<string | undefined> =>
  (await run<LifelineServer[]>('servers')).find((server) => server.name === name)?.state;

const patience = 20_000;

const untilState = async (state: string): Promise<void> => {
  await until(`"api" is ${state}`, patience, async () => (await stateOf('api')) === state);
};

const message = async (promised: Thenable<unknown>): Promise<string> => {
  try {
    await promised;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'It did not fail.';
};

describe('another extension', () => {
  let server: RestartableServer;

  before(async () => {
    await vscode.extensions.getExtension('lifeline-tests.api-user')?.activate();
    server = await startRestartable();
    await configure({ api: { url: server.url } });
    await untilState('ready');
  });

  after(async () => {
    await configure(undefined);
    await server.stop();
  });

  it('sees a server with its state, its proof and its tools', async () => {
    await until('its tools are listed', patience, async () => {
      const [listed] = await run<LifelineServer[]>('servers');
      return (listed?.tools.length ?? 0) > 0;
    });
    const [seen] = await run<LifelineServer[]>('servers');
    assert.equal(seen?.isUp, true);
    assert.ok(seen.provenAt !== null && Date.now() - seen.provenAt < 60_000);
    assert.ok(seen.tools.some(({ name }) => name === 'append'));
  });

  it('calls a tool while the server is away, is told of the states, and gets the result', async () => {
    await server.process.kill9();
    const called = run<{ isError?: boolean }>('call', 'api', 'append', { text: 'from another' });
    await untilState('reconnecting');
    server.process.start();
    const { isError } = await called;
    assert.notEqual(isError, true);
    assert.deepEqual(server.ledger(), [{ name: 'append', args: { text: 'from another' } }]);
    await untilState('ready');
    const changes = await run<LifelineStateChange[]>('changes');
    const last = changes.filter((change) => change.server === 'api').slice(-1);
    assert.deepEqual(
      last.map(({ to }) => to),
      ['ready'],
    );
    assert.ok(changes.some(({ from, to }) => from === 'ready' && to === 'reconnecting'));
  });

  it('is told in words what is wrong with a call', async () => {
    assert.match(await message(run('call', 'nobody', 'append')), /"nobody".*"api"/);
    assert.match(await message(run('call', 'api', 'append', ['no object'])), /must be an object/);
    assert.match(await message(run('reconnect', 'nobody')), /"nobody"/);
    assert.doesNotMatch(await message(run('callAndCancel', 'api', 'slow')), /did not fail/);
  });
});
