// The settings and the commands as a person uses them: each change touches the server that it is about and no other,
// and nothing secret ends up in a log.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { planted, plantedMark, plantedSessionMark } from '../support/planted.ts';
import { aQuotingServer, quotingProgram } from '../support/quoting.ts';
import type { RestartableServer } from '../support/restartableServer.ts';
import { until } from '../vscode/waiting.ts';
import { aServer, SharedScreen, sharedEditor } from './stage.ts';

const editor = sharedEditor();
const shared = new SharedScreen(editor);
const { workspace } = shared;
const patience = 30_000;

const opened = async (server: RestartableServer): Promise<number> =>
  (await server.requests()).filter(({ rpc }) => rpc === 'initialize').length;

const ended = async (server: RestartableServer): Promise<number> =>
  (await server.requests()).filter(({ method }) => method === 'DELETE').length;

const untilEnded = (server: RestartableServer): Promise<unknown> =>
  until('the session is ended', patience, async () => (await ended(server)) === 1);

/** Nothing was done to the server but to connect to it, once. */
const wasLeftAlone = async (server: RestartableServer): Promise<void> => {
  expect([await opened(server), await ended(server)]).toEqual([1, 0]);
};

const urlOf = ({ url }: RestartableServer) => ({ url });

test('each change of the settings touches the server that it is about, and no other', async () => {
  const { screen } = shared;
  const [kept, changed, other, added] = [
    await aServer(),
    await aServer(),
    await aServer(),
    await aServer(),
  ];
  const bad = { url: 'not a url' };
  workspace.write({ kept: urlOf(kept), changed: urlOf(changed), bad });
  await screen.shows('kept', /^ready/);
  await screen.shows('changed', /^ready/);
  await screen.shows('bad', /^'url' must start with http/);
  expect(await screen.rowNames(1)).toEqual(['kept', 'changed', 'bad', 'Gateway']);
  await screen.statusShows(/MCP 2\/3/);

  workspace.write({ kept: urlOf(kept), changed: urlOf(changed), added: urlOf(added) });
  await screen.shows('added', /^ready/);
  await screen.statusShows(/MCP 3\/3/);
  await wasLeftAlone(changed);

  workspace.write({ kept: urlOf(kept), changed: urlOf(other), added: urlOf(added) });
  await until('the other URL is used', patience, async () => (await opened(other)) === 1);
  await screen.shows('changed', /^ready/);
  await untilEnded(changed);

  workspace.write({ kept: urlOf(kept), added: { ...urlOf(added), enabled: false } });
  await screen.shows('added', /^disabled/);
  await untilEnded(added);
  await untilEnded(other);
  await screen.statusShows(/MCP 1\/1/);
  await wasLeftAlone(kept);
});

test('other keys first, or another order of headers, means the same: the session goes on', async () => {
  const { screen } = shared;
  const [turned, kept, added] = [await aServer(), await aServer(), await aServer()];
  const headers = { 'X-One': '1', 'X-Two': '2' };
  workspace.write({ turned: { ...urlOf(turned), headers, autoStart: true }, kept: urlOf(kept) });
  await screen.shows('turned', /^ready/);
  await screen.shows('kept', /^ready/);

  const others = { 'X-Two': '2', 'X-One': '1' };
  workspace.write({
    kept: urlOf(kept),
    // The editor itself is silent about nothing but another order.
    added: urlOf(added),
    turned: { autoStart: true, headers: others, ...urlOf(turned) },
  });
  await screen.shows('added', /^ready/);
  expect(await screen.rowNames(1)).toEqual(['kept', 'added', 'turned', 'Gateway']);
  await screen.shows('turned', /^ready/);
  await wasLeftAlone(turned);
  await wasLeftAlone(kept);
});

