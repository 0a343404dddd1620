// Servers of every product at once, each file as its product documents it: listed with where they come from and left alone, opened
// at their entries, and all of them taken over and given back without a byte that changed.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import {
  claudeCodeFile,
  claudeDesktopFile,
  cursorFile,
  cursorProjectFile,
  projectFile,
  vscodeFile,
  vscodeUserFile,
  windsurfFile,
} from '../sources/documented.ts';
import type { RestartableServer } from '../support/restartableServer.ts';
import { nodePath, projectRoot } from '../support/serverProcess.ts';
import { until } from '../vscode/waiting.ts';
import { Screen } from './screen.ts';
import { aServer, aWorkspace, openScreen, sharedEditor, type Workspace } from './stage.ts';

const home = mkdtempSync(join(tmpdir(), 'ml-home-'));
const runs = join(home, 'runs');
const programs = join(home, 'bin');

/** Stands for the programs of the documented entries: notes that it was run, and is a server. */
const aProgram = (name: string): void => {
  const file = join(programs, name);
  const server = join(projectRoot, 'test/servers/stdioLedger.ts');
  mkdirSync(programs, { recursive: true });
  writeFileSync(
    file,
    `#!/bin/sh\necho "${name} $*" >> '${runs}'\nLEDGER='${runs}.ledger' exec '${nodePath}' '${server}'\n`,
  );
  chmodSync(file, 0o755);
};

for (const name of ['npx', 'uvx', 'python']) aProgram(name);
// The editor asks a login shell for the path on which programs are found.
writeFileSync(join(home, '.profile'), `export PATH="${programs}:$PATH"\n`);
afterAll(() => rmSync(home, { recursive: true, force: true }));
const editor = sharedEditor({
  environment: { HOME: home, XDG_CONFIG_HOME: '', CLAUDE_CONFIG_DIR: '' },
  // The editor itself would start what is under development, and ask for its inputs.
  settings: { 'chat.mcp.access': 'none' },
});
const patience = 30_000;

const read = (file: string): string => readFileSync(file, 'utf8');

const linesOf = (file: string): readonly string[] =>
  existsSync(file) ? read(file).trimEnd().split('\n') : [];

interface Source {
  readonly label: string;
  readonly file: string;
  readonly text: string;
  readonly servers: readonly string[];
}

/** One file of each product; the servers of their documentation are one of ours. */
const everySource = (
  { folder }: Workspace,
  { url }: RestartableServer,
): readonly [Source, ...Source[]] => {
  const { origin } = new URL(url);
  const source = (
    label: string,
    file: string,
    documented: string,
    ...servers: string[]
  ): Source => ({
    label,
    file,
    text: documented.replaceAll(/https:\/\/[\w.]+/g, origin),
    servers,
  });
  const user = join(editor().dataDir, 'user', 'User');
  const desktop = join(home, '.config', 'Claude', 'claude_desktop_config.json');
  const windsurf = join(home, '.codeium', 'windsurf', 'mcp_config.json');
  const gallery = 'io.github.upstash/context7';
  return [
    source('Cursor', join(home, '.cursor/mcp.json'), cursorFile, 'linear', 'static-oauth'),
    source(
      'VS Code, this workspace',
      join(folder, '.vscode/mcp.json'),
      vscodeFile,
      'perplexity',
      'boxed',
      'socket',
    ),
    source(
      'Claude Code, this project',
      join(folder, '.mcp.json'),
      projectFile,
      'shared-server',
      'portable',
      'socket',
    ),
    source(
      'Cursor, this project',
      join(folder, '.cursor/mcp.json'),
      cursorProjectFile,
      'local-server',
    ),
    source('VS Code, your profile', join(user, 'mcp.json'), vscodeUserFile, gallery),
    source('Claude Code', join(home, '.claude.json'), claudeCodeFile(folder), 'stripe', 'airtable'),
    source('Claude Desktop', desktop, claudeDesktopFile, 'filesystem'),
    source('Windsurf', windsurf, windsurfFile, 'remote-http-mcp'),
  ];
};

const write = ({ file, text }: Source): void => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  onTestFinished(() => rmSync(file, { force: true }));
};

const fold = (screen: Screen, label: string): Promise<void> =>
  screen.row(label, 2).locator('.monaco-tl-twistie').click();

const selectAll = async (screen: Screen): Promise<void> => {
  const widget = screen.window.page.locator('.quick-input-widget');
  await widget.getByRole('checkbox', { name: 'Toggle all checkboxes' }).click();
  await widget.getByRole('button', { name: 'OK' }).click();
};

const untilCursorIsAt = async (screen: Screen, file: string, line: number): Promise<void> => {
  const { page } = screen.window;
  await page.locator('.tab.active', { hasText: file }).waitFor({ timeout: patience });
  const place = page.locator('.statusbar-item', { hasText: new RegExp(`^Ln ${line},`) });
  await place.waitFor({ timeout: patience });
};

