// When a file is read again: once it has been quiet for a moment, every time anew, and also while somebody never stops writing.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FileWatch } from '../../src/sources/watchFile.ts';
import { VirtualClock } from '../support/virtualClock.ts';

let folder: string;
let clock: VirtualClock;
let watch: FileWatch;
let texts: string[];
const write = (text: string): void => writeFileSync(join(folder, 'file'), text);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lifeline-watch-'));
  clock = new VirtualClock();
  texts = [];
  watch = new FileWatch(join(folder, 'file'), {
    clock,
    limit: 100,
    onReading: (reading) => texts.push(reading.kind === 'text' ? reading.text : reading.kind),
  });
  write('first');
  await watch.look();
});
afterEach(() => {
  watch.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** The hint has come, and waits for the file to be quiet. */
const hinted = () => expect.poll(() => clock.pending).toBe(1);

test('a change is waited for to be over, the second time as the first time', async () => {
  for (const text of ['second', 'third']) {
    const count = texts.length;
    write(text);
    await hinted();
    await clock.advance(100);
    expect(clock.pending).toBe(1);
    expect(texts).toHaveLength(count);
    await expect.poll(() => clock.advance(100).then(() => texts.at(-1))).toBe(text);
    // Longer than any patience with somebody who never stops.
    await clock.advance(10_000);
  }
});

test('who never stops writing is read all the same', async () => {
  const step = async () => {
    write(`still writing at ${clock.now()}`);
    await clock.advance(100);
    return texts.length;
  };
  await expect.poll(step).toBeGreaterThan(1);
});

test('readings do not overlap, and whoever asks gets one that began after he asked', async () => {
  const before = watch.look();
  write('now');
  await Promise.all([before, watch.look(), watch.look()]);
  expect(texts.at(-1)).toBe('now');
  expect(texts.length).toBeLessThanOrEqual(3);
});

test('what did not change is not read again by a check, what did is', async () => {
  await watch.check();
  expect(texts).toEqual(['first']);
  write('changed');
  await watch.check();
  expect(texts).toEqual(['first', 'changed']);
});

test('an ended one reads nothing and waits for nothing', async () => {
  write('second');
  await hinted();
  const underWay = watch.look();
  // The reading has begun, and has not got far.
  await Promise.resolve();
  await Promise.resolve();
  watch.dispose();
  await underWay;
  await watch.check();
  expect(clock.pending).toBe(0);
  expect(texts).toEqual(['first']);
});
