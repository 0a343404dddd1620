// The container of pictures that move: what is put in is read back, and what would make a broken file is refused.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { assembleAnimation, readAnimation } from './animation.ts';
import { projectRoot } from './serverProcess.ts';

/** One pixel, lossless, as an encoder wrote it; with a colour profile before it where that is wanted. */
const aPicture = ({ withProfile = false } = {}): Buffer => {
  const pixel = Buffer.from(
    'VP8L\x0d\0\0\0\x2f\0\0\0\x10\x07\x10\x11\x11\x88\x88\xfe\x07\0',
    'latin1',
  );
  const profile = Buffer.from('ICCP\x03\0\0\0abc\0', 'latin1');
  const body = Buffer.concat([
    Buffer.from('WEBP', 'latin1'),
    ...(withProfile ? [profile] : []),
    pixel,
  ]);
  const header = Buffer.from('RIFF\0\0\0\0', 'latin1');
  header.writeUInt32LE(body.length, 4);
  return Buffer.concat([header, body]);
};

const whole = { x: 0, y: 0, width: 900, height: 536 };

test('what is put together is read back', () => {
  const part = { x: 70, y: 412, width: 111, height: 33 };
  const file = assembleAnimation({ width: 900, height: 536, loops: 2 }, [
    { place: whole, millis: 1_500, picture: aPicture() },
    { place: part, millis: 600, picture: aPicture({ withProfile: true }) },
  ]);
  expect(readAnimation(file)).toEqual({
    width: 900,
    height: 536,
    loops: 2,
    frames: [
      { place: whole, millis: 1_500, chunks: ['VP8L'] },
      { place: part, millis: 600, chunks: ['VP8L'] },
    ],
  });
});

test('the file tells its own length, and is even everywhere', () => {
  const frames = [{ place: whole, millis: 100, picture: aPicture() }];
  const file = assembleAnimation({ width: 900, height: 536, loops: 1 }, frames);
  expect(file.readUInt32LE(4)).toBe(file.length - 8);
  expect(file.length % 2).toBe(0);
});

test('a frame at an odd place, one without pixels and one that is cut are refused', () => {
  const plan = { width: 900, height: 536, loops: 1 };
  const assemble = (place: typeof whole, picture: Buffer): Buffer =>
    assembleAnimation(plan, [{ place, millis: 100, picture }]);
  expect(() => assemble({ ...whole, x: 1 }, aPicture())).toThrow('both must be even');
  expect(() => assemble(whole, aPicture().subarray(0, 20))).toThrow('ends in the middle');
  expect(() => assemble(whole, Buffer.from('RIFF\x04\0\0\0WEBP', 'latin1'))).toThrow('no pixels');
  expect(() => assemble(whole, Buffer.from('GIF89a'))).toThrow('no WebP picture');
});

test('a picture that stands still is not read as one that moves', () => {
  expect(() => readAnimation(aPicture())).toThrow('does not move');
});

test('the picture in the first screen of the README plays for a moment, and then rests', () => {
  const { loops, frames, width, height } = readAnimation(
    readFileSync(join(projectRoot, 'media', 'outage.webp')),
  );
  const once = frames.reduce((sum, { millis }) => sum + millis, 0);
  expect(frames[0]?.place).toEqual({ x: 0, y: 0, width, height });
  // Motion that never ends takes readers from their text.
  expect(loops).toBeGreaterThan(0);
  expect(loops * once).toBeLessThan(30_000);
});
