// A process that opens one kind of event store after the other and tells after which of them the client for Redis was loaded.
import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { openEvents } from '../../../src/store/events/openEvents.ts';

const [, , folder = ''] = process.argv;
// Packages that were written for `require` stand here however they were loaded.
const loaded = createRequire(import.meta.url).cache;
const isLoaded = (): boolean =>
  Object.keys(loaded).some((path) => /node_modules[\\/]@?redis[\\/]/.test(path));

const afterUse = async (kind: 'memory' | 'sqlite' | 'redis'): Promise<boolean> => {
  // A port on which nobody listens.
  const settings = { kind, redisUrl: 'redis://127.0.0.1:1' };
  const opened = openEvents({ folder, settings });
  opened.events.append('s', null);
  await opened.events.selfTest();
  const until = performance.now() + (kind === 'redis' ? 10_000 : 200);
  while (!isLoaded() && performance.now() < until) await delay(20);
  opened.dispose();
  return isLoaded();
};

const told = {
  memory: await afterUse('memory'),
  sqlite: await afterUse('sqlite'),
  redis: await afterUse('redis'),
};
process.stdout.write(JSON.stringify(told));
