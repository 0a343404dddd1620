// What an entry means at this moment, with real files: variables, files of variables, folders, and what is said where something
// is missing.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fingerprintOf } from '../../src/core/record.ts';
import { anEntry, ResolveRig } from './resolveRig.ts';

const url = 'http://localhost:3000/mcp';

describe('an entry', () => {
  test('in which nothing is open stays the very same', async () => {
    const rig = new ResolveRig();
    const http = anEntry({ url, headers: { Authorization: 'Bearer abc' } });
    const stdio = anEntry({ command: 'node', args: ['a.js'] });
    expect(await rig.outcome(http)).toBe(http);
    expect(await rig.outcome(stdio)).toBe(stdio);
  });

  test('is filled in everywhere', async () => {
    const rig = new ResolveRig();
    rig.environment['PORT'] = '4000';
    rig.environment['KEY'] = 'key-from-environment';
    rig.answers.set('user ${input:token}', 'token-of-a-person');
    rig.folders.push({ path: '/work/api', name: 'api' }, { path: '/work/web', name: 'web' });
    const http = anEntry({
      url: 'http://localhost:${PORT}/${workspaceFolderBasename}',
      headers: { Authorization: 'Bearer ${input:token}', 'X-Key': '${env:KEY}' },
      oauth: { clientId: '${KEY}', clientSecret: '${input:token}', scopes: '${SCOPE:-all}' },
      health: '/${PORT}',
    });
    expect(await rig.outcome(http)).toMatchObject({
      url: 'http://localhost:4000/api',
      headers: { Authorization: 'Bearer token-of-a-person', 'X-Key': 'key-from-environment' },
      oauth: {
        clientId: 'key-from-environment',
        clientSecret: 'token-of-a-person',
        scopes: ['all'],
      },
      health: '/4000',
    });
    const stdio = anEntry({
      command: '${workspaceFolder:web}/server',
      args: ['--home', '${userHome}', '${execPath}'],
      env: { KEY: '${KEY}', GONE: null },
      cwd: '${workspaceFolder}',
    });
    expect(await rig.outcome(stdio)).toMatchObject({
      command: '/work/web/server',
      args: ['--home', '/home/me', '/bin/editor'],
      env: { KEY: 'key-from-environment', GONE: null },
      cwd: '/work/api',
    });
  });

  test('that lacks values names them, and no other', async () => {
    const rig = new ResolveRig();
    const definition = anEntry({
      url,
      headers: { A: '${input:token}', B: '${NOWHERE} ${NOWHERE}', C: '${ALSO:-fine}' },
    });
    expect(await rig.outcome(definition)).toBe('needs-input: ${input:token}, ${NOWHERE}');
    expect(await rig.resolver.missing(definition)).toEqual([
      { kind: 'input', id: 'token' },
      { kind: 'env', name: 'NOWHERE' },
    ]);
  });

  test('takes what a person entered for a variable that the environment lacks, and only then', async () => {
    const rig = new ResolveRig();
    rig.answers.set('user ${KEY}', 'entered');
    const definition = anEntry({ url, headers: { A: '${KEY}' } });
    expect(await rig.outcome(definition)).toMatchObject({ headers: { A: 'entered' } });
    rig.environment['KEY'] = 'set';
    expect(await rig.outcome(definition)).toMatchObject({ headers: { A: 'set' } });
  });

  test('of a workspace gets no answer that was meant for the user’s own', async () => {
    const rig = new ResolveRig();
    rig.answers.set('user ${input:token}', 'mine');
    const entry = { url: 'http://elsewhere/${input:token}' };
    const foreign = anEntry(entry, { scope: 'workspace', folder: '/work/evil' });
    expect(await rig.outcome(foreign)).toBe('needs-input: ${input:token}');
  });

  test('reaches nothing that every object has', async () => {
    const rig = new ResolveRig();
    const definition = anEntry({ url, headers: { A: '${constructor}${__proto__}' } });
    expect(await rig.outcome(definition)).toBe('needs-input: ${constructor}, ${__proto__}');
  });

  test.each<[object, string, string]>([
    [{ url: '${V}' }, 'ftp://host', `'url' must start with http://`],
    [{ url: 'http://${V}/' }, 'a b', `'url' cannot be read as a URL`],
    [{ url, headers: { A: '${V}' } }, 'x\r\nX-Evil: 1', `'headers' holds a line break`],
    [{ url, health: '${V}' }, 'http://elsewhere/', `'health' must be a path on the server`],
    [{ command: '${V}' }, ' ', `'command' must be the program to start, and is empty`],
    [{ command: 'node', args: ['${V}'] }, 'a\0b', `'args' holds a NUL`],
  ])('%j filled in with %j cannot be used, and is not quoted', async (entry, value, reason) => {
    const rig = new ResolveRig();
    rig.environment['V'] = value;
    const outcome = await rig.outcome(anEntry(entry));
    expect(outcome).toContain(`bad-config: `);
    expect(outcome).toContain(reason);
    if (value.trim() !== '') expect(outcome).not.toContain(value);
  });

  test('knows a folder by the entry that it belongs to, and says which is not open', async () => {
    const rig = new ResolveRig();
    rig.folders.push({ path: '/work/api', name: 'api' });
    const inWeb = { scope: 'folder', folder: '/work/web' } as const;
    const server = { command: '${workspaceFolder}/run', cwd: 'sub' };
    expect(await rig.outcome(anEntry(server, inWeb))).toMatchObject({
      command: '/work/web/run',
      cwd: '/work/web/sub',
    });
    expect(await rig.outcome(anEntry({ command: '${workspaceFolder:gone}/run' }))).toBe(
      'needs-input: ${workspaceFolder:gone}',
    );
  });
});

