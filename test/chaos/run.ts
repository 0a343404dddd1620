// `node test/chaos/run.ts [--kills 500] [--seed N] [--only stdio]`: the long form of the storm: so many kills of every kind
// of server. Prints lines of figures, and every violation; ends with 1 when there was one. The seed is printed, so that it
// can be repeated.
import { parseArgs } from 'node:util';
import { describeHostStorm, hostStorm } from './hostStorm.ts';
import { describeStorm, type Mood, storm } from './storm.ts';
import { hostTargetNames, hostTargets, targetNames, targets } from './targets.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '500' },
    only: { type: 'string', default: '' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
});
const kills = Number(values.kills);
const seed = Number(values.seed);
if (!Number.isInteger(kills) || kills < 1 || !Number.isInteger(seed))
  throw new Error('--kills and --seed take whole numbers.');

/** Most of the kills meet callers with patience: there a fault has the time to do its harm. */
const shares = { patient: Math.ceil(kills * 0.8), hasty: Math.floor(kills * 0.2) };

/** A host takes longer to come back than a server. */
const hostShare = 0.2;

console.log(`Seed ${seed}`);
let broken = 0;
const report = (text: string, violations: readonly string[]): void => {
  console.log(text);
  for (const violation of violations) console.log(`  ${violation}`);
  broken += violations.length;
};
for (const name of targetNames.filter((target) => target.includes(values.only))) {
  for (const mood of ['patient', 'hasty'] as const satisfies Mood[]) {
    const result = await storm(targets[name], { kills: shares[mood], seed, mood });
    report(describeStorm(`${name}, ${mood}`, result), result.violations);
  }
}
for (const name of hostTargetNames.filter((target) => target.includes(values.only))) {
  const result = await hostStorm(hostTargets[name], { kills: Math.ceil(kills * hostShare), seed });
  report(describeHostStorm(name, result), result.violations);
}
process.exit(broken === 0 ? 0 : 1);
