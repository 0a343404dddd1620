// The table of the settings, and reading values that people typed.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSettings } from '../../src/core/parseSettings.ts';
import { descriptionId, settingTable } from '../../src/core/settingTable.ts';

const { settings: defaults } = parseSettings({});
const complaintsOf = (raw: Record<string, unknown>) => parseSettings(raw).complaints;

test('no values give the default numbers, and no complaint', () => {
  expect(parseSettings({}).complaints).toEqual([]);
  expect(defaults).toEqual({
    servers: [],
    inputs: [],
    sources: {
      vscodeWorkspace: true,
      vscodeUser: true,
      project: true,
      claudeCode: true,
      claudeDesktop: true,
      cursor: true,
      windsurf: true,
    },
    backoff: {
      delays: [0, 250, 500, 1000, 2000, 4000, 8000, 15_000, 30_000],
      localCap: 30_000,
      remoteCap: 60_000,
      stableAfter: 30_000,
    },
    health: {
      path: '/health',
      interval: 10_000,
      reconnectingLocal: 1000,
      reconnectingRemote: 5000,
      idleInterval: 50_000,
      idleAfter: 300_000,
      pingInterval: 30_000,
      callSilence: 5000,
      probeTimeout: 3000,
    },
    calls: {
      holdBudget: 45_000,
      patientHoldBudget: 300_000,
      maxHeld: 100,
      maxHeldBytes: 2 * 1024 * 1024,
      maxHeldBytesTotal: 8 * 1024 * 1024,
    },
    journal: 'on',
    crashLoop: { exits: 5, within: 180_000 },
    connectTimeout: 30_000,
    maxMessageBytes: 64 * 1024 * 1024,
    sessionTtl: 24 * 60 * 60 * 1000,
    notifyAfterAttempts: 10,
    notifications: 'on',
    statusBar: 'always',
    historyEntries: 200,
    historySamples: 2000,
    historyMaxAge: 14 * 24 * 3_600_000,
    gateway: {
      enabled: true,
      offerToEditor: true,
      port: 0,
      maxBodyBytes: 4 * 1024 * 1024,
      maxConnections: 512,
      keepPort: 20_000,
      maxSessions: 200,
      idleAfter: 60 * 60 * 1000,
    },
    eventStore: {
      kind: 'sqlite',
      redisUrl: '',
      ttl: 60 * 60 * 1000,
      maxEvents: 1000,
      maxBytes: 64 * 1024 * 1024,
      compressFrom: 16 * 1024,
    },
  });
});

/** Every row's value somewhere in the settings, so that a swapped key shows. */
const numberKeys = Object.entries(settingTable).flatMap(([key, row]) =>
  row.kind === 'number' ? [{ key, row }] : [],
);

describe('a number', () => {
  test.each(numberKeys)('$key is taken at its limits and changes one setting', ({ key, row }) => {
    expect(row.default).toBeGreaterThanOrEqual(row.min);
    expect(row.default).toBeLessThanOrEqual(row.max);
    for (const value of [row.min, row.max]) {
      const { settings, complaints } = parseSettings({ [key]: value });
      expect(complaints).toEqual([]);
      const path = key === 'session.ttl' ? ['sessionTtl'] : key.split('.');
      expect(settings).toHaveProperty(path, value);
    }
  });

  test.each(numberKeys)('$key beyond its limits falls back to its default', ({ key, row }) => {
    for (const value of [row.min - 1, row.max + 1, row.min + 0.5, `${row.min}`, null, Number.NaN]) {
      const { settings, complaints } = parseSettings({ [key]: value });
      expect(settings).toEqual(defaults);
      expect(complaints).toHaveLength(1);
    }
  });

  test('that is wrong is reported with its limits and what is used instead', () => {
    expect(complaintsOf({ 'backoff.localCap': 'fast' })).toEqual([
      {
        key: 'backoff.localCap',
        text: `'mcpLifeline.backoff.localCap' must be a whole number of milliseconds from 100 to 3600000, got "fast". Its default 30000 is used.`,
      },
    ]);
    expect(complaintsOf({ notifyAfterAttempts: 0 })[0]?.text).toContain(
      'must be a whole number from 1 to 1000, got 0.',
    );
  });
});

