// What an entry may say besides where its server is: its name, variables, signing in, files to watch, and keys of other
// products.
import { describe, expect, test } from 'vitest';
import { parseServers, unappliedIn } from '../../src/core/parseServers.ts';
import { isObject } from '../../src/core/rpc.ts';

const parseOne = (entry: unknown, name = 'calc') => parseServers({ [name]: entry }, '/health')[0];
const reasonOf = (entry: unknown, name?: string): string => {
  const parsed = parseOne(entry, name);
  return parsed?.kind === 'bad' ? parsed.reason : `not bad: ${JSON.stringify(parsed)}`;
};
const url = 'http://localhost:3000/mcp';
const asItComes = { clientId: null, clientSecret: null, scopes: [], grant: 'authorization_code' };

describe('an entry with variables', () => {
  test.each([
    { url: '${BASE:-http://localhost:3000}/mcp' },
    { url: 'http://localhost:${env:PORT}/mcp' },
    { url: '${input:url}', health: '${input:url}/health' },
    { url, headers: { Authorization: 'Bearer ${input:token}' } },
    { command: '${workspaceFolder}/server', args: ['${userHome}'], cwd: '${workspaceFolder:api}' },
  ])('is taken as it is until they are filled in: %j', (entry) => {
    expect(parseOne(entry)).toMatchObject(entry);
  });

  test.each<[object, string]>([
    [{ url: '${config:server.url}' }, '${config:server.url} reads a setting'],
    [{ url, headers: { A: '${command:token.get}' } }, '${command:token.get} runs a command'],
    [{ command: 'node', args: ['${file}'] }, '${file} depends on the open editor'],
    [{ command: 'node', cwd: '${env:${A}}' }, 'holds a variable where a name is expected'],
    [{ command: 'node', envFile: '${secret:x}' }, '${secret:x} is no variable that is known here'],
    [{ url, oauth: { clientId: '${userHome:-x}' } }, '${userHome} takes no default here'],
  ])('is bad where nobody can fill them in: %j', (entry, reason) => {
    expect(reasonOf(entry)).toContain(reason);
  });

  test('is still judged where it has none', () => {
    expect(reasonOf({ url: 'localhost', headers: { A: '${B}' } })).toContain(`'url' must start`);
  });
});

describe('signing in', () => {
  test.each<[unknown, object | false]>([
    [undefined, asItComes],
    [true, asItComes],
    [false, false],
    [{}, asItComes],
    [
      { clientId: 'a', clientSecret: 'b' },
      { ...asItComes, clientId: 'a', clientSecret: 'b' },
    ],
    [{ scopes: 'a  b' }, { ...asItComes, scopes: ['a', 'b'] }],
    [{ scope: ['a'] }, { ...asItComes, scopes: ['a'] }],
    [{ grant: 'client_credentials' }, { ...asItComes, grant: 'client_credentials' }],
    [
      { clientId: 'a', callbackPort: 8080, authServerMetadataUrl: 'https://x.example/as' },
      { ...asItComes, clientId: 'a', callbackPort: 8080 },
    ],
    [{ clientMetadataUrl: null }, asItComes],
    [
      { clientMetadataUrl: 'https://me.example/client.json' },
      { ...asItComes, clientMetadataUrl: 'https://me.example/client.json' },
    ],
    [{ clientMetadataUrl: '${CLIENT}' }, { ...asItComes, clientMetadataUrl: '${CLIENT}' }],
  ])('%j becomes %j', (oauth, wish) => {
    expect(parseOne({ url, oauth })).toMatchObject({ oauth: wish });
  });

  test('passes somebody’s identity on', () => {
    const identity = { tokenEndpoint: 'https://idp/token', clientId: 'a', idToken: '${input:t}' };
    expect(parseOne({ url, oauth: { identity } })).toMatchObject({
      oauth: { identity: { ...identity, clientSecret: null } },
    });
    expect(reasonOf({ url, oauth: { identity: { tokenEndpoint: 'x' } } })).toBe(
      `'oauth.identity.clientId' must be a text, got nothing.`,
    );
  });

  test.each<[unknown, string]>([
    ['yes', `'oauth' must be an object such as { "clientId": "…" }, or false, got a text.`],
    [{ clientId: 7 }, `'oauth.clientId' must be a text, got a number.`],
    [{ clientSecret: [] }, `'oauth.clientSecret' must be a text, got a list.`],
    [{ scopes: [1] }, `'oauth.scopes' must be a text of scopes`],
    [{ callbackPort: '8080' }, `'oauth.callbackPort' must be the number of a port, from 1 to`],
    [{ callbackPort: 0 }, `'oauth.callbackPort' must be the number of a port, from 1 to 65`],
    [{ callbackPort: 65_536 }, `'oauth.callbackPort' must be the number of a port, from 1 to`],
    [{ callbackPort: 80.5 }, `'oauth.callbackPort' must be the number of a port, from 1 to`],
    [{ clientMetadataUrl: 7 }, `'oauth.clientMetadataUrl' must be a text, got a number.`],
    [{ clientMetadataUrl: 'http://me.example/c' }, `'oauth.clientMetadataUrl' must be the https`],
    [{ clientMetadataUrl: 'https://me.example' }, `'oauth.clientMetadataUrl' must be the https`],
    [{ clientMetadataUrl: 'https://a@me.example/c' }, `without user or fragment`],
    [{ grant: 'password' }, `'oauth.grant' must be "authorization_code" or "client_credentials"`],
  ])('%j is told what is wrong', (oauth, reason) => {
    expect(reasonOf({ url, oauth })).toContain(reason);
  });
});

