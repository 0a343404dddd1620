// Small pieces behind the views: rows, known secrets, Markdown, the heartbeat, and who is listened to.
import { describe, expect, test } from 'vitest';
import { toDisposable } from '../../src/base/disposable.ts';
import { Source } from '../../src/base/signal.ts';
import { entryOf } from '../../src/core/history.ts';
import { secretsOf } from '../../src/host/knownSecrets.ts';
import { asCode, escapeMarkdown } from '../../src/host/markdown.ts';
import { createTicker } from '../../src/host/ticker.ts';
import { childrenOf, idOf, type Row } from '../../src/host/treeRows.ts';
import { watchServers } from '../../src/host/watchServers.ts';
import { aDefinition, aTool, FakeFleet, FakeServer } from '../support/fakeFleet.ts';
import { VirtualClock } from '../support/virtualClock.ts';
import { fillGallery } from './gallery/servers.ts';

describe('rows', () => {
  const below = (row: Row): Row[] => [row, ...childrenOf(row).flatMap(below)];

  test('have ids that are stable and that no two share', () => {
    const fleet = new FakeFleet();
    fillGallery(fleet, 1_000_000);
    const rows = () => fleet.servers.value.flatMap((server) => below({ kind: 'server', server }));
    const ids = rows().map(idOf);
    expect(new Set(ids).size).toBe(ids.length);
    expect(rows().map(idOf)).toEqual(ids);
  });

  test('that nothing tells apart are all there, each with an id of its own', () => {
    const server = new FakeServer(aDefinition('a'), { kind: 'idle' });
    const resource = { uri: 'file:///a', name: 'a', description: null, mimeType: null };
    const prompt = { name: 'ask', description: null };
    server.catalog.set({
      listedAt: 1,
      tools: [aTool('find'), aTool('find'), aTool('keep')],
      resources: [resource, resource],
      prompts: [prompt, prompt, prompt],
    });
    const { life } = server;
    const calls = new Source({ held: 0, running: 0 });
    server.clients.set(['one', 'same', 'same'].map((label) => ({ label, life, calls })));
    const entry = entryOf('a', 1, life.value, life.value, 'start');
    server.entries.push(entry, entry);
    const complaint = { key: 'servers', text: 'It is no object.' };
    const complaints: Row = { kind: 'complaints', complaints: [complaint, complaint] };
    const ids = [...below({ kind: 'server', server }), ...below(complaints)].map(idOf);
    expect(new Set(ids).size).toBe(ids.length);
    const count = (kind: string): number => ids.filter((id) => id.startsWith(`["${kind}"`)).length;
    const kinds = ['tool', 'resource', 'prompt', 'client', 'event', 'complaint'];
    expect(kinds.map(count)).toEqual([3, 2, 3, 3, 2, 2]);
  });

  test('of programs keep their ids when another one leaves', () => {
    const server = new FakeServer(aDefinition('a'), { kind: 'idle' });
    const { life } = server;
    const calls = new Source({ held: 0, running: 0 });
    const idsOf = (...labels: readonly string[]): readonly string[] => {
      server.clients.set(labels.map((label) => ({ label, life, calls })));
      return childrenOf({ kind: 'part', part: 'clients', server }).map(idOf);
    };
    const [, ...others] = idsOf('one', 'two', 'three');
    expect(idsOf('two', 'three')).toEqual(others);
  });

  test('of a disabled server have nothing below', () => {
    const server = new FakeServer(aDefinition('a'), { kind: 'disabled' });
    expect(childrenOf({ kind: 'server', server })).toEqual([]);
  });

  test('show the ten newest events', () => {
    const fleet = new FakeFleet();
    fillGallery(fleet, 1_000_000, ['search']);
    const server = fleet.get('search');
    const entry = server?.entries[0];
    if (!server || !entry) throw new Error('The gallery has no such server.');
    for (let index = 0; index < 20; index++) server.entries.unshift({ ...entry, at: index });
    expect(childrenOf({ kind: 'part', part: 'events', server })).toHaveLength(10);
  });
});

test('[keep-secrets] headers, credentials and keys of the settings are known secrets', () => {
  const secrets = secretsOf({
    servers: [
      aDefinition('a', {
        headers: { Authorization: 'Bearer abc123', 'X-Key': 'key-1' },
        url: 'http://u:p@h/?key=q-1',
      }),
      {
        ...aDefinition('b'),
        kind: 'stdio',
        command: 'c',
        args: [],
        cwd: null,
        envFile: null,
        env: { TOKEN: 'env-1', EMPTY: '' },
      },
      { kind: 'bad', name: 'c', reason: 'r' },
    ],
    eventStore: { redisUrl: 'redis://:redis-1@h:6379' },
  });
  expect(secrets).toEqual(
    expect.arrayContaining([
      'Bearer abc123',
      'abc123',
      'key-1',
      'u',
      'p',
      'q-1',
      'env-1',
      'redis-1',
    ]),
  );
  expect(secrets).not.toContain('');
});

describe('text of a server', () => {
  test('makes no link, table, icon or page of its own', () => {
    const text = escapeMarkdown('[a](command:x) | $(x) <img> `c` **b**\n# t &amp;');
    expect(text).not.toMatch(/(^|[^\\])[[\]()|$`*#]/);
    expect(text).not.toContain('<');
    expect(text).not.toContain('\n');
  });

  test('stays inside its code', () => {
    expect(asCode('a`b|c\nd')).toBe("`a'b\\|c d`");
  });
});

describe('the heartbeat', () => {
  test('beats each second while wanted, and leaves no timer behind', async () => {
    const clock = new VirtualClock();
    let beats = 0;
    const ticker = createTicker(clock, () => beats++);
    expect(clock.pending).toBe(0);
    ticker.want(true);
    ticker.want(true);
    await clock.advance(3_000);
    expect(beats).toBe(3);
    ticker.want(false);
    expect(clock.pending).toBe(0);
    ticker.want(true);
    ticker.dispose();
    expect(clock.pending).toBe(0);
  });
});

describe('listening', () => {
  test('follows servers that come, and ends for those that go', () => {
    const fleet = new FakeFleet();
    const [one, two] = [aDefinition('one'), aDefinition('two')].map(
      (definition) => new FakeServer(definition, { kind: 'idle' }),
    );
    if (!one || !two) throw new Error('Two servers were made.');
    const log: string[] = [];
    fleet.servers.set([one]);
    const watch = watchServers(fleet, ({ id }) => {
      log.push(`+${id}`);
      return toDisposable(() => log.push(`-${id}`));
    });
    fleet.servers.set([one, two]);
    fleet.servers.set([two]);
    watch.dispose();
    fleet.servers.set([one]);
    expect(log).toEqual(['+one', '+two', '-one', '-two']);
  });
});