test('a server is added, disabled, enabled, stopped and started by its commands', async () => {
  const { screen } = shared;
  const [kept, added] = [await aServer(), await aServer()];
  workspace.write({ kept: urlOf(kept) });
  await screen.shows('kept', /^ready/);

  await screen.command('Add Server…');
  await screen.answer('Add MCP Server (1/3)', added.url);
  await screen.answer('Add MCP Server (2/3)', 'added');
  await screen.choose('Add MCP Server (3/3)', 'Workspace Settings');
  await screen.shows('added', /^ready/);
  // Not of the trial, which had a session of its own and ended it.
  await added.clearRequests();

  await screen.command('Disable');
  await screen.chooseLabel('MCP Lifeline', 'added');
  await screen.shows('added', /^disabled/);
  await untilEnded(added);
  await screen.command('Enable');
  await screen.shows('added', /^ready/);
  expect(await opened(added)).toBe(1);

  await added.clearRequests();
  await screen.command('Stop');
  await screen.chooseLabel('MCP Lifeline', 'added');
  await screen.shows('added', /^stopped/);
  await untilEnded(added);
  await screen.command('Clear Stored Sessions');
  const dialog = screen.window.dialog('Clear the stored sessions of this workspace?');
  await dialog.getByRole('button', { name: 'Clear', exact: true }).click();
  await screen
    .notice(
      /^(Stored sessions cleared: \d+ with servers, \d+ of programs at the gateway|There were no stored sessions to clear)\.$/,
    )
    .waitFor();
  await screen.command('Start');
  await screen.shows('added', /^ready/);
  expect(await opened(added)).toBe(1);

  // Without a row it asks whose.
  await screen.command('Show Log');
  await screen.chooseLabel('Show Log', 'added');
  await screen.outputShows('MCP Lifeline: added');
  await screen.command('Show Log');
  await screen.chooseLabel('Show Log', 'MCP Lifeline');
  await screen.outputShows('MCP Lifeline');
  await wasLeftAlone(kept);
});

/** The editor's own network code writes down whole URLs when it is told to log everything. */
const isTheEditors = ({ line }: LogLine): boolean => line.includes('ProxyResolver#resolveProxy');

interface LogLine {
  readonly file: string;
  readonly line: string;
}

/** Every line that the editor or the extension has logged. */
const logLines = (folder: string): readonly LogLine[] =>
  readdirSync(join(folder, 'user', 'logs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .flatMap((entry) =>
      readFileSync(join(entry.parentPath, entry.name), 'utf8')
        .split('\n')
        .map((line) => ({ file: entry.name, line })),
    );

test('[keep-secrets] neither credentials nor session ids, arguments or results are in any log', async () => {
  const { screen } = shared;
  await screen.window.command('Developer: Set Log Level...');
  await screen.window.pick(/^Trace/);
  const server = await aServer();
  const token = planted('of-the-settings');
  const entry = {
    url: `${server.url}?key=${planted('in-a-query')}`,
    headers: { Authorization: `Bearer ${token}`, 'X-Key': 'planted-key' },
  };
  workspace.write({ secret: entry });
  await screen.shows('secret', /^ready/);
  await screen.callTextTool('echo', 'planted-argument');
  await screen.documentShows('planted-argument');
  const [session] = (await server.requests()).flatMap((request) => request.session ?? []);
  expect(session).toContain(plantedSessionMark);
  await server.process.restart();
  await screen.partShows('secret', 'Session', /^new session · /);
  await server.process.kill9();
  await screen.shows('secret', /^reconnecting/);
  await screen.clickOn(screen.row('secret'), 'Show Log');
  await screen.outputShows('MCP Lifeline: secret');

  const lines = logLines(editor().dataDir);
  expect(lines.filter(({ file }) => file === 'MCP Lifeline secret.log')).not.toEqual([]);
  const leaks = lines.filter(
    ({ line }) => line.includes('planted-') || line.includes(String(session)),
  );
  expect(leaks.filter((line) => !isTheEditors(line))).toEqual([]);
});

test('[keep-secrets] what a server quotes of its credentials is taken out wherever it is told', async () => {
  const { screen } = shared;
  const url = `${await aQuotingServer()}?key=${planted('quoted-query')}`;
  workspace.write({ quotes: { url }, dies: quotingProgram('API_TOKEN') });
  await screen.shows('quotes', /^(failed|reconnecting)/);
  await screen.shows('dies', /^(reconnecting|crash)/);
  await screen.clickOn(screen.row('quotes'), 'Show Log');
  await screen.outputShows('MCP Lifeline: quotes');
  await screen.command('Show Health Report');
  await screen.window.page.locator('.tab', { hasText: 'MCP Lifeline Health' }).waitFor();

  const quoted = (words: string): readonly string[] =>
    logLines(editor().dataDir).flatMap(({ line }) => (line.includes(words) ? [line] : []));
  for (const words of ['Not for', 'It was']) {
    await until(`"${words}" is logged`, patience, () => quoted(words).length > 0);
    expect(quoted(words).filter((line) => !line.includes('[redacted]'))).toEqual([]);
    expect(quoted(words).filter((line) => line.includes(plantedMark))).toEqual([]);
  }
});
