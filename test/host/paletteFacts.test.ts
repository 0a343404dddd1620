// What the menus leave out: each key of a `when` clause holds where something fits, and not where nothing does.
import { expect, test } from 'vitest';
import { aFailure } from '../../src/core/connection/failure.ts';
import type { ConnectionState } from '../../src/core/connection/state.ts';
import { contextKeys } from '../../src/host/contributions.ts';
import { type PaletteKey, paletteFacts, type WindowFacts } from '../../src/host/paletteFacts.ts';
import { aDefinition, FakeServer } from '../support/fakeFleet.ts';

const nothing: WindowFacts = {
  servers: [],
  configured: 0,
  bad: 0,
  isAllowed: () => true,
  hasAccount: () => false,
  taken: 0,
  found: 0,
  hasEntries: () => false,
};

const holding = (more: Partial<WindowFacts>): readonly string[] =>
  Object.entries(paletteFacts({ ...nothing, ...more }))
    .filter(([, holds]) => holds)
    .map(([key]) => key);

const at = 1_000_000;
const ready: ConnectionState = { kind: 'ready', since: at, recovered: 'first' };
const inNeed: ConnectionState = {
  ...{ kind: 'needs-input', since: at, attempt: 1 },
  failure: aFailure('needs-input', ''),
};
const aServer = (state: ConnectionState, more: Parameters<typeof aDefinition>[1] = {}) =>
  new FakeServer(aDefinition('a', more), state);
const withServers = (...servers: readonly FakeServer[]): Partial<WindowFacts> => ({
  servers,
  configured: servers.length,
});

const pending = aServer(ready);
pending.pending.set([
  {
    key: 'k',
    tool: 'find',
    phase: 'held',
    since: at,
    deadline: null,
    args: {},
    result: null,
  },
]);

const up: readonly PaletteKey[] = ['canReconnect', 'canStop', 'canDisable', 'canCall'];
/** Of every server whose hints are doubted. */
const any: readonly PaletteKey[] = ['isReady', 'hasServers', 'canTrustHints', 'hasHistory'];

test.each<readonly [string, Partial<WindowFacts>, readonly PaletteKey[]]>([
  ['nothing', {}, ['isReady']],
  ['settings whose servers are still to be made', { configured: 1 }, []],
  ['an entry that cannot be used', { configured: 1, bad: 1 }, ['isReady']],
  ['a server that works', withServers(aServer(ready)), [...any, ...up]],
  ['a server with a call that is held', withServers(pending), [...any, ...up, 'hasPendingCalls']],
  [
    'a server that was stopped',
    withServers(aServer({ kind: 'stopped', since: at })),
    [...any, 'canStart', 'canDisable'],
  ],
  ['a server that is disabled', withServers(aServer({ kind: 'disabled' })), [...any, 'canEnable']],
  [
    'a server whose hints are trusted',
    withServers(aServer({ kind: 'disabled' }, { trustHints: true })),
    ['isReady', 'hasServers', 'hasHistory', 'canEnable', 'canStopTrustingHints'],
  ],
  [
    'a server that waits for values',
    withServers(aServer(inNeed)),
    [...any, ...up, 'waitsForValues'],
  ],
  [
    'a server that waits for leave',
    { ...withServers(aServer({ kind: 'disabled' })), isAllowed: () => false },
    [...any, 'canEnable', 'waitsForLeave'],
  ],
  [
    'a server with a sign-in',
    { ...withServers(aServer(ready)), hasAccount: () => true },
    [...any, ...up, 'canSignIn'],
  ],
  [
    'a server with a sign-in that is disabled',
    {
      ...withServers(aServer({ kind: 'disabled' }, { enabled: false })),
      hasAccount: () => true,
    },
    [...any, 'canEnable'],
  ],
  ['servers that were taken over elsewhere', { taken: 1 }, ['isReady', 'hasTaken']],
  ['servers of other products', { found: 2 }, ['isReady', 'hasFound']],
  ['a history without servers', { hasEntries: () => true }, ['isReady', 'hasHistory']],
])('where there is %s, just what fits is offered', (_case, facts, expected) => {
  expect(holding(facts).toSorted()).toEqual(expected.toSorted());
});

test('every key that is asked for is decided here, or told by the view that it is about', () => {
  const decided = [...Object.keys(paletteFacts(nothing)), 'historyIsFiltered'];
  expect(decided.toSorted()).toEqual(Object.keys(contextKeys).toSorted());
});

test('the history is not read where a server is there, or is about to be', () => {
  const asked: string[] = [];
  const hasEntries = (): boolean => asked.push('read') > 0;
  paletteFacts({ ...nothing, ...withServers(aServer(ready)), hasEntries });
  paletteFacts({ ...nothing, configured: 1, hasEntries });
  expect(asked).toEqual([]);
});
