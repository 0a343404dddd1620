// The rows of the History view without an editor. Not here: how they look (history.test.ts).
import { expect, test } from 'vitest';
import {
  type HistoryRow,
  historyId,
  historyRows,
  insideHistory,
} from '../../src/host/historyRows.ts';
import { FakeChronicle } from '../support/fakeChronicle.ts';
import { aRecovery, aTransition, second } from '../support/timelineScenes.ts';

const noFigures = { servers: () => [], of: () => [] };

const below = (row: HistoryRow): HistoryRow[] => [
  row,
  ...insideHistory(row, noFigures).flatMap(below),
];

test('rows that are alike in everything have ids of their own, the same each time', () => {
  const now = new Date(2026, 5, 10, 12).getTime();
  const lostAt = now - 60 * second;
  const chronicle = new FakeChronicle();
  const isTrying = aTransition(lostAt, 'ready', 'reconnecting');
  chronicle.write(
    aRecovery(lostAt, lostAt + second, {}, 'Claude Code'),
    aRecovery(lostAt, lostAt + second, {}, 'Claude Code'),
    aRecovery(lostAt, lostAt + 2 * second, {}, 'Claude Code'),
    ...[isTrying, isTrying, isTrying],
  );
  const ids = (): string[] =>
    historyRows(chronicle, null, now)
      .flatMap(below)
      .map((row) => historyId(row));
  expect(ids().length).toBeGreaterThan(7);
  expect(new Set(ids()).size).toBe(ids().length);
  expect(ids()).toEqual(ids());
});
