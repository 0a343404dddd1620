// `node test/chaos/run.ts [--kills 500] [--seed N]`: the long form of the storm, over every kind of server. Prints one line
// of figures for each, and every violation; ends with 1 when there was one. The seed is printed, so that it can be repeated.
import { parseArgs } from 'node:util';
import { describeReckoning } from './ledger.ts';
import { storm } from './storm.ts';
import { targetNames, targets } from './targets.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '500' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
});
const kills = Number(values.kills);
const seed = Number(values.seed);
if (!Number.isInteger(kills) || kills < 1 || !Number.isInteger(seed))
  throw new Error('--kills and --seed take whole numbers.');

console.log(`Seed ${seed}`);
let broken = 0;
for (const name of targetNames) {
  const reckoning = await storm(targets[name], kills, seed);
  console.log(describeReckoning(name, kills, reckoning));
  for (const violation of reckoning.violations) console.log(`  ${violation}`);
  broken += reckoning.violations.length;
}
process.exit(broken === 0 ? 0 : 1);
