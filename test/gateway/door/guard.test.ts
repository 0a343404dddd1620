import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { admit, type Asking, digestOf, type Verdict } from '../../../src/gateway/guard.ts';

const token = 'a-token';
const digest = digestOf(token);
const port = 4711;

interface Knocking {
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly host?: string | null;
  readonly authorization?: string | null;
  readonly method?: string;
  readonly target?: string;
  readonly remoteAddress?: string | undefined;
}

const asking = (knocking: Knocking = {}): Asking => {
  const { host = `127.0.0.1:${port}`, authorization = `Bearer ${token}`, headers = [] } = knocking;
  const all: (readonly [string, string])[] = [...headers];
  if (host !== null) all.push(['Host', host]);
  if (authorization !== null) all.push(['Authorization', authorization]);
  return {
    remoteAddress: 'remoteAddress' in knocking ? knocking.remoteAddress : '127.0.0.1',
    localPort: port,
    method: knocking.method ?? 'POST',
    target: knocking.target ?? '/mcp/dev',
    rawHeaders: all.flat(),
  };
};

const verdictOn = (knocking: Knocking = {}): string => {
  const verdict = admit(asking(knocking), digest);
  return verdict.kind === 'refused' ? verdict.why : verdict.kind;
};

describe('[locked-door] the guard lets in', () => {
  test.each(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'])('a caller at %s', (address) => {
    expect(verdictOn({ remoteAddress: address })).toBe('mcp');
  });

  test.each([`127.0.0.1:${port}`, `localhost:${port}`, `LocalHost:${port}`, `[::1]:${port}`])(
    'the host %s',
    (host) => {
      expect(verdictOn({ host })).toBe('mcp');
      expect(verdictOn({ host, headers: [['Origin', `http://${host}`]] })).toBe('mcp');
    },
  );

  test.each(['bearer a-token', 'BEARER   a-token'])('the token as "%s"', (authorization) => {
    expect(verdictOn({ authorization })).toBe('mcp');
  });

  test('the default port left out of Host, on that port only', () => {
    const atDefault = { ...asking({ host: 'localhost' }), localPort: 80 };
    expect(admit(atDefault, digest).kind).toBe('mcp');
    expect(verdictOn({ host: 'localhost' })).toBe('foreign-host');
  });

  test('a server by its name, decoded', () => {
    expect(admit(asking({ target: '/mcp/my%20server%2Fa?x=1' }), digest)).toEqual({
      kind: 'mcp',
      method: 'POST',
      server: 'my server/a',
    });
  });
});

describe('[locked-door] the guard refuses', () => {
  test.each(['10.0.0.1', '128.0.0.1', '::2', '::ffff:10.0.0.1', '127.0.0.1.evil', '', undefined])(
    'a caller at %s',
    (remoteAddress) => {
      expect(verdictOn({ remoteAddress })).toBe('not-loopback');
    },
  );

  test.each([
    'evil.example.com',
    `evil.example.com:${port}`,
    '127.0.0.1',
    `127.0.0.1:${port + 1}`,
    `127.0.0.1:${port}0`,
    `localhost.:${port}`,
    `localhost:${port}.evil.example.com`,
    `user@localhost:${port}`,
    `0.0.0.0:${port}`,
    `127.0.0.2:${port}`,
    '',
  ])('the host "%s"', (host) => {
    expect(verdictOn({ host })).toBe('foreign-host');
  });

  test.each([
    'http://evil.example.com',
    `http://127.0.0.1:${port + 1}`,
    'http://localhost',
    `https://127.0.0.1:${port}`,
    `pages//127.0.0.1:${port}`,
    `127.0.0.1:${port}`,
    `http://127.0.0.1:${port}/`,
    `vscode-webview://127.0.0.1:${port}`,
    'null',
    '',
  ])('the origin "%s", the right token or not', (origin) => {
    expect(verdictOn({ headers: [['Origin', origin]] })).toBe('foreign-origin');
    expect(verdictOn({ headers: [['Origin', origin]], authorization: null })).toBe(
      'foreign-origin',
    );
  });

  test.each(['Host', 'Origin', 'Authorization'])('two headers %s', (name) => {
    const again = { Host: `127.0.0.1:${port}`, Origin: 'x', Authorization: `Bearer ${token}` };
    const value = again[name as keyof typeof again];
    const headers = name === 'Origin' ? [[name, value] as const, [name, value] as const] : [];
    expect(verdictOn({ headers: [[name, value], ...headers] })).toBe('ambiguous');
  });

  test('a request without Host', () => {
    expect(verdictOn({ host: null })).toBe('foreign-host');
  });

  test.each(['Bearer a-tokem', 'Bearer a-toke', 'Bearer a-token2', 'Bearer', 'Basic a-token', ''])(
    'the authorization "%s"',
    (authorization) => {
      expect(verdictOn({ authorization })).toBe('wrong-token');
    },
  );

  test.each(['OPTIONS', 'PUT', 'PATCH', 'HEAD', 'TRACE', 'CONNECT', 'post'])('%s', (method) => {
    expect(verdictOn({ method })).toBe('wrong-method');
    expect(verdictOn({ method, target: '/health' })).toBe('wrong-method');
  });

  test.each([
    '/',
    '/mcp',
    '/mcp/',
    '/mcp/a/b',
    '//mcp/dev',
    '/x/../mcp/dev',
    '/MCP/dev',
    '/healthy',
    'http://127.0.0.1/mcp/dev',
    '*',
    '',
    '/.well-known/oauth-protected-resource/mcp/dev',
    '/mcp/dev/.well-known/openid-configuration',
  ])('the path "%s", whatever the token', (target) => {
    expect(verdictOn({ target })).toBe('no-such-path');
    expect(verdictOn({ target, authorization: null })).toBe('no-such-path');
  });
});

