// What survives a reload: reading it back, lifting older versions, ids that are never reused, and fingerprints.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  fingerprintOf,
  isExpired,
  type Migration,
  newRecord,
  parseRecord,
  reserve,
  type SessionRecord,
} from '../../src/core/record.ts';
import type { HttpServer, StdioServer } from '../../src/core/settings.ts';

const aRecord = (more: Partial<SessionRecord> = {}): SessionRecord => ({
  ...newRecord({ serverId: 'calc', client: 'lifeline', fingerprint: 'f', at: 1000 }),
  ...more,
});

const aText = fc.oneof(fc.constant(null), fc.string());
const anyRecord: fc.Arbitrary<SessionRecord> = fc.record({
  version: fc.constant(1 as const),
  serverId: fc.string(),
  client: fc.string(),
  fingerprint: fc.string(),
  meaning: aText,
  sessionId: aText,
  protocolVersion: aText,
  hello: fc.oneof(fc.constant(null), fc.constant({ capabilities: { roots: {} } })),
  welcome: fc.oneof(
    fc.constant(null),
    fc.constant({ serverInfo: { name: 'x' }, instructions: '' }),
  ),
  nextId: fc.nat(),
  cursors: fc.dictionary(fc.constantFrom('standalone', 'request:7', 'request:8'), fc.string()),
  inFlight: fc.array(fc.nat()),
  logLevel: aText,
  subscriptions: fc.array(fc.string()),
  created: fc.nat(),
  lastActive: fc.nat(),
  status: fc.constantFrom('active', 'disconnected', 'doubted', 'expired'),
  recoveries: fc.nat(),
  run: fc.oneof(
    fc.constant(null),
    fc.record({
      at: fc.nat(),
      uptimeSecs: fc.oneof(fc.constant(null), fc.nat()),
      version: aText,
      instanceId: aText,
    }),
  ),
});

describe('a stored record', () => {
  test('comes back as it was written', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const stored: unknown = JSON.parse(JSON.stringify(record));
        expect(parseRecord(stored)).toEqual({ kind: 'ok', record: stored });
      }),
    );
  });

  test('may be anything at all without a throw', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(parseRecord(value).kind).toBe('unreadable');
        parseRecord({ ...aRecord(), welcome: value, cursors: value, run: value });
      }),
    );
  });

  test('is refused when any one field is missing, and the reason names the field', () => {
    for (const field of Object.keys(aRecord()).filter((name) => name !== 'meaning')) {
      const { [field]: _, ...others } = { ...aRecord() } as Record<string, unknown>;
      const parsed = parseRecord(others);
      expect(parsed).toEqual({
        kind: 'unreadable',
        reason:
          field === 'version' ? 'it has no version' : `its field '${field}' is not as it should be`,
      });
    }
  });

  test('of the time before entries had meanings has none', () => {
    const { meaning: _, ...older } = aRecord();
    expect(parseRecord(older)).toEqual({ kind: 'ok', record: { ...older, meaning: null } });
  });

  test.each([
    ['nextId', -1],
    ['nextId', 1.5],
    ['cursors', { standalone: 7 }],
    ['inFlight', ['7']],
    ['status', 'asleep'],
    ['sessionId', 7],
    ['welcome', []],
    ['run', {}],
  ])('is refused with %s = %j', (field, value) => {
    expect(parseRecord({ ...aRecord(), [field]: value })).toEqual({
      kind: 'unreadable',
      reason: `its field '${field}' is not as it should be`,
    });
  });

  test('never has its contents quoted in the reason', () => {
    const parsed = parseRecord({
      ...aRecord(),
      cursors: { 'sk-secret': 7 },
      sessionId: 'sk-secret',
    });
    expect(JSON.stringify(parsed)).not.toContain('sk-secret');
  });

  test('loses fields that nobody knows', () => {
    expect(parseRecord({ ...aRecord(), token: 'x' })).toEqual({ kind: 'ok', record: aRecord() });
  });

  test('of a newer version is left alone', () => {
    expect(parseRecord({ ...aRecord(), version: 2 })).toEqual({
      kind: 'unreadable',
      reason: 'version 2 is newer than this extension',
    });
  });

  test.each([0, -1, 0.5, Number.NaN])(
    'of a version without a migration (%d) is not read',
    (version) => {
      expect(parseRecord({ ...aRecord(), version })).toEqual({
        kind: 'unreadable',
        reason: `version ${version} is no longer known`,
      });
    },
  );
});

