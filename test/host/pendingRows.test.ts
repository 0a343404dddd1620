// Which pending calls there are to see, in which order, and what can be done with each.
import { describe, expect, test } from 'vitest';
import { Source } from '../../src/base/signal.ts';
import {
  countDecisions,
  pendingActions,
  pendingId,
  pendingRows,
  pendingWords,
} from '../../src/host/pendingRows.ts';
import { onChangeOf } from '../../src/host/watchServers.ts';
import type { PendingCall } from '../../src/runtime/watch.ts';
import { FakeFleet } from '../support/fakeFleet.ts';
import { fillGallery } from './gallery/servers.ts';

const now = 1_000_000_000;
const gallery = (): FakeFleet => {
  const fleet = new FakeFleet();
  fillGallery(fleet, now);
  return fleet;
};
const fill = (message: string, ...args: readonly (string | number)[]): string =>
  message.replaceAll(/\{(\d)\}/g, (_, index: string) => String(args[Number(index)]));

describe('the pending calls', () => {
  test('of all servers are one list: first what waits for a person, the oldest first', () => {
    expect(pendingRows(gallery()).map(({ server, call }) => `${server.id} ${call.phase}`)).toEqual([
      'staging orphan-held',
      'weather orphan-unknown',
      'search answered',
      'search answered',
      'search orphan-running',
      'search running',
      'dev-server held',
      'dev-server held',
    ]);
  });

  test('have ids that no two share, also where two servers use the same key', () => {
    const fleet = gallery();
    for (const name of ['browser', 'notes'])
      fleet.get(name)?.pending.set(fleet.get('weather')?.pending.value ?? []);
    const ids = pendingRows(fleet).map(pendingId);
    expect(new Set(ids).size).toBe(10);
  });

  test('that only a person can decide about are counted, and no others', () => {
    const fleet = gallery();
    expect(countDecisions(fleet)).toBe(2);
    fleet.get('weather')?.pending.set([]);
    expect(countDecisions(fleet)).toBe(1);
  });
});

describe('what can be done', () => {
  const actionsOf = (phase: PendingCall['phase'], result: PendingCall['result'] = null) =>
    pendingActions({ key: 'k', tool: 't', phase, since: 0, deadline: null, args: {}, result });

  test.each<[PendingCall['phase'], readonly string[]]>([
    ['held', []],
    ['running', []],
    ['orphan-running', ['discard']],
    ['orphan-held', ['run', 'discard']],
    ['orphan-unknown', ['again', 'discard']],
  ])('with a call that is %s', (phase, actions) => {
    expect(actionsOf(phase)).toEqual(actions);
  });

  test('with an answer, which is shown only where there is one', () => {
    expect(actionsOf('answered', { content: [] })).toEqual(['show', 'discard']);
    expect(actionsOf('answered')).toEqual(['discard']);
  });
});

test('an answer that is an error, or no result at all, is called an error', () => {
  const words = pendingRows(gallery())
    .filter(({ call }) => call.phase === 'answered')
    .map((row) => [
      pendingWords(row, now, fill).icon,
      pendingWords({ ...row, call: { ...row.call, result: null } }, now, fill).icon,
    ]);
  expect(words).toEqual([
    ['error', 'error'],
    ['pass-filled', 'error'],
  ]);
});

test('a view that shows a part of a value is told when that part changes, and only then', () => {
  const source = new Source({ held: 0, running: 0 });
  let told = 0;
  const ear = onChangeOf(
    source,
    ({ held }) => held,
    () => (told += 1),
  );
  source.set({ held: 0, running: 5 });
  expect(told).toBe(0);
  source.set({ held: 1, running: 5 });
  source.set({ held: 1, running: 4 });
  expect(told).toBe(1);
  source.set({ held: 0, running: 4 });
  expect(told).toBe(2);
  ear.dispose();
  source.set({ held: 9, running: 0 });
  expect(told).toBe(2);
});
