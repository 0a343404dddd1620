// The short form of the storm (test/chaos): calls without a pause on servers that are killed again and again, and at the
// end the servers' ledgers, which cannot lie, against what the callers were told. The long form is `npm run test:chaos`.
import { expect, test } from 'vitest';
import { describeHostStorm, hostStorm } from '../chaos/hostStorm.ts';
import { reckonStory, type Tale } from '../chaos/hostStory.ts';
import { reckon, type Made } from '../chaos/ledger.ts';
import { describeStorm, storm } from '../chaos/storm.ts';
import { hostTargets, targetNames, targets } from '../chaos/targets.ts';

const shares = { patient: 6, hasty: 2 };
/** In milliseconds: half a minute at rest, and a starved machine is no reason to fail. */
const patience = 240_000;
const seed = Number(process.env['CHAOS_SEED'] ?? 1);
/** Its first hosts die of most kinds of death. */
const hostSeed = Number(process.env['CHAOS_SEED'] ?? 7);

const aCall = (told: Made['told'], text: string, mayRepeat = false): Made => ({
  tool: 'append',
  args: { text },
  mayRepeat,
  told,
  words: '',
  waited: 0,
});
const aLine = (text: string) => ({ name: 'append', args: { text } });
const violations = (
  made: readonly Made[],
  texts: readonly string[],
  groups: readonly (readonly Made[])[] = [],
): number => reckon(made, texts.map(aLine), groups).violations.length;

test('the reckoning finds what is doubled, lost, lied about, hung, uncalled for or out of order, and nothing else', () => {
  expect(violations([aCall('ok', 'a'), aCall('not-run', 'b'), aCall('unknown', 'c')], ['a'])).toBe(
    0,
  );
  expect(violations([aCall('unknown', 'a'), aCall('ok', 'b', true)], ['a', 'b', 'b'])).toBe(0);
  expect(violations([aCall('ok', 'a')], ['a', 'a'])).toBe(1);
  expect(violations([aCall('unknown', 'a')], ['a', 'a'])).toBe(1);
  expect(violations([aCall('ok', 'a', true)], ['a', 'a', 'a'])).toBe(1);
  expect(violations([aCall('ok', 'a')], [])).toBe(1);
  expect(violations([aCall('not-run', 'a')], ['a'])).toBe(1);
  expect(violations([aCall('hung', 'a')], ['a'])).toBe(1);
  expect(violations([], ['a'])).toBe(1);
  const group = [aCall('ok', 'a'), aCall('not-run', 'b'), aCall('ok', 'c')];
  expect(violations(group, ['a', 'c'], [group])).toBe(0);
  expect(violations(group, ['c', 'a'], [group])).toBe(1);
});

test(
  '[at-most-once] [honest-unknown] [never-lost] whenever the server is killed: no call runs twice, none that was answered is lost, and every caller hears the truth',
  { timeout: patience },
  async () => {
    for (const name of targetNames) {
      for (const mood of ['patient', 'hasty'] as const) {
        const kills = shares[mood];
        const result = await storm(targets[name], { kills, seed, mood });
        console.log(describeStorm(`${name}, ${mood}`, result));
        expect(result.violations, `${name}, ${mood}, seed ${seed}`).toEqual([]);
        expect(result.told.ok).toBeGreaterThan(kills);
      }
    }
  },
);

test('the reckoning of hosts finds what the journal has wrong, and nothing else', () => {
  const aTale = (more: Partial<Tale>): Tale => ({
    tool: 'append',
    args: { text: 'a' },
    heard: null,
    isRunAgain: false,
    found: [],
    wasHeld: false,
    death: 'after-send',
    isRight: true,
    ...more,
  });
  const breaches = (tale: Tale, runs: number): number =>
    reckonStory(
      [tale],
      Array.from({ length: runs }, () => aLine('a')),
    ).violations.length;
  expect(breaches(aTale({ heard: 'ok' }), 1)).toBe(0);
  expect(breaches(aTale({ found: ['orphan-held'], wasHeld: true }), 0)).toBe(0);
  expect(breaches(aTale({ found: ['orphan-running', 'answered'] }), 1)).toBe(0);
  expect(breaches(aTale({ found: ['orphan-unknown'] }), 1)).toBe(0);
  expect(breaches(aTale({ found: ['orphan-unknown'] }), 0)).toBe(0);
  expect(breaches(aTale({ death: 'after-erase' }), 1)).toBe(0);
  expect(breaches(aTale({}), 1)).toBe(1);
  expect(breaches(aTale({ found: ['orphan-unknown'] }), 2)).toBe(1);
  expect(breaches(aTale({ heard: 'not-run' }), 1)).toBe(1);
  expect(breaches(aTale({ found: ['orphan-held'] }), 1)).toBe(1);
  expect(breaches(aTale({ wasHeld: true }), 0)).toBe(1);
  expect(breaches(aTale({ found: ['answered'] }), 0)).toBe(1);
  expect(breaches(aTale({ found: ['answered'], isRight: false }), 1)).toBe(1);
});

test(
  '[reload-survives] [at-most-once] [never-lost] whenever the extension host is killed: what its journal says and what the server ran agree',
  { timeout: patience },
  async () => {
    const name = 'host, HTTP with events';
    const result = await hostStorm(hostTargets[name], { kills: 4, seed: hostSeed });
    console.log(describeHostStorm(name, result));
    expect(result.violations, `${name}, seed ${hostSeed}`).toEqual([]);
  },
);
