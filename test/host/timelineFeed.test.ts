// What the timeline's page is told while servers live, and how it is framed. Without an editor.
import { expect, onTestFinished, test } from 'vitest';
import type { MessageToPage } from '../../src/core/timeline/messages.ts';
import { createTimelineFeed } from '../../src/host/timelineFeed.ts';
import { timelineHtml } from '../../src/host/timelineHtml.ts';
import { aFailure } from '../../src/core/connection/failure.ts';
import { aDefinition, FakeFleet, FakeServer } from '../support/fakeFleet.ts';
import { FakeChronicle } from '../support/fakeChronicle.ts';
import {
  aLookAtHealth,
  aMark,
  aRecovery,
  aTransition,
  minute,
  say,
  second,
} from '../support/timelineScenes.ts';
import { VirtualClock } from '../support/virtualClock.ts';

const start = () => {
  const clock = new VirtualClock();
  const fleet = new FakeFleet();
  const server = new FakeServer(aDefinition('notes'), {
    kind: 'ready',
    since: 0,
    recovered: 'first',
  });
  fleet.servers.set([server]);
  const chronicle = new FakeChronicle();
  const sent: Extract<MessageToPage, { readonly kind: 'lanes' }>[] = [];
  const feed = createTimelineFeed({
    clock,
    fleet,
    chronicle,
    say,
    send: (message) => {
      if (message.kind === 'lanes') sent.push(message);
    },
  });
  onTestFinished(() => feed.dispose());
  const isReady = aTransition(clock.now() - minute, 'connecting', 'ready');
  chronicle.write(isReady);
  return { clock, fleet, server, chronicle, sent, feed };
};

test('a page that begins to listen is told everything at once', () => {
  const { feed, sent } = start();
  feed.start();
  expect(sent).toHaveLength(1);
  expect(sent[0]?.lanes[0]).toMatchObject({
    serverId: 'notes',
    bands: [{ name: 'ready', to: null }],
  });
});

test('a page that was made anew is told everything again', () => {
  const { feed, sent } = start();
  feed.start();
  feed.stop();
  feed.start();
  expect(sent.map(({ lanes }) => lanes.length)).toEqual([1, 1]);
});

test('a change is told soon, of the server that has changed alone, and a burst is one message', async () => {
  const { clock, fleet, server, chronicle, sent, feed } = start();
  fleet.servers.set([server, new FakeServer(aDefinition('other'), { kind: 'idle' })]);
  feed.start();
  for (let index = 0; index < 5; index += 1)
    chronicle.write(aLookAtHealth(clock.now() - second + index, 4));
  server.become({
    kind: 'reconnecting',
    since: clock.now(),
    attempt: 1,
    phase: { kind: 'trying' },
    failure: aFailure('closed', ''),
  });
  chronicle.write(aTransition(clock.now(), 'ready', 'reconnecting'));
  await clock.advance(second);
  expect(sent).toHaveLength(2);
  expect(sent[1]?.order).toEqual(['notes', 'other']);
  expect(sent[1]?.lanes.map(({ serverId }) => serverId)).toEqual(['notes']);
  expect(sent[1]?.lanes[0]?.bands.map(({ name }) => name)).toEqual(['ready', 'reconnecting']);
  expect(sent[1]?.lanes[0]?.latencies).toHaveLength(5);
});

test('[truth-on-screen] while nothing happens the page still hears from us, without lanes', async () => {
  const { clock, sent, feed } = start();
  feed.start();
  await clock.advance(15 * second);
  expect(sent.slice(1).map(({ now, lanes }) => [now, lanes.length])).toEqual(
    [10, 5, 0].map((ago) => [clock.now() - ago * second, 0]),
  );
});

