import { describe, expect, test } from 'vitest';
import {
  type MessageToPage,
  parseKeptView,
  parseToHost,
  parseToPage,
} from '../../../src/core/timeline/messages.ts';
import { thin } from '../../../src/core/timeline/thin.ts';
import { aLookAtHealth, aMinuteOfCalls, minute, someLanes } from '../../support/timelineScenes.ts';

const now = Date.UTC(2026, 5, 1, 12);
const view = { length: 5, until: null, isTable: false, hasLegend: true };
const overTheWire = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('what the extension says', () => {
  const lanes = someLanes(now);
  const messages: readonly MessageToPage[] = [
    { kind: 'begin', language: 'de', words: [['ready', 'bereit']], kept: null },
    { kind: 'begin', language: 'de', words: [], kept: view },
    { kind: 'lanes', now, order: lanes.map(({ serverId }) => serverId), lanes },
    { kind: 'reveal', serverId: 'notes' },
  ];

  test.each(messages)('a message of the kind $kind arrives as it was sent', (message) => {
    expect(parseToPage(overTheWire(message))).toEqual(message);
  });

  test.each([
    null,
    'lanes',
    { kind: 'unknown' },
    { kind: 'reveal' },
    { kind: 'lanes', now: 'today', order: [], lanes: [] },
    { kind: 'lanes', now, order: [], lanes: [{ ...lanes[0], bands: [{ look: 'pink' }] }] },
  ])('anything else is no message: %j', (value) => {
    expect(parseToPage(value)).toBeNull();
  });
});

describe('what the page says', () => {
  test('that it listens, and what a person wants done', () => {
    expect(parseToHost({ kind: 'ready' })).toEqual({ kind: 'ready' });
    const run = { kind: 'run', deed: 'showHealthReport', serverId: 'notes' };
    expect(parseToHost(run)).toEqual(run);
    expect(parseToHost({ kind: 'looks', view })).toEqual({ kind: 'looks', view });
  });

  test.each([
    undefined,
    { kind: 'run', deed: 'clearStoredSessions', serverId: null },
    { kind: 'run', deed: 'addServer' },
    { kind: 'looks', view: { ...view, until: 'now' } },
    { kind: 'steady' },
  ])('it can have nothing else done: %j', (value) => {
    expect(parseToHost(value)).toBeNull();
  });
});

test('what the page kept is taken up only as what it was', () => {
  expect(parseKeptView(overTheWire(view))).toEqual(view);
  expect(parseKeptView({ ...view, length: 'long' })).toBeNull();
  expect(parseKeptView(null)).toBeNull();
});

describe('what is sent of a long history', () => {
  const day = 24 * 60 * minute;

  test('[bounded] old looks at health are thinned, save where the server stopped or began to answer', () => {
    const old = Array.from({ length: 1_000 }, (_, index) =>
      aLookAtHealth(now - 3 * day + index * minute, index === 500 ? null : 5),
    );
    const fresh = Array.from({ length: 60 }, (_, index) => aLookAtHealth(now - index * minute, 5));
    const kept = thin([...old, ...fresh.toReversed()], now);
    expect(kept.length).toBeLessThan(140);
    expect(kept).toContain(old[500]);
    expect(kept).toContain(old[501]);
    expect(kept.slice(-60)).toEqual(fresh.toReversed());
  });

  test('minutes whose calls all went well say nothing', () => {
    const held = aMinuteOfCalls(now, { held: 1 });
    expect(thin([aMinuteOfCalls(now), held], now)).toEqual([held]);
  });
});
