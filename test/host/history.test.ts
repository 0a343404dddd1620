// The History view's rows and hovers, made with the editor's own classes, and the hover of a server with its figures.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { realClock } from '../../src/base/clock.ts';
import { Source } from '../../src/base/signal.ts';
import { figuresOf } from '../../src/host/figures.ts';
import { historyItem, historyTooltip } from '../../src/host/historyItems.ts';
import {
  type FigureSource,
  type HistoryRow,
  historyRows,
  insideHistory,
} from '../../src/host/historyRows.ts';
import type { GatewayDoor } from '../../src/host/gatewayDoor.ts';
import { tooltipOf } from '../../src/host/treeTooltips.ts';
import { createServerWords } from '../../src/host/words.ts';
import { FakeChronicle } from '../support/fakeChronicle.ts';
import { FakeFleet } from '../support/fakeFleet.ts';
import { aHistory } from './gallery/history.ts';
import { fillGallery } from './gallery/servers.ts';

// Noon, so that no row of these tests lies on another day.
const noon = new Date(2026, 5, 10, 12).getTime();
const chronicle = new FakeChronicle();
chronicle.write(...aHistory(noon));

const figures: FigureSource = {
  servers: () => ['issue-tracker', 'search'],
  of: (serverId) => figuresOf(chronicle, serverId, noon, vscode.l10n.t),
};
const below = (row: HistoryRow): HistoryRow[] => [
  row,
  ...insideHistory(row, figures).flatMap(below),
];
const rowsOf = (only: string | null): HistoryRow[] =>
  historyRows(chronicle, only, noon).flatMap(below);
const look = { now: noon, isFiltered: false };
const labelOf = ({ label }: vscode.TreeItem): string => (typeof label === 'string' ? label : '');
const labelsOf = (rows: readonly HistoryRow[]): string[] =>
  rows.map((row) => labelOf(historyItem(row, look)));

describe('a row of the history', () => {
  it('has an icon, words, a stable id and a sentence, and says nothing that is undefined', () => {
    const ids = new Set<string | undefined>();
    for (const row of rowsOf(null)) {
      const item = historyItem(row, look);
      assert.ok(item.iconPath instanceof vscode.ThemeIcon, labelOf(item));
      assert.ok(labelOf(item) !== '' && item.contextValue?.startsWith('history ') === true);
      assert.equal(item.tooltip, undefined, 'Hovers are made when somebody hovers.');
      assert.equal(item.command, undefined, 'No row acts as a button.');
      assert.ok(!ids.has(item.id), `twice: ${item.id ?? 'nothing'}`);
      ids.add(item.id);
      const spoken = item.accessibilityInformation?.label ?? '';
      const text = `${spoken} ${String(item.description)} ${historyTooltip(row, noon)?.value ?? ''}`;
      assert.ok(spoken !== '', labelOf(item));
      assert.doesNotMatch(text, /undefined|null|NaN|\{\d\}|Invalid Date/);
    }
  });

  it('comes under its day, the newest first, and a loss has its steps below', () => {
    const rows = rowsOf(null);
    const today = rows.findIndex(({ kind }) => kind === 'day');
    assert.deepEqual(labelsOf(rows.slice(today)), [
      'Today',
      'Ready → reconnecting',
      'Ready → reconnecting',
      'Reconnecting → suspended',
      'Window reloaded',
      'Claude Code recovered after 1 min',
      'Server restarted',
      'Recovered after 3.2 s',
      'Ready → reconnecting',
      'Reconnecting',
      'Reconnecting → ready',
      'Connecting → ready',
      'MCP Lifeline started',
    ]);
  });

  it('has the figures of each server before the days, or of the one that is shown', () => {
    const names = ['Up', 'Recoveries', 'Restarts seen', 'Calls', 'Call latency'];
    const rows = rowsOf(null);
    const [, tracker] = rows;
    assert.deepEqual(labelsOf(rows.slice(0, 8)), ['Figures', 'issue-tracker', ...names, 'search']);
    assert.ok(tracker);
    const { description, accessibilityInformation } = historyItem(tracker, look);
    assert.match(
      String(description),
      /^Up: 9\d\.\d% of the last \d+ min · Recoveries: 1, in 3\.2 s$/,
    );
    assert.equal(accessibilityInformation?.label, `issue-tracker: ${String(description)}`);
    assert.deepEqual(labelsOf(rowsOf('issue-tracker').slice(0, 6)), ['Figures', ...names]);
  });

  it('tells a recovery in sentences that can be read aloud', () => {
    const recovery = rowsOf(null).find(
      (row) => labelOf(historyItem(row, look)) === 'Recovered after 3.2 s',
    );
    assert.ok(recovery);
    const spoken = historyItem(recovery, look).accessibilityInformation?.label ?? '';
    assert.match(
      spoken,
      /^issue-tracker, .+: Down for 3\.2 s: .*restarted\. Same session, 2 calls held, none lost\. It took 2 attempts\.$/,
    );
    assert.match(historyTooltip(recovery, noon)?.value ?? '', /Time lost.*3\\\.2 s/);
  });

  it('of one server does not name it, and has what concerned every server', () => {
    const rows = rowsOf('search');
    assert.deepEqual(labelsOf(rows), [
      'Figures',
      'Recoveries',
      'Today',
      'Window reloaded',
      'Claude Code recovered after 1 min',
      'MCP Lifeline started',
    ]);
    const filtered = rows
      .filter(({ kind }) => kind === 'line')
      .map((row) => historyItem(row, { ...look, isFiltered: true }));
    assert.ok(filtered.every(({ description }) => !String(description).includes('search')));
  });

  it('is none where nothing happened to a server', () => {
    const empty = new FakeChronicle();
    empty.write({ kind: 'mark', serverId: null, at: noon, what: 'started', length: null });
    assert.deepEqual(historyRows(empty, null, noon), []);
  });

  it('says how many lines are left out beyond a thousand', () => {
    const long = new FakeChronicle();
    const marks = Array.from({ length: 1_003 }, (_, index) => ({
      ...({ kind: 'mark', serverId: 'a', what: 'restarted', length: null } as const),
      at: noon - index * 1_000,
    }));
    long.write(...marks);
    const rest = historyRows(long, null, noon).at(-1);
    assert.deepEqual(rest, { kind: 'rest', count: 3 });
  });
});

describe('the hover of a server', () => {
  it('has its figures', () => {
    const fleet = new FakeFleet();
    fillGallery(fleet, Date.now());
    const [server] = fleet.servers.value;
    assert.ok(server);
    const door = new Source<GatewayDoor>({ kind: 'off' });
    const { value } = tooltipOf(
      { kind: 'server', server },
      createServerWords(realClock),
      door.value,
      () => figures.of('issue-tracker'),
    );
    assert.match(value, /Recoveries.*1, in 3\\\.2 s/);
    assert.match(value, /Up .*% of the last 4\d min/);
    assert.match(value, /Calls \| 84, 2 with errors, 4 held, 1 may have run/);
  });
});
