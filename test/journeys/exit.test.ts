// The extension ends while its servers are in every kind of trouble. Nothing of it may stay behind.
import { expect, onTestFinished, test } from 'vitest';
import { FleetProcess } from '../support/fleetProcess.ts';
import { until } from '../support/fleetRig.ts';
import { freePort, startServer } from '../support/serverProcess.ts';
import { aFolder, aServer, figure } from './stage.ts';

const limit = 5_000;

test('[clean-exit] the fleet ends with a server that works, one that is down, one that froze under a call, and impostors: no timer and no socket stays', async () => {
  const [well, down, frozen] = await Promise.all([aServer(), aServer(), aServer()]);
  const hostile = startServer({ script: 'test/servers/hostile.ts', port: await freePort() });
  onTestFinished(() => hostile.stop());
  await hostile.waitListening();
  const servers = {
    well: { url: well.url },
    down: { url: down.url },
    frozen: { url: frozen.url },
    silent: { url: `${hostile.origin}/silent` },
    endless: { url: `${hostile.origin}/endless` },
    forbidden: { url: `${hostile.origin}/403` },
    unknown: { url: `${hostile.origin}/401` },
  };
  const fleet = new FleetProcess({ settings: { servers }, folder: aFolder() });
  onTestFinished(() => fleet.kill9());
  for (const name of ['well', 'down', 'frozen']) await fleet.untilState('ready', name);
  await fleet.untilState('failed', 'forbidden');
  await fleet.untilState('needs-auth', 'unknown');
  await down.process.kill9();
  await fleet.untilState('reconnecting', 'down');
  const abandoned = [
    fleet.call('slow', { ms: 600_000 }, 'well'),
    fleet.call('append', { text: 'held' }, 'down'),
    fleet.call('slow', { ms: 600_000 }, 'frozen'),
  ];
  for (const call of abandoned) call.catch(() => undefined);
  await until(() => well.ledger().length + frozen.ledger().length === 2);
  await frozen.freeze(true);
  const before = await fleet.openThings();
  expect(before).toContain('TCPSocketWrap');
  expect(before).toContain('Timeout');
  const askedAt = performance.now();
  await fleet.closeFleet();
  expect(figure('until the fleet had ended', askedAt)).toBeLessThan(limit);
  // Its input and output are pipes to us; nothing else may keep it alive.
  const isOurs = (kind: string): boolean => kind !== 'PipeWrap';
  await until(async () => (await fleet.openThings()).filter(isOurs).length === 0);
  expect(down.ledger()).toEqual([]);
});
