// What the timeline looks at, over a reload of the window.
import { expect, test } from 'vitest';
import { createTimelineView, type ViewState } from '../../src/host/timelineView.ts';
import { VirtualClock } from '../support/virtualClock.ts';

const lastHour = { length: 3_600_000, until: null, isTable: false, hasLegend: true };
const fiveMinutes = { ...lastHour, length: 300_000 };

/** Keeps values as the editor does, and counts how often it is written to. */
const aState = (first?: unknown): ViewState & { readonly writes: unknown[] } => {
  const values = new Map<string, unknown>();
  const writes: unknown[] = [];
  return {
    writes,
    get: (key) => values.get(key) ?? first,
    update: (key, value) => {
      values.set(key, value);
      writes.push(value);
      return Promise.resolve();
    },
  };
};

test('what was looked at last is looked at again, and a burst of changes is written once', async () => {
  const clock = new VirtualClock();
  const state = aState();
  const view = createTimelineView(clock, state);
  expect(view.value).toBeNull();
  view.keep(lastHour);
  view.keep(fiveMinutes);
  expect([view.value, state.writes]).toEqual([fiveMinutes, []]);
  await clock.advance(1_000);
  expect(state.writes).toEqual([fiveMinutes]);
  view.dispose();
  expect(createTimelineView(clock, state).value).toEqual(fiveMinutes);
});

test('a window that closes at once has it written all the same', () => {
  const clock = new VirtualClock();
  const state = aState();
  const view = createTimelineView(clock, state);
  view.keep(fiveMinutes);
  view.dispose();
  view.dispose();
  expect([state.writes, clock.pending]).toEqual([[fiveMinutes], 0]);
});

test.each([undefined, 'an hour', { ...lastHour, length: 'long' }])(
  'what is no such thing is not taken up: %j',
  (stored) => {
    expect(createTimelineView(new VirtualClock(), aState(stored)).value).toBeNull();
  },
);
