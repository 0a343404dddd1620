// What is known of a message that was handed to a process which then dies: the ground for sending it again or not.
import { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { LineReader } from '../../../src/mcp/stdio/lines.ts';
import { type Letter, Outbox } from '../../../src/mcp/stdio/outbox.ts';
import { aLedger, aStdioServer, dialled, toolCall, untilTrue } from './stdioRig.ts';

/** A pipe that takes a message only when it is told to. */
const aPipe = (limit = 1_000) => {
  const taken: string[] = [];
  let take: () => void = () => undefined;
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      take = () => {
        taken.push(chunk.toString());
        done();
      };
    },
  });
  const outbox = new Outbox(stream, limit);
  const written: string[] = [];
  const post = (text: string): Letter | null => outbox.post(text, () => written.push(text));
  return { stream, outbox, post, taken, written, take: () => take() };
};

const stateOf = (letter: Letter | null): string => letter?.state ?? 'refused';

test('a message may have been read right after it was handed over, and cannot have been once it is stuck', async () => {
  const { post } = aPipe();
  const letter = post('a');
  expect(stateOf(letter)).toBe('handed');
  await turn();
  await turn();
  await turn();
  expect(stateOf(letter)).toBe('stuck');
});

test('messages go out one after the other, in order', async () => {
  const { post, taken, written, take } = aPipe();
  const letters = [post('a'), post('b')];
  expect(letters.map(stateOf)).toEqual(['handed', 'queued']);
  take();
  await turn();
  expect(letters.map(stateOf)).toEqual(['written', 'handed']);
  take();
  await turn();
  expect(taken).toEqual(['a\n', 'b\n']);
  expect(written).toEqual(['a', 'b']);
});

test('a message that was withdrawn is never handed over, one that is under way is', async () => {
  const { post, outbox, taken, take } = aPipe();
  const [first, second] = [post('a'), post('b')];
  if (first) outbox.withdraw(first);
  if (second) outbox.withdraw(second);
  take();
  await turn();
  post('c');
  take();
  await turn();
  expect(taken).toEqual(['a\n', 'c\n']);
});

test('what waits is bounded, and room comes back', async () => {
  const { post, take } = aPipe(10);
  expect(stateOf(post('a much longer one'))).toBe('handed');
  expect(stateOf(post('b'))).toBe('refused');
  take();
  await turn();
  expect(stateOf(post('b'))).toBe('handed');
});

test('after a death the late word that all was written changes nothing', async () => {
  const { post, outbox, written, take } = aPipe();
  const letter = post('a');
  outbox.freeze();
  take();
  await turn();
  expect(stateOf(letter)).toBe('handed');
  expect(written).toEqual([]);
});

test('a message that is not written when the input is closed never will be', async () => {
  const { post, outbox, stream } = aPipe();
  post('a');
  outbox.close();
  expect(stream.destroyed).toBe(true);
  const idle = aPipe();
  idle.outbox.close();
  expect([idle.stream.destroyed, idle.stream.writableEnded]).toEqual([false, true]);
});

test('[at-most-once] no message that is told unsent was read, whenever the process is killed', async () => {
  const told: string[] = [];
  for (let round = 0; round < 12; round += 1) {
    const ledger = aLedger();
    const rig = await dialled(aStdioServer({ env: { LEDGER: ledger.file } }));
    const { link, pid, processes } = rig;
    const padding = 'x'.repeat(2 ** 17);
    const names = Array.from({ length: 8 }, (_, index) => `${round}-${index}`);
    const fates = names.map((text) => link.exchange(toolCall('silent', { text, padding }), {}));
    await untilTrue(() => ledger.asked().length >= round % 4);
    process.kill(pid, 'SIGKILL');
    const kinds = (await Promise.all(fates)).map(({ kind }) => kind);
    told.push(...kinds);
    const unsent = names.filter((_, index) => kinds[index] === 'not-sent');
    expect(unsent.filter((name) => ledger.text().includes(`"${name}"`))).toEqual([]);
    await link.close(false);
    processes.dispose();
  }
  expect(told).toContain('not-sent');
});

test('lines are found however the bytes are cut, and none is held past the limit', () => {
  const seen: string[] = [];
  const reader = new LineReader(8, {
    line: (text) => seen.push(`line ${text}`),
    tooLong: ({ head, tail }) => seen.push(`long ${head}…${tail}`),
    endless: () => seen.push('endless'),
  });
  const text = 'eins\nzwölf\n\n12345678\n123456789\nx\n';
  for (const byte of Buffer.from(text)) reader.push(Buffer.of(byte));
  const expected = [
    'line eins',
    'line zwölf',
    'line 12345678',
    'long 123456789…123456789',
    'line x',
  ];
  expect(seen.splice(0)).toEqual(expected);
  reader.push(Buffer.from(text));
  expect(seen.splice(0)).toEqual(expected);
  reader.push(Buffer.from('y'.repeat(40)));
  reader.push(Buffer.from('y'.repeat(40)));
  expect(seen.splice(0)).toEqual(['endless']);
  reader.push(Buffer.from('\nleft'));
  reader.end();
  expect(seen).toEqual([`long ${'y'.repeat(40)}…${'y'.repeat(80)}`, 'line left']);
});
