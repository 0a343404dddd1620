// Which values are known as secrets once an entry was filled in, and how it is filled in for whoever only looks at it.
import { describe, expect, test } from 'vitest';
import { anEntry, ResolveRig } from './resolveRig.ts';

const url = 'http://localhost/mcp';

describe('an entry with variables', () => {
  test('is filled in without its helper where only that is wanted', async () => {
    const rig = new ResolveRig();
    rig.answers.set('user ${input:token}', 'planted-token');
    const headersHelper = 'exit 1';
    const definition = anEntry({ url, headersHelper, headers: { A: '${input:token}' } });
    const headers = { A: 'planted-token' };
    expect(await rig.resolver.filled(definition)).toMatchObject({ headers, headersHelper });
    expect(await rig.resolver.filled(anEntry({ url: '${NOWHERE}' }))).toBe(null);
    rig.environment['NOWHERE'] = 'no address';
    expect(await rig.resolver.filled(anEntry({ url: '${NOWHERE}' }))).toBe(null);
  });

  test.each([
    { command: 'node', args: ['--key', '${env:KEY}', 'user:${input:plain}'] },
    { command: 'node', cwd: '/srv/${env:KEY}/${input:plain}' },
    { url: `${url}/\${env:KEY}/\${input:plain}` },
    { url, headersHelper: 'echo {\\"A\\":\\"${KEY}${input:plain}\\"}' },
  ])('makes a value known that stands where no credential is looked for: %j', async (entry) => {
    const rig = new ResolveRig('open');
    rig.environment['KEY'] = 'key-1234';
    rig.answers.set('user ${input:plain}', 'plain-1234');
    await rig.outcome(anEntry(entry));
    expect(rig.secrets.values).toEqual(expect.arrayContaining(['key-1234', 'plain-1234']));
  });

  test('makes no secret of ports, of what every process has, and of places', async () => {
    const rig = new ResolveRig('open');
    Object.assign(rig.environment, { PORT: '49152', HOME: '/home/somebody', MODE: 'false' });
    rig.folders.push({ path: '/work/long-name', name: 'one' });
    const places = ['${workspaceFolder}', '${userHome}', '${execPath}', '${env:HOME}'];
    await rig.outcome(anEntry({ command: 'node', args: ['${PORT}', '${MODE}', ...places] }));
    expect(rig.secrets.values).toEqual([]);
  });

  test('makes every credential known that it was filled in with', async () => {
    const rig = new ResolveRig();
    rig.environment['KEY'] = 'key-1234';
    rig.answers.set('user ${input:token}', 'token-1234');
    rig.answers.set('user ${input:other}', 'other-1234');
    await rig.outcome(
      anEntry({
        url: 'http://localhost/?key=${KEY}',
        headers: { Authorization: 'Bearer ${input:token}' },
      }),
    );
    await rig.outcome(anEntry({ command: 'node', args: ['${input:other}'] }));
    expect(rig.secrets.values).toEqual(
      expect.arrayContaining(['key-1234', 'token-1234', 'other-1234']),
    );
  });
});
