import { test } from 'vitest';
import { until } from '../support/fleetRig.ts';
import { aRig, aServer, untilListed } from './stage.ts';
import type { RestartableServer } from '../support/restartableServer.ts';
const executions = (server: RestartableServer, tool: string): number =>
  server.ledger().filter(({ name }) => name === tool).length;
for (let i=0;i<3;i++) test('x'+i, async () => {
  const t0 = performance.now(); const marks: string[] = []; const mark = (w: string) => marks.push(w+' '+((performance.now()-t0)|0));
  const server = await aServer();
  const rig = aRig(null, { servers: { dev: { url: server.url, trustHints: true } } });
  await rig.untilState('ready');
  await untilListed(rig);
  mark('ready');
  const timer = setTimeout(async () => {
  console.log(marks, rig.log.map(l=>l.slice(0,200)).join('\n'), rig.sightings.map(s=>JSON.stringify([(s.at-t0)|0,s.state])).join('\n'));
  console.log((performance.now()-t0)|0, Date.now(), server.process.output, rig.server().calls.value, JSON.stringify(await server.requests()));
  }, 6000);
  const call = rig.call('slow_read', { ms: 15_000 });
  await until(() => executions(server, 'slow_read') === 1);
  await server.process.restart();
  mark('restarted');
  await until(() => executions(server, 'slow_read') === 2);
  mark('2');
  await server.process.restart();
  mark('restarted');
  await call;
  mark('done');
  clearTimeout(timer);
  if (performance.now() - t0 > 6000)  throw new Error('stuck' + marks);
});
