// The short form of the storm (test/chaos): calls without a pause on servers that are killed again and again, and at the
// end the servers' ledgers, which cannot lie, against what the callers were told. The long form is `npm run test:chaos`.
import { expect, test } from 'vitest';
import { reckon, type Made } from '../chaos/ledger.ts';
import { describeStorm, storm } from '../chaos/storm.ts';
import { targetNames, targets } from '../chaos/targets.ts';

const shares = { patient: 9, hasty: 3 };
const seed = Number(process.env['CHAOS_SEED'] ?? 1);

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

test('[at-most-once] [honest-unknown] [never-lost] whenever the server is killed: no call runs twice, none that was answered is lost, and every caller hears the truth', async () => {
  for (const name of targetNames) {
    for (const mood of ['patient', 'hasty'] as const) {
      const kills = shares[mood];
      const result = await storm(targets[name], { kills, seed, mood });
      console.log(describeStorm(`${name}, ${mood}`, result));
      expect(result.violations, `${name}, ${mood}, seed ${seed}`).toEqual([]);
      expect(result.told.ok).toBeGreaterThan(kills);
    }
  }
});
