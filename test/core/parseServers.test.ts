// The entries that people write for their servers: what they become, and what a bad one says.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseServers } from '../../src/core/parseServers.ts';

const parseOne = (entry: unknown) => parseServers({ calc: entry }, '/health')[0];
const reasonOf = (entry: unknown): string => {
  const parsed = parseOne(entry);
  return parsed?.kind === 'bad' ? parsed.reason : `not bad: ${JSON.stringify(parsed)}`;
};
const url = 'http://localhost:3000/mcp';
const origin = { scope: 'user', folder: null };
const asItComes = { clientId: null, clientSecret: null, scopes: [], grant: 'authorization_code' };

describe('an HTTP server', () => {
  test('needs only a URL', () => {
    expect(parseOne({ url })).toEqual({
      kind: 'http',
      name: 'calc',
      origin,
      url,
      transport: 'http',
      headers: {},
      headersHelper: null,
      oauth: asItComes,
      health: '/health',
      watch: [],
      autoStart: true,
      enabled: true,
      trustHints: false,
      connection: 'perClient',
    });
  });

  test('keeps everything that is said of it', () => {
    const entry = {
      type: 'http',
      url: 'https://example.org/mcp?tenant=1',
      headers: { Authorization: 'Bearer x', 'X-Ok_1': '' },
      headersHelper: './token.sh --json',
      health: '/healthz',
      autoStart: false,
      enabled: false,
      trustHints: true,
      connection: 'perClient',
    };
    const { type: _, ...others } = entry;
    expect(parseOne(entry)).toEqual({
      kind: 'http',
      transport: 'http',
      name: 'calc',
      origin,
      oauth: asItComes,
      watch: [],
      ...others,
    });
  });

  test.each(['http', 'streamable-http', 'streamableHttp', 'STREAMABLE_HTTP'])(
    'may be called %s',
    (type) => expect(parseOne({ type, url })).toMatchObject({ kind: 'http', url }),
  );

  test.each([
    'HTTPS://example.org',
    'unix:///run/calc.sock#/mcp',
    'pipe:///pipe/calc#/mcp',
    'http://[::1]:3000/mcp',
  ])('may be at %s', (good) => expect(parseOne({ url: good })).toMatchObject({ url: good }));

  test('may be written with spaces around its URL', () => {
    expect(parseOne({ url: ` ${url}\n` })).toMatchObject({ url });
  });

  test.each<[unknown, string]>([
    ['localhost:3000/mcp', `got "localhost:3000/mcp"`],
    ['ws://localhost', `got "ws://localhost"`],
    ['', `got ""`],
    [7, 'got a number'],
    [null, 'got null'],
    [['a'], 'got a list'],
    [{}, 'got an object'],
  ])('with the URL %j is told how a URL starts', (bad, got) => {
    const reason = reasonOf({ url: bad });
    expect(reason).toMatch(/^'url' must start with http:\/\/ or https:\/\/.*\.$/);
    expect(reason).toContain(got);
  });

  test.each(['http://', 'http://a:99999/', 'https://a b/', 'unix:///run/%zz', 'unix://'])(
    'with the broken URL %s is told so',
    (bad) => expect(reasonOf({ url: bad })).toContain(`'url' cannot be read as a URL`),
  );

  test('with a type but no URL is told what is missing', () => {
    expect(reasonOf({ type: 'http' })).toMatch(/'url' must start .* got nothing\.$/);
  });
});

