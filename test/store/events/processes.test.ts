// The event store and processes that are really killed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { openEvents } from '../../../src/store/events/openEvents.ts';
import { aFolder } from '../fixtures.ts';
import { said } from './eventFixtures.ts';

const child = fileURLToPath(new URL('eventChild.ts', import.meta.url));

const killedIn = async (folder: string): Promise<readonly string[]> => {
  const gateway = spawn(process.execPath, [child, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [told] = await Promise.all([text(gateway.stdout), once(gateway, 'exit')]);
  expect(gateway.signalCode).toBe('SIGKILL');
  return JSON.parse(told) as string[];
};

it('every event is there after a kill -9 right behind its append, and no id comes again [gateway-never-drops]', async () => {
  const folder = aFolder();
  const first = await killedIn(folder);
  const second = await killedIn(folder);
  const opened = openEvents({ folder });
  onTestFinished(() => opened.dispose());
  const { events } = opened;
  expect(events.readAfter('s', null).map(({ id }) => id)).toEqual([...first, ...second]);
  expect(new Set([...first, ...second]).size).toBe(202);
  const resumed = said(events.readAfter('s', first[98] ?? ''));
  expect(resumed.slice(0, 3)).toEqual(['99', 'x'.repeat(500_000), '0']);
});