describe('the migration of an older record', () => {
  const { recoveries: _, run: __, ...older } = aRecord();
  const addRun: Migration = (record) => ({ ...record, recoveries: 0, run: null });

  test('fills in what its version lacked', () => {
    expect(parseRecord({ ...older, version: 0 }, { 0: addRun })).toEqual({
      kind: 'ok',
      record: aRecord(),
    });
  });

  test('goes through every version in between', () => {
    const rename: Migration = ({ session, ...record }) => ({ ...record, sessionId: session });
    const { sessionId: ___, ...oldest } = older;
    const parsed = parseRecord(
      { ...oldest, version: -1, session: 'a' },
      { [-1]: rename, 0: addRun },
    );
    expect(parsed).toEqual({ kind: 'ok', record: aRecord({ sessionId: 'a' }) });
  });

  test('that fails is a record that cannot be read', () => {
    const fail: Migration = () => {
      throw new Error('no such field');
    };
    expect(parseRecord({ ...older, version: 0 }, { 0: fail })).toEqual({
      kind: 'unreadable',
      reason: 'it is not a record of version 0',
    });
  });
});

test('a new record parses and holds no session', () => {
  expect(parseRecord(aRecord())).toEqual({ kind: 'ok', record: aRecord() });
  expect(aRecord()).toMatchObject({ sessionId: null, nextId: 1, created: 1000, lastActive: 1000 });
});

test('a record expires by age and by its status, and not by a clock that was set back', () => {
  const ttl = 500;
  expect(isExpired(aRecord(), 1500, ttl)).toBe(false);
  expect(isExpired(aRecord(), 1501, ttl)).toBe(true);
  expect(isExpired(aRecord({ status: 'expired' }), 1000, ttl)).toBe(true);
  expect(isExpired(aRecord({ lastActive: 9e12 }), 1000, ttl)).toBe(false);
});

describe('request ids', () => {
  test('are never used twice, whenever the extension dies', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2500), { maxLength: 8 }), (callsUntilDeath) => {
        let stored = 1;
        let highest = 0;
        let writes = 0;
        let repeated = 0;
        for (const calls of callsUntilDeath) {
          let next = stored;
          for (let call = 0; call < calls; call += 1) {
            const ceiling = reserve(stored, next);
            if (ceiling !== stored) writes += 1;
            stored = ceiling;
            if (next <= highest) repeated += 1;
            highest = next;
            next += 1;
          }
        }
        expect(repeated).toBe(0);
        const total = callsUntilDeath.reduce((sum, calls) => sum + calls, 0);
        expect(writes).toBeLessThanOrEqual(total / 1000 + callsUntilDeath.length);
      }),
    );
  });
});

describe('the fingerprint of a definition', () => {
  const anHttp: HttpServer = {
    kind: 'http',
    transport: 'http',
    name: 'calc',
    url: 'http://localhost:1/mcp',
    headers: { Authorization: 'Bearer sk-12345678', 'X-A': '1' },
    health: '/health',
    autoStart: true,
    enabled: true,
    trustHints: false,
    connection: 'perClient',
    headersHelper: null,
    oauth: false,
    origin: { scope: 'user', folder: null },
    watch: [],
  };
  const aStdio: StdioServer = {
    kind: 'stdio',
    name: 'calc',
    command: 'node',
    args: ['a', 'b'],
    env: { TOKEN: 'sk-12345678' },
    cwd: null,
    autoStart: true,
    enabled: true,
    trustHints: false,
    connection: 'shared',
    envFile: null,
    origin: { scope: 'user', folder: null },
    watch: [],
  };

  test('does not depend on the order of keys', () => {
    const entries = Object.entries(anHttp).toReversed();
    const reversed = Object.fromEntries(entries) as unknown as HttpServer;
    const headers = { 'X-A': '1', Authorization: 'Bearer sk-12345678' };
    expect(fingerprintOf({ ...reversed, headers })).toBe(fingerprintOf(anHttp));
  });

  test.each<Partial<HttpServer>>([
    { autoStart: false },
    { enabled: false },
    { trustHints: true },
    { health: false },
  ])('stays with %j, which does not change what the server is told', (change) => {
    expect(fingerprintOf({ ...anHttp, ...change })).toBe(fingerprintOf(anHttp));
  });

  test('is another one with each change of meaning', () => {
    const all = [
      anHttp,
      { ...anHttp, url: 'http://localhost:2/mcp' },
      { ...anHttp, headers: {} },
      { ...anHttp, headers: { ...anHttp.headers, Authorization: 'Bearer sk-12345679' } },
      aStdio,
      { ...aStdio, command: 'deno' },
      { ...aStdio, args: ['b', 'a'] },
      { ...aStdio, args: ['a b'] },
      { ...aStdio, env: { TOKEN: 'sk-12345679' } },
      { ...aStdio, cwd: '/' },
    ].map(fingerprintOf);
    expect(new Set(all).size).toBe(all.length);
  });

  test('tells nothing of a secret', () => {
    for (const definition of [anHttp, aStdio])
      expect(fingerprintOf(definition)).toMatch(/^[0-9a-f]{64}$/);
  });
});
