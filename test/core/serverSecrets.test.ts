// What of an entry must never stand in a text, and what of it is no secret.
import { expect, test } from 'vitest';
import { parseServers } from '../../src/core/parseServers.ts';
import { secretsOfServer } from '../../src/core/serverSecrets.ts';

const secretsOf = (entry: object): readonly string[] => {
  const [server] = parseServers({ calc: entry }, false);
  if (!server || server.kind === 'bad') throw new Error(server?.reason);
  return secretsOfServer(server);
};
const url = 'http://localhost/mcp';

test.each<[object, readonly string[]]>([
  [{ url, headers: { Authorization: 'Bearer abc' } }, ['Bearer abc', 'abc']],
  [{ url: 'http://me:pass@localhost/mcp?key=k1&x=k2' }, ['me', 'pass', 'k1', 'k2']],
  [{ url, oauth: { clientId: 'id', clientSecret: 'shh' } }, ['shh']],
  [{ command: 'node', env: { A: 'one', B: null, C: 2 } }, ['one', '2']],
])('%j holds %j', (entry, secrets) => {
  expect(secretsOf(entry)).toEqual(secrets);
});

test('the name of a value that is yet to be given is no secret', () => {
  const headers = { Authorization: 'Bearer ${input:token}', 'X-Key': '${KEY}' };
  expect(secretsOf({ url: 'http://localhost/?key=${KEY}', headers })).toEqual([]);
  expect(secretsOf({ command: 'node', env: { KEY: '${input:token}' } })).toEqual([]);
});

test('what stands around it may be one', () => {
  expect(secretsOf({ url, headers: { 'X-Key': 'account-4711:${input:token}' } })).toEqual([
    'account-4711:',
  ]);
});