test('a loss of an hour is told when it is over, though it began long ago', async () => {
  const { clock, server, chronicle, sent, feed } = start();
  const lostAt = clock.now() - 60 * minute;
  chronicle.write(aTransition(lostAt, 'ready', 'suspended'));
  feed.start();
  server.become({ kind: 'ready', since: 0, recovered: 'same-session' });
  chronicle.write(
    aRecovery(lostAt, clock.now(), { held: 2 }),
    aTransition(clock.now(), 'suspended', 'ready', { cause: 'attempt-succeeded' }),
  );
  await clock.advance(second);
  expect(sent.at(-1)?.lanes[0]?.marks.map(({ title, at }) => [title, at])).toEqual([
    ['2 calls held', lostAt],
  ]);
});

test('an entry that is put anew is told, however many marks of every server there are', async () => {
  const { clock, chronicle, sent, feed } = start();
  const lostAt = clock.now() - 10 * second;
  const marks = Array.from({ length: 30 }, (_, index) => aMark(lostAt - index, 'started'));
  const looks = Array.from({ length: 30 }, (_, index) => aLookAtHealth(lostAt + 1 + index, 4));
  const others = [...marks, ...looks, aTransition(lostAt - minute, 'connecting', 'ready')];
  chronicle.clear(null);
  chronicle.write(...others, aRecovery(lostAt, clock.now()));
  feed.start();
  chronicle.clear(null);
  chronicle.write(...others, aRecovery(lostAt, clock.now(), { unknown: 1 }));
  await clock.advance(second);
  const told = sent.at(-1)?.lanes[0]?.marks.map(({ title }) => title);
  expect(told).toContain('1 call that may have run');
});

test('what is old is not read again and again', async () => {
  const { clock, chronicle, feed } = start();
  feed.start();
  await clock.advance(minute);
  expect(chronicle.readFrom.filter((from) => from === -Infinity)).toHaveLength(1);
  expect(chronicle.readFrom.length).toBeGreaterThan(10);
});

test('what was cleared is gone from the page too, however old', async () => {
  const { clock, chronicle, sent, feed } = start();
  chronicle.write(aLookAtHealth(clock.now() - 60 * minute, 4));
  feed.start();
  chronicle.clear(null);
  await clock.advance(second);
  expect(sent.at(-1)?.lanes[0]).toMatchObject({ serverId: 'notes', bands: [], first: null });
});

test('a server that was removed stays with what is known of it, after the others', async () => {
  const { clock, fleet, sent, feed } = start();
  feed.start();
  fleet.servers.set([new FakeServer(aDefinition('other'), { kind: 'idle' })]);
  await clock.advance(second);
  expect(sent.at(-1)?.order).toEqual(['other', 'notes']);
  expect(sent.at(-1)?.lanes.find(({ serverId }) => serverId === 'notes')?.state).toBe(
    'no longer configured',
  );
});

test('[clean-exit] a page in the background costs nothing', async () => {
  const { clock, chronicle, sent, feed } = start();
  feed.start();
  feed.stop();
  chronicle.write(aLookAtHealth(clock.now(), 4));
  await clock.advance(minute);
  expect(sent).toHaveLength(1);
  expect(clock.pending).toBe(0);
  feed.start();
  expect(sent).toHaveLength(2);
  expect(sent[1]?.lanes).toHaveLength(1);
});

test('[locked-door] the page may load its own script and style, and nothing else', () => {
  const html = timelineHtml({
    source: 'https://files.example',
    script: 'https://files.example/timeline.js',
    style: 'https://files.example/timeline.css',
    nonce: 'once',
    language: 'en"><script>',
    title: '<b>Timeline</b>',
  });
  const policy = /content="([^"]*)"/.exec(html)?.[1]?.replaceAll('&#39;', "'");
  expect(policy).toBe(
    "default-src 'none'; base-uri 'none'; form-action 'none'; style-src https://files.example; script-src 'nonce-once'",
  );
  expect(html).not.toContain('<b>');
  expect(html.match(/<script/g)).toHaveLength(1);
});