describe('the delays', () => {
  test('are taken as they are', () => {
    const { settings, complaints } = parseSettings({ 'backoff.delays': [0, 100] });
    expect(settings.backoff.delays).toEqual([0, 100]);
    expect(complaints).toEqual([]);
  });

  test('may be as many as the limit says', () => {
    const many = Array.from({ length: 50 }, () => 1);
    expect(parseSettings({ 'backoff.delays': many }).settings.backoff.delays).toEqual(many);
  });

  test.each([[[]], [[1, -1]], [[1, '2']], [7], [Array.from({ length: 51 }, () => 1)]])(
    'fall back when they are %j',
    (value) => {
      const { settings, complaints } = parseSettings({ 'backoff.delays': value });
      expect(settings).toEqual(defaults);
      expect(complaints[0]?.text).toContain('a list of 1 to 50 whole numbers of milliseconds');
    },
  );
});

describe('the health path', () => {
  test.each(['/', '/healthz', '/api/health?full=1', false])('may be %j', (path) => {
    expect(parseSettings({ 'health.path': path }).settings.health.path).toBe(path);
  });

  test.each(['health', '//elsewhere/health', '/\\elsewhere', 'http://a/health', true, ''])(
    'may not be %j',
    (path) => {
      const { settings, complaints } = parseSettings({ 'health.path': path });
      expect(settings).toEqual(defaults);
      expect(complaints).toHaveLength(1);
    },
  );
});

test('the status bar takes its choices and names them when it gets another', () => {
  expect(parseSettings({ statusBar: 'problems' }).settings.statusBar).toBe('problems');
  const { settings, complaints } = parseSettings({ statusBar: 'often' });
  expect(settings.statusBar).toBe('always');
  expect(complaints[0]?.text).toBe(
    `'mcpLifeline.statusBar' must be one of "always", "problems", "never", got "often". Its default "always" is used.`,
  );
});

test('servers that are no object are reported without being quoted', () => {
  const { settings, complaints } = parseSettings({ servers: [{ headers: { a: 'sk-secret' } }] });
  expect(settings.servers).toEqual([]);
  expect(complaints).toHaveLength(1);
  expect(complaints[0]?.text).not.toContain('sk-secret');
});

test('servers without a health path of their own get the common one', () => {
  const servers = { a: { url: 'http://localhost:1/mcp' } };
  const { settings } = parseSettings({ servers, 'health.path': '/up' });
  expect(settings.servers).toMatchObject([{ kind: 'http', name: 'a', health: '/up' }]);
});

test('each bad value is reported once, and the good ones stay', () => {
  const { settings, complaints } = parseSettings({
    'calls.maxHeld': 5,
    'calls.holdBudget': -1,
    statusBar: 7,
    'no.such.setting': true,
  });
  expect(settings.calls.maxHeld).toBe(5);
  expect(complaints.map((complaint) => complaint.key).toSorted()).toEqual([
    'calls.holdBudget',
    'statusBar',
  ]);
});

test('a long value is cut in the report', () => {
  expect(complaintsOf({ statusBar: 'x'.repeat(1000) })[0]?.text.length).toBeLessThan(250);
});

test('whatever the values are, every setting is there and nothing throws', () => {
  const keys = Object.keys(settingTable);
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...keys), fc.anything()), (raw) => {
      const { settings } = parseSettings(raw);
      expect(Object.keys(settings)).toEqual(Object.keys(defaults));
    }),
  );
});

test('a description is found under the key', () => {
  expect(descriptionId('session.ttl')).toBe('settings.session.ttl');
});