describe('the health of an HTTP server', () => {
  test.each<unknown>([false, '/', '/healthz?full=1', 'http://localhost:3000/healthz'])(
    'may be at %j',
    (health) => expect(parseOne({ url, health })).toMatchObject({ health }),
  );

  test.each<unknown>([true, 'healthz', 7, '', 'ftp://localhost/health'])(
    'may not be %j',
    (health) =>
      expect(reasonOf({ url, health })).toContain(`'health' must be a path such as "/health"`),
  );

  test.each([
    'http://localhost:3001/health',
    'https://localhost:3000/health',
    '//elsewhere/health',
    '/\\elsewhere',
    'http://a:99999/',
  ])('may not be at another server (%s)', (health) =>
    expect(reasonOf({ url, health })).toContain(`'health' must be a path on the server of 'url'`),
  );

  test('may be written in full for a URL in capitals', () => {
    const entry = { url: 'HTTP://LOCALHOST/mcp', health: 'http://localhost/up' };
    expect(parseOne(entry)).toMatchObject({ health: 'http://localhost/up' });
  });

  test('on a socket is a path', () => {
    const socket = 'unix:///run/calc.sock#/mcp';
    expect(parseOne({ url: socket, health: '/up' })).toMatchObject({ health: '/up' });
    expect(reasonOf({ url: socket, health: 'http://localhost/up' })).toContain(
      `'health' must be a path on the server`,
    );
  });

  test('is not asked where the setting says so for all', () => {
    expect(parseServers({ a: { url } }, false)[0]).toMatchObject({ health: false });
  });
});

describe('a header', () => {
  test.each(['a\r\nX-Evil: 1', 'a\nb', 'a\0', '\u{1f600}'])(
    'may not have the value %j',
    (value) => {
      const reason = reasonOf({ url, headers: { 'X-Key': value } });
      expect(reason).toBe(
        `a value in 'headers' holds a line break or another character that no header can carry (see 'X-Key').`,
      );
    },
  );

  test.each(['X Key', 'X-Key:', '', 'X\nKey', 'Schlüssel'])('may not be named %j', (name) => {
    expect(reasonOf({ url, headers: { [name]: 'a' } })).toContain(`a name in 'headers' may hold`);
  });

  test('must be a text, and its value is not quoted', () => {
    const reason = reasonOf({ url, headers: { 'X-Key': 12_345_678 } });
    expect(reason).toBe(`each value in 'headers' must be a text in quotes (see 'X-Key').`);
  });

  test('must be in an object', () => {
    expect(reasonOf({ url, headers: ['X-Key: a'] })).toBe(
      `'headers' must be an object of names and texts, got a list.`,
    );
  });
});

describe('a stdio server', () => {
  test('needs only a command', () => {
    expect(parseOne({ command: 'node' })).toEqual({
      kind: 'stdio',
      name: 'calc',
      origin,
      command: 'node',
      args: [],
      env: {},
      envFile: null,
      cwd: null,
      watch: [],
      autoStart: true,
      enabled: true,
      trustHints: false,
      connection: 'shared',
    });
  });

  test('keeps everything that is said of it, with its variables as texts', () => {
    const entry = {
      type: 'stdio',
      command: 'npx',
      args: ['-y', 'server'],
      env: { A: 'a', B: 1, C: true },
      cwd: '/srv',
    };
    expect(parseOne(entry)).toMatchObject({
      kind: 'stdio',
      command: 'npx',
      args: ['-y', 'server'],
      env: { A: 'a', B: '1', C: 'true' },
      cwd: '/srv',
    });
  });

  test.each<[object, string]>([
    [{ command: ' ' }, `'command' must be the program to start, and is empty`],
    [{ command: ['node'] }, `'command' must be the program to start, got a list`],
    [{ command: 'a\0b' }, `'command' must be the program to start, without NUL`],
    [{ args: 'a b' }, `'args' must be a list of texts, got a text`],
    [{ args: [1] }, `each of 'args' must be a text in quotes, got a number`],
    [{ cwd: 7 }, `'cwd' must be the path of a folder, got a number`],
    [{ env: [] }, `'env' must be an object of names and values, got a list`],
    [{ env: { 'A=B': 'a' } }, `a name in 'env' must not be empty and must not hold '=' or NUL`],
    [{ env: { A: [] } }, `must be a text without NUL, a number, true or false, or null`],
    [{ env: { A: 'a\0' } }, `to leave the variable out (see 'A')`],
    [{ envFile: true }, `'envFile' must be the path of a file, got true or false`],
  ])('with %j is told what is wrong', (more, reason) => {
    expect(reasonOf({ command: 'node', ...more })).toContain(reason);
  });
});