describe('files to watch', () => {
  test.each<[object, readonly string[]]>([
    [{ dev: { watch: 'src/**/*.ts' } }, ['src/**/*.ts']],
    [{ dev: { watch: ['a', 'b'], debug: { type: 'node' } } }, ['a', 'b']],
    [{ dev: {} }, []],
  ])('%j are %j', (more, watch) => {
    expect(parseOne({ url, ...more })).toMatchObject({ watch });
    expect(parseOne({ command: 'node', ...more })).toMatchObject({ watch });
  });

  test.each<unknown>([{ watch: 7 }, { watch: [''] }, { watch: '' }])('%j are bad', (dev) => {
    expect(reasonOf({ url, dev })).toContain(`'dev.watch' must be a glob`);
  });
});

describe('what other products write', () => {
  test('switches a server off', () => {
    expect(parseOne({ url, disabled: true })).toMatchObject({ enabled: false });
    expect(parseOne({ url, disabled: true, enabled: true })).toMatchObject({ enabled: true });
  });

  test('leaves a variable out that would be inherited', () => {
    expect(parseOne({ command: 'node', env: { HOME: null } })).toMatchObject({
      env: { HOME: null },
    });
  });

  test('and is not applied is told', () => {
    const entries = {
      a: { command: 'node', sandboxEnabled: true },
      b: { command: 'node', sandbox: { network: {} } },
      c: { command: 'node', sandboxEnabled: false },
      d: 7,
    };
    expect(unappliedIn(entries)).toEqual([
      `'sandboxEnabled' of the server "a" is not applied: the server runs with all rights of its program.`,
      `'sandbox' of the server "b" is not applied: the server runs with all rights of its program.`,
    ]);
  });
});

describe('a name', () => {
  test.each(['a', '_a', 'My server 2.0', 'a-b_c.d', 'x'.repeat(64)])('may be %j', (name) => {
    expect(parseOne({ url }, name)).toMatchObject({ kind: 'http', name });
  });

  test.each(['', '.', '..', ' a', 'a ', 'a/b', 'a\n', 'Büro', '-a', 'x'.repeat(65), 'a"b', 'a?'])(
    'may not be %j',
    (name) => expect(reasonOf({ url }, name)).toContain('The name must have 1 to 64 letters'),
  );

  test('may not be one that would reach into every object', () => {
    const entries: unknown = JSON.parse(`{"__proto__": {"url": "${url}"}}`);
    const parsed = isObject(entries) ? parseServers(entries, false) : [];
    expect(parsed).toMatchObject([{ kind: 'bad', name: '__proto__' }]);
  });

  test('may not be the one of our own server', () => {
    expect(reasonOf({ url }, 'lifeline')).toContain(`MCP Lifeline's own server`);
  });
});
