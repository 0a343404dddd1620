// What the headless gateway makes of its command line and its configuration.
import { describe, expect, it } from 'vitest';
import {
  type HeadlessWish,
  parseHeadlessArguments,
} from '../../../src/gateway/headlessArguments.ts';
import { parseConfig } from '../../../src/gateway/headlessConfig.ts';

const aWish = (change: Partial<HeadlessWish> = {}): HeadlessWish => ({
  config: 'mcp.json',
  state: 'state',
  port: null,
  trust: false,
  restarts: false,
  ...change,
});

const read = (value: unknown, change: Partial<HeadlessWish> = {}) => {
  const parsed = parseConfig(
    typeof value === 'string' ? value : JSON.stringify(value),
    aWish(change),
  );
  if (parsed.kind === 'unusable') throw new Error(parsed.reason);
  return parsed;
};

const reason = (value: unknown): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const parsed = parseConfig(text, aWish());
  return parsed.kind === 'unusable' ? parsed.reason : 'usable';
};

describe('the command line', () => {
  const parse = (line: string) => parseHeadlessArguments(line === '' ? [] : line.split(' '));

  it('takes configuration, state, port and trust', () => {
    expect(parse('--config a.json --state b --port 4100 --trust')).toEqual({
      kind: 'run',
      wish: { config: 'a.json', state: 'b', port: 4100, trust: true, restarts: false },
    });
    expect(parse('--state=b --config=a.json')).toEqual({
      kind: 'run',
      wish: aWish({ config: 'a.json', state: 'b' }),
    });
  });

  it('says what is missing or wrong', () => {
    const wrong = (line: string): string => {
      const command = parse(line);
      return command.kind === 'wrong' ? command.reason : command.kind;
    };
    expect(wrong('')).toBe('Name the configuration: --config FILE.');
    expect(wrong('--config a.json')).toBe('Name a folder for the state: --state DIR.');
    for (const port of ['0', '65536', '-1', '80x', '1e3'])
      expect(wrong(`--config a --state b --port=${port}`)).toBe(
        `--port must be a number from 1 to 65535, got "${port}".`,
      );
    expect(wrong('--config a --state b --frobnicate')).toContain('--frobnicate');
    expect(wrong('--config a --state b extra')).toContain('extra');
    expect(wrong('--config')).toContain('--config');
  });

  it('prints help and version whatever else is said', () => {
    expect(parse('--help')).toEqual({ kind: 'help' });
    expect(parse('--version --config')).toMatchObject({ kind: 'wrong' });
    expect(parse('--port x --version')).toEqual({ kind: 'version' });
  });
});

describe('the configuration', () => {
  it('takes servers under either name, with comments', () => {
    const one = read('{ // mine\n "servers": {"a": {"url": "http://127.0.0.1:1/mcp"},}, }');
    expect(one.settings.servers.map(({ name }) => name)).toEqual(['a']);
    const other = read({ mcpServers: { b: { command: 'node' } } });
    expect(other.settings.servers).toMatchObject([{ kind: 'stdio', name: 'b' }]);
    expect(other.complaints).toEqual([]);
  });

  it('takes any setting without its prefix, in either spelling', () => {
    const { settings, complaints } = read({
      servers: {},
      lifeline: { 'calls.holdBudget': 1000, gateway: { port: 4100 }, backoff: { delays: [5] } },
    });
    expect(settings.calls.holdBudget).toBe(1000);
    expect(settings.gateway.port).toBe(4100);
    expect(settings.backoff.delays).toEqual([5]);
    expect(complaints).toEqual([]);
  });

  it('takes inputs from where an mcp.json has them, or with our settings, which count more', () => {
    const [top, ours] = [[{ id: 'top' }], [{ id: 'ours' }]];
    expect(read({ servers: {}, inputs: top }).settings.inputs).toMatchObject(top);
    const both = { servers: {}, inputs: top, lifeline: { inputs: ours } };
    expect(read(both).settings.inputs).toMatchObject(ours);
    expect(read({ servers: {}, inputs: [7] }).complaints[0]).toContain('Input 1 is not used');
  });

  it('means paths from the folder of its file', () => {
    const servers = { a: { command: 'node' } };
    expect(
      read({ servers }, { config: '/work/project/.vscode/mcp.json' }).settings.servers,
    ).toMatchObject([{ origin: { scope: 'given', folder: '/work/project' } }]);
  });

  it('lets the command line decide the port', () => {
    const text = { servers: {}, lifeline: { 'gateway.port': 1 } };
    expect(read(text, { port: 2 }).settings.gateway.port).toBe(2);
  });

  it('complains of single values and uses the rest', () => {
    const { settings, complaints } = read({
      servers: { good: { command: 'node' }, bad: {} },
      lifeline: { 'calls.maxHeld': 'many', statusBar: 'never', what: 1, servers: {} },
    });
    expect(settings.servers).toMatchObject([{ name: 'good' }, { kind: 'bad', name: 'bad' }]);
    expect(complaints).toEqual([
      "'lifeline.statusBar' is no setting of the headless gateway. It is not used.",
      "'lifeline.what' is no setting of the headless gateway. It is not used.",
      "'lifeline.servers' is no setting of the headless gateway. It is not used.",
      `'lifeline.calls.maxHeld' must be a whole number from 0 to 10000, got "many". Its default 100 is used.`,
      `Server "bad" is not used: The entry needs a 'url' (HTTP server) or a 'command' (stdio server).`,
    ]);
  });

  it('[keep-secrets] quotes no credential', () => {
    const { complaints } = read({
      servers: {
        bad: { url: 'http://127.0.0.1/mcp', headers: { Authorization: 7, 'x y': 'secret' } },
      },
      lifeline: { 'eventStore.redisUrl': 'http://:hunter22@host' },
    });
    expect(complaints).toHaveLength(2);
    expect(complaints.join(' ')).not.toMatch(/secret'|hunter22/);
  });

  it('[safe-replay] trusts the hints of every server only when told to', () => {
    const servers = { a: { command: 'x' }, b: { command: 'y', trustHints: true } };
    const trusted = (trust: boolean) =>
      read({ servers }, { trust }).settings.servers.map(
        (server) => server.kind !== 'bad' && server.trustHints,
      );
    expect(trusted(false)).toEqual([false, true]);
    expect(trusted(true)).toEqual([true, true]);
  });

  it('refuses what is no configuration, and says why', () => {
    expect(reason('{"servers": {\n"a": ')).toBe('It is not valid JSON: ValueExpected in line 2.');
    expect(reason('')).toBe('It is not valid JSON: ValueExpected in line 1.');
    expect(reason([])).toBe('It must be a JSON object.');
    expect(reason({})).toBe('It has no "servers" (or "mcpServers").');
    expect(reason({ servers: {}, mcpServers: {} })).toBe(
      'It has "servers" and "mcpServers"; keep one of them.',
    );
    expect(reason({ servers: [] })).toContain('must be an object');
    expect(reason({ servers: {}, lifeline: [] })).toContain('"lifeline"');
  });
});