test('every product at once: each server is listed with its origin, opened at its entry, and left alone', async () => {
  const [server, workspace] = [await aServer(), aWorkspace({})];
  const sources = everySource(workspace, server);
  sources.forEach(write);
  const screen = await openScreen(editor(), workspace);
  await screen.shows('Found in Other Products', /^14$/);
  await screen.expand('Found in Other Products');
  await screen.row('Windsurf', 2).waitFor({ timeout: patience });
  expect((await screen.rowNames(2)).toSorted()).toEqual(
    sources.map(({ label }) => label).toSorted(),
  );
  for (const { label, servers } of sources) {
    await screen.expand(label, 2);
    for (const name of servers) await screen.row(name, 3).waitFor({ timeout: patience });
    expect(await screen.rowNames(3)).toEqual(servers);
    await fold(screen, label);
  }

  const [cursor] = sources;
  await screen.expand(cursor.label, 2);
  await screen.clickOn(screen.row('static-oauth', 3), 'Open Configuration');
  await untilCursorIsAt(screen, 'mcp.json', 4);
  // Somebody adds a server: it is there at once.
  writeFileSync(
    cursor.file,
    cursor.text.replace('"linear":', '"new": { "command": "npx" }, "linear":'),
  );
  await screen.shows('Found in Other Products', /^15$/);
  await screen.row('new', 3).waitFor({ timeout: patience });
  expect(await server.requests()).toEqual([]);
  expect(linesOf(runs)).toEqual([]);
});

test('every server of every product is taken over at once, runs once, and all files are given back byte by byte', async () => {
  const [server, workspace] = [await aServer(), aWorkspace({})];
  const sources = everySource(workspace, server);
  sources.forEach(write);
  const screen = await openScreen(editor(), workspace);
  // One of them speaks over a web socket, which nobody can take over.
  await screen.shows('Found in Other Products', /^14$/);
  await screen.command('Take Over…');
  await screen.asks('Take Over');
  await selectAll(screen);
  await screen.choose('Take Over', /^Take Over 13 Servers/);
  await screen.noticed(/^13 servers were taken over/, patience);
  for (const { file, text } of sources) expect(read(file)).not.toBe(text);
  const started = [
    'npx -y @example/mcp-server',
    'npx -y @modelcontextprotocol/server-filesystem /Users/username/Desktop',
    'npx -y airtable-mcp-server',
    'uvx tool',
  ];
  await until('their programs run', patience, async () => linesOf(runs).length >= started.length);

  await screen.command('Give Back…');
  await screen.asks('Give Back');
  await selectAll(screen);
  await screen.noticed(/^13 servers are with .* again/, patience);
  expect(sources.map(({ file }) => read(file))).toEqual(sources.map(({ text }) => text));
  await screen.shows('Found in Other Products', /^14$/);
  expect(linesOf(runs).toSorted()).toEqual(started);
  const settings = [join(workspace.folder, '.vscode'), join(editor().dataDir, 'user', 'User')];
  for (const folder of settings)
    expect(read(join(folder, 'settings.json'))).not.toMatch(/mcpLifeline\.(servers|inputs)/);
});

test('a workspace file, in which our setting stands too, is what it was once all is given back', async () => {
  const [server, { folder }] = [await aServer(), aWorkspace({})];
  const text = `{
\t// Two folders would stand here.
\t"folders": [{ "path": "." }],
\t"settings": {
\t\t"mcp": {
\t\t\t"servers": {
\t\t\t\t"shop": { "type": "http", "url": "${server.url}" }, // ours
\t\t\t\t"other": { "command": "npx" }
\t\t\t}
\t\t}
\t}
}
`;
  const file = join(folder, 'all.code-workspace');
  writeFileSync(file, text);
  const window = await editor().openWindow({ folder: file });
  onTestFinished(() => window.close());
  const screen = new Screen(window);
  await screen.open();
  await screen.shows('Found in Other Products', /^2$/);
  await screen.expand('Found in Other Products');
  await screen.expand('VS Code, this workspace', 2);
  await screen.clickOn(screen.row('shop', 3), 'Take Over…');
  await screen.documentShows('Added to the workspace file all.code-workspace');
  await screen.choose('Take Over', /^Take Over "shop"/);
  // First, since it goes by itself after a while.
  await screen.noticed(/^"shop" was taken over/, patience);
  await screen.shows('shop', /^ready/);
  expect(read(file)).toContain('"mcpLifeline.servers"');
  expect(read(file)).toContain('// Two folders would stand here.');
  await screen.shows('Found in Other Products', /^1$/);

  await screen.command('Give Back…');
  await screen.choose('Give Back', /^Give "shop" Back/);
  await screen.noticed(/^"shop" is with .* again/, patience);
  expect(read(file)).toBe(text);
});