describe('a file of variables', () => {
  const withFile = (text: string, entry: object = {}, name = '.env') => {
    const rig = new ResolveRig();
    writeFileSync(join(rig.folder, name), text);
    return { rig, outcome: rig.outcome(anEntry({ command: 'node', envFile: name, ...entry })) };
  };

  test('is read as dotenv has it, and expands nothing', async () => {
    const text = [
      '# a comment',
      'PLAIN=plain value # comment',
      'export EXPORTED=yes',
      `SINGLE='a # b $HOME'`,
      'DOUBLE="two\\nlines"',
      'MULTI="first',
      'second"',
      'EMPTY=',
      'VARIABLE=${PLAIN}',
      'EQUALS=a=b',
      '',
    ].join('\r\n');
    expect(await withFile(text).outcome).toMatchObject({
      envFile: null,
      env: {
        PLAIN: 'plain value',
        EXPORTED: 'yes',
        SINGLE: 'a # b $HOME',
        DOUBLE: 'two\nlines',
        EMPTY: '',
        VARIABLE: '${PLAIN}',
        EQUALS: 'a=b',
      },
    });
  });

  test('gives way to the variables of the entry, null among them', async () => {
    const { outcome } = withFile('A=file\nB=file\nC=file', { env: { A: 'entry', B: null } });
    expect(await outcome).toMatchObject({ env: { A: 'entry', B: null, C: 'file' } });
  });

  test('is read anew each time, and its values are known as secrets', async () => {
    const { rig, outcome } = withFile('TOKEN=first-token');
    await outcome;
    writeFileSync(join(rig.folder, '.env'), 'TOKEN=second-token\nDEBUG=true');
    const again = await rig.outcome(anEntry({ command: 'node', envFile: '.env' }));
    expect(again).toMatchObject({ env: { TOKEN: 'second-token' } });
    expect(rig.secrets.values).toEqual(['first-token', 'second-token']);
  });

  test('that is not there, or is none, is told with its path', async () => {
    const rig = new ResolveRig();
    const missing = anEntry({ command: 'node', envFile: '${workspaceFolder:-/nowhere}/.env' });
    expect(await rig.outcome(missing)).toBe(
      `bad-config: The file of 'envFile' is not there: /nowhere/.env. Create it, or correct its path.`,
    );
    mkdirSync(join(rig.folder, 'folder'));
    const folder = anEntry({ command: 'node', envFile: 'folder' });
    expect(await rig.outcome(folder)).toContain(`cannot be read: ${join(rig.folder, 'folder')}`);
    writeFileSync(join(rig.folder, 'large'), 'A=b\n'.repeat(300_000));
    expect(await rig.outcome(anEntry({ command: 'node', envFile: 'large' }))).toContain(
      `cannot be read: ${join(rig.folder, 'large')}. It must be a text in UTF-8 of up to 1 MiB`,
    );
    writeFileSync(join(rig.folder, 'binary'), 'A=b\0');
    expect(await rig.outcome(anEntry({ command: 'node', envFile: 'binary' }))).toContain(
      'is not a text',
    );
  });
});