describe('an entry', () => {
  test.each<unknown>([null, 'http://localhost', 7, [], true])('that is %j is bad', (entry) => {
    expect(reasonOf(entry)).toContain(`The entry must be an object with a 'url' or a 'command'`);
  });

  test('with neither URL nor command is told to have one', () => {
    expect(reasonOf({})).toBe(
      `The entry needs a 'url' (HTTP server) or a 'command' (stdio server).`,
    );
  });

  test('with both is told to say which, and may', () => {
    const both = { url, command: 'node' };
    expect(reasonOf(both)).toContain(`set 'type' to say which is meant`);
    expect(parseOne({ ...both, type: 'stdio' })).toMatchObject({ kind: 'stdio' });
    expect(parseOne({ ...both, type: 'http' })).toMatchObject({ kind: 'http' });
    expect(parseOne({ ...both, type: 'sse' })).toMatchObject({ transport: 'sse' });
  });

  test.each(['sse', 'SSE'])(
    'of the type %s is an HTTP server with the transport of 2024',
    (type) => {
      expect(parseOne({ type, url })).toMatchObject({ kind: 'http', url, transport: 'sse' });
    },
  );

  test.each<unknown>(['websocket', 7, null])('of type %j is told the types', (type) => {
    expect(reasonOf({ type, url })).toContain(`'type' must be "http", "sse" or "stdio", got`);
  });

  test.each(['autoStart', 'enabled', 'trustHints'])('with a text for %s is bad', (key) => {
    expect(reasonOf({ url, [key]: 'yes' })).toBe(`'${key}' must be true or false, got "yes".`);
    expect(reasonOf({ command: 'a', [key]: 1 })).toBe(
      `'${key}' must be true or false, got a number.`,
    );
  });

  test('that is bad leaves the others alone, and all keep their order', () => {
    const parsed = parseServers({ a: { url }, b: 7, c: { command: 'node' } }, false);
    expect(parsed.map(({ kind, name }) => `${name}: ${kind}`)).toEqual([
      'a: http',
      'b: bad',
      'c: stdio',
    ]);
  });
});

test('no reason tells a secret, wherever it was put', () => {
  const secret = 'sk-0123456789abcdef';
  const places: readonly object[] = [
    { url: `localhost/mcp?token=${secret}` },
    { url: `ftp://me:${secret}@host/mcp` },
    { url: `http://me:${secret}@host:99999/mcp` },
    { url, health: `http://elsewhere/?key=${secret}` },
    { url, headers: { 'X-Key': `${secret}\n` } },
    { url, headers: `X-Key: ${secret}` },
    { url, headers: { [`X-Key: ${secret}`]: '' } },
    { command: 'a', env: { KEY: `${secret}\0` } },
    { command: 'a', env: `KEY=${secret}` },
    { command: 'a', args: `--token=${secret}` },
  ];
  for (const entry of places) {
    const parsed = parseOne(entry);
    expect(parsed?.kind).toBe('bad');
    expect(JSON.stringify(parsed)).not.toContain(secret);
  }
});

test('whatever the entries are, each is a server or has a reason, and nothing throws', () => {
  const key = fc.constantFrom('type', 'url', 'command', 'headers', 'health', 'args', 'env', 'cwd');
  const value = fc.oneof(fc.anything(), fc.constant(url));
  const entry = fc.oneof(fc.anything(), fc.dictionary(key, value));
  fc.assert(
    fc.property(fc.dictionary(fc.string(), entry), (entries) => {
      const parsed = parseServers(entries, '/health');
      expect(parsed).toHaveLength(Object.keys(entries).length);
      for (const server of parsed) if (server.kind === 'bad') expect(server.reason).toMatch(/.\.$/);
    }),
  );
});
