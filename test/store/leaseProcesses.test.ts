// The lease between real processes, which are really killed and stopped.
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { leaseFile } from '../../src/store/leaseTable.ts';
import { realProcesses } from '../../src/store/processes.ts';
import { VirtualClock } from '../support/virtualClock.ts';
import { aFolder } from './fixtures.ts';
import { ChildWindow, aWindow } from './leaseWindows.ts';

const seconds = (count: number): number => count * 1000;

describe('real processes', () => {
  it('take over at once from an owner that was killed', async () => {
    const folder = aFolder();
    const owner = new ChildWindow(folder);
    await owner.reports('owner');
    const waiting = new ChildWindow(folder);
    await waiting.reports('waiting');
    await owner.killed();
    await waiting.reports('owner');
  });

  it('take over at the start from an owner that was killed long before', async () => {
    const folder = aFolder();
    const owner = new ChildWindow(folder);
    await owner.reports('owner');
    await owner.killed();
    const next = aWindow(folder, new VirtualClock(Date.now()), 'next', {
      processes: realProcesses(),
    });
    expect(next.lease.acquire()).toBe('owner');
  });

  it('take over from an owner that released the lease and lives on', async () => {
    const folder = aFolder();
    const owner = new ChildWindow(folder);
    await owner.reports('owner');
    const waiting = new ChildWindow(folder);
    await waiting.reports('waiting');
    owner.release();
    await owner.reports('waiting');
    await waiting.reports('owner');
  });

  it.skipIf(process.platform === 'win32')(
    'take over from an owner that was stopped for 10 s, and it knows at its next heartbeat',
    async () => {
      const folder = aFolder();
      const owner = new ChildWindow(folder);
      await owner.reports('owner');
      owner.kill('SIGSTOP');
      const clock = new VirtualClock(Date.now());
      const next = aWindow(folder, clock, 'next', { processes: realProcesses(), pid: process.pid });
      expect(next.lease.acquire()).toBe('waiting');
      await clock.advance(seconds(11));
      expect(next.lease.status.value).toBe('owner');
      owner.kill('SIGCONT');
      await owner.reports('waiting');
    },
  );

  const startTogether = async (folder: string): Promise<readonly string[]> => {
    const children = [1, 2, 3].map(() => new ChildWindow(folder));
    const statuses = children.map((child) =>
      Promise.race([
        child.reports('owner').then(() => 'owner'),
        child.reports('waiting').then(() => 'waiting'),
      ]),
    );
    return (await Promise.all(statuses)).toSorted();
  };

  it('that start together find one owner', async () => {
    expect(await startTogether(aFolder())).toEqual(['owner', 'waiting', 'waiting']);
  });

  it('that meet a broken file together set it aside once and find one owner', async () => {
    const folder = aFolder();
    writeFileSync(join(folder, leaseFile), 'broken '.repeat(1000));
    expect(await startTogether(folder)).toEqual(['owner', 'waiting', 'waiting']);
    const aside = readdirSync(folder).filter((name) => name.includes('unreadable'));
    expect(aside).toEqual([`${leaseFile}.unreadable-1`]);
  });
});
