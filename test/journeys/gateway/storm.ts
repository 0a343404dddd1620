// `node test/journeys/gateway/storm.ts [--kills 50] [--seed N] [--victim server|gateway|reload] [--agent NAME] [--upstream NAME]`:
// the long form of the storm on the gateway: so many kills for every kind of agent, server and victim. Prints a line of
// figures for each, and every broken promise; ends with 1 when there was one. The seed is printed, so that it can be repeated.
import { parseArgs } from 'node:util';
import { describeOutcome, endings, gatewayStorm } from '../../support/gatewayStorm.ts';
import { upstreamKinds } from '../../support/gatewayUpstreams.ts';
import { agentKinds, agentNames, habitsOf } from './kinds.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    victim: { type: 'string' },
    agent: { type: 'string' },
    upstream: { type: 'string' },
  },
});
const kills = Number(values.kills);
const seed = Number(values.seed);
if (!Number.isInteger(kills) || kills < 1 || !Number.isInteger(seed))
  throw new Error('--kills and --seed take whole numbers.');

const chosen = <Name extends string>(names: readonly Name[], wanted: string | undefined) => {
  const found = names.filter((name) => wanted === undefined || name === wanted);
  if (found.length === 0) throw new Error(`There is no ${wanted}; there are ${names.join('; ')}.`);
  return found;
};

console.log(`Seed ${seed}`);
let broken = 0;
for (const victim of chosen(['server', 'gateway', 'reload'] as const, values.victim)) {
  for (const agent of chosen(agentNames, values.agent)) {
    for (const upstream of chosen(upstreamKinds, values.upstream)) {
      const name = `${agent}, ${upstream}, ${endings[victim]}`;
      const outcome = await gatewayStorm({
        ...{ upstream, victim, kills, seed },
        connect: agentKinds[agent],
        ...habitsOf(agent),
      });
      console.log(describeOutcome(name, kills, outcome));
      for (const violation of outcome.violations) console.log(`  ${violation}`);
      broken += outcome.violations.length;
    }
  }
}
process.exit(broken === 0 ? 0 : 1);