describe.skipIf(process.platform === 'win32')('a helper for headers', () => {
  const withHelper = (script: string, entry: object = {}) => {
    const rig = new ResolveRig();
    const path = join(rig.folder, 'helper.sh');
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
    return { rig, definition: anEntry({ url, headersHelper: './helper.sh', ...entry }) };
  };

  test('runs in the folder of the entry, is told the server, and its headers win', async () => {
    const { rig, definition } = withHelper(
      `printf '{"authorization": "Bearer %s-%s", "X-Folder": "%s"}' \\
        "$CLAUDE_CODE_MCP_SERVER_NAME" "$CLAUDE_CODE_MCP_SERVER_URL" "$(pwd -P)"`,
      { headers: { Authorization: 'stale', 'X-Kept': 'kept' } },
    );
    const outcome = await rig.outcome(definition);
    expect(outcome).toMatchObject({
      headers: { authorization: `Bearer calc-${url}`, 'X-Kept': 'kept' },
    });
    expect(JSON.stringify(outcome)).not.toContain('stale');
    expect(JSON.stringify(outcome)).toContain('lifeline-resolve-');
    expect(rig.secrets.values).toContain(`calc-${url}`);
  });

  test('runs anew each time, and its headers are no part of the meaning', async () => {
    const { rig, definition } = withHelper(
      `n=$(cat count 2>/dev/null || echo 0); echo $((n + 1)) > count; echo "{\\"A\\": \\"$n\\"}"`,
    );
    const first = await rig.resolve(definition);
    const second = await rig.resolve(definition);
    expect([first, second]).toMatchObject([
      { definition: { headers: { A: '0' } } },
      { definition: { headers: { A: '1' } } },
    ]);
    const meanings = [first, second].map((one) => one.kind === 'ready' && one.meaning);
    const meaning = fingerprintOf(definition);
    expect(meanings).toEqual([meaning, meaning]);
  });

  test('is run once for all who ask at the same moment', async () => {
    const { rig, definition } = withHelper(`echo run >> runs; sleep 0.2; echo '{"A": "b"}'`);
    await Promise.all(Array.from({ length: 5 }, () => rig.resolve(definition)));
    expect(readFileSync(join(rig.folder, 'runs'), 'utf8')).toBe('run\n');
  });

  test.each<[string, string]>([
    ['echo nonsense', 'It did not print one JSON object.'],
    [`echo '["a"]'`, 'It did not print one JSON object.'],
    [`echo '{"A": 1}'`, 'It printed a value that is not a text in quotes.'],
    [`echo '{"A B": "c"}'`, 'It printed a name that no header can have.'],
    [`printf '%s' '{"A": "b\\r\\nX: y"}'`, `'headers' holds a line break`],
    [`echo '{"A": "b"}'; exit 3`, 'It ended with exit code 3.'],
    ['head -c 100000 /dev/zero', 'It printed more than 65536 bytes.'],
  ])('that does %s is told so', async (script, reason) => {
    const { rig, definition } = withHelper(script);
    const outcome = await rig.outcome(definition);
    expect(outcome).toContain('helper-failed: ');
    expect(outcome).toContain(reason);
  });

  test('has what it says beside its headers in the log', async () => {
    const { rig, definition } = withHelper(`echo 'not signed in' >&2; exit 1`);
    await rig.outcome(definition);
    expect(rig.logged).toEqual(['headersHelper: not signed in']);
  });

  test('is ended with all that it started when nobody waits any more', async () => {
    const { rig, definition } = withHelper('sleep 61 & echo $! > pid; sleep 62');
    const limit = new AbortController();
    const outcome = rig.resolve(definition, limit.signal);
    const file = join(rig.folder, 'pid');
    await expect.poll(() => existsSync(file) && readFileSync(file, 'utf8') !== '').toBe(true);
    limit.abort();
    expect(await outcome).toMatchObject({ kind: 'refused', failure: { kind: 'cancelled' } });
    const pid = Number(readFileSync(file, 'utf8'));
    await expect.poll(() => runs(pid)).toBe(false);
  });
});

/** Whether the process still does something; nobody may have collected one that has ended. */
const runs = (pid: number): boolean => {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return /^[^Z\s]/.test(stdout.trim());
};