describe('[locked-door] without the token', () => {
  test.each(['/mcp/dev', '/mcp/no-such-server', '/mcp/%ff', '/health/dev', '/health/nobody'])(
    '%s tells nothing but that a token is wanted',
    (target) => {
      const method = target.startsWith('/mcp') ? 'POST' : 'GET';
      expect(verdictOn({ target, method, authorization: null })).toBe('no-token');
      expect(verdictOn({ target, method, authorization: 'Bearer x' })).toBe('wrong-token');
    },
  );

  test('the health of the gateway may be asked, but not known in detail', () => {
    const ask = (authorization: string | null): Verdict =>
      admit(asking({ target: '/health', method: 'GET', authorization }), digest);
    expect(ask(null)).toEqual({ kind: 'health', server: null, mayKnow: false });
    expect(ask(`Bearer ${token}`)).toEqual({ kind: 'health', server: null, mayKnow: true });
    expect(ask('Bearer x')).toEqual({ kind: 'refused', why: 'wrong-token' });
  });
});

describe('whatever is sent', () => {
  const text = fc.string({ unit: 'binary', maxLength: 40 });
  const anyHeader = fc.tuple(
    fc.oneof(fc.constantFrom('host', 'Host', 'Origin', 'AUTHORIZATION', 'accept'), text),
    fc.oneof(fc.constantFrom(`127.0.0.1:${port}`, `Bearer ${token}`, 'null'), text),
  );
  const right = [`Host`, `127.0.0.1:${port}`, `Authorization`, `Bearer ${token}`];
  const headers = fc.array(anyHeader, { maxLength: 3 }).map((all) => all.flat());
  /** Mostly as it should be, or nothing would come far. */
  const mostly = <T>(value: T, other: fc.Arbitrary<T>): fc.Arbitrary<T> =>
    fc.oneof({ weight: 3, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: other });
  const anything: fc.Arbitrary<Asking> = fc.record({
    remoteAddress: mostly('127.0.0.1', fc.oneof(fc.constantFrom('10.1.1.1', undefined), text)),
    localPort: mostly(port, fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined })),
    method: mostly('POST', fc.oneof(fc.constantFrom('GET', 'PUT', undefined), text)),
    target: mostly('/mcp/dev', fc.oneof(fc.constantFrom('/health'), fc.webPath(), text)),
    rawHeaders: fc.oneof(
      headers,
      headers.map((more) => [...right, ...more]),
      fc.constant(right),
    ),
  });
  const valuesIn = (rawHeaders: readonly string[], wanted: string): readonly string[] =>
    rawHeaders.filter(
      (_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === wanted,
    );

  test('[locked-door] a server is reached only from loopback, by our Host, with the one right token', () => {
    let admitted = 0;
    fc.assert(
      fc.property(anything, (asked) => {
        const verdict = admit(asked, digest);
        if (verdict.kind !== 'mcp') return;
        admitted += 1;
        expect(valuesIn(asked.rawHeaders, 'authorization')).toEqual([`Bearer ${token}`]);
        expect(valuesIn(asked.rawHeaders, 'host')).toEqual([`127.0.0.1:${asked.localPort}`]);
        expect(valuesIn(asked.rawHeaders, 'origin')).toEqual([]);
        expect(asked.remoteAddress).toBe('127.0.0.1');
      }),
      { numRuns: 4000 },
    );
    // Otherwise nothing was looked at.
    expect(admitted).toBeGreaterThan(10);
  });

  test('[locked-door] a token that differs in anything is refused', () => {
    fc.assert(
      fc.property(text, (guess) => {
        fc.pre(guess !== token);
        expect(verdictOn({ authorization: `Bearer ${guess}` })).toBe('wrong-token');
      }),
    );
  });

  test('[locked-door] without the token the answer does not depend on the name', () => {
    fc.assert(
      fc.property(fc.webSegment({ size: 'small' }), (name) => {
        fc.pre(name !== '' && !name.includes('/'));
        expect(verdictOn({ target: `/mcp/${name}`, authorization: null })).toBe('no-token');
      }),
    );
  });
});
