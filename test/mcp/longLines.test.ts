// Which bytes are known of an event of a stream, in whatever parts the stream comes.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DirectAnswer } from '../../src/mcp/direct/answer.ts';
import { readStream } from '../../src/mcp/stream.ts';

interface Told {
  readonly data: string;
  readonly bytes: string | null;
}

const limit = 1_000_000;
const idle = { pause: () => {}, resume: () => {}, cut: () => {} };

/** What is told of a stream that comes in these parts. */
const read = async (parts: readonly Buffer[]): Promise<readonly Told[]> => {
  const framing = { kind: 'until-close' } as const;
  const head = { statusCode: 200, headers: {}, framing, isKept: false, restsFor: null };
  const answer = new DirectAnswer(head, idle);
  const told: Told[] = [];
  const reading = readStream(answer, limit, {
    heard: () => {},
    event: (data, _id, bytes) =>
      told.push({ data, bytes: bytes && Buffer.concat(bytes).toString('utf8') }),
    cursor: () => {},
    retry: () => {},
    comment: () => {},
  });
  for (const part of parts) answer.take(part);
  answer.end();
  await reading;
  return told;
};

/** The text in UTF-8, cut at these bytes. */
const cut = (text: string, at: readonly number[]): readonly Buffer[] => {
  const bytes = Buffer.from(text);
  const ends = [...new Set(at.map((place) => place % bytes.length))].toSorted((a, b) => a - b);
  return [...ends, bytes.length].map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
};

const long = `{"text":"${'ü'.repeat(6000)}"}`;

test('of an event on one line that came in several parts the bytes are known', async () => {
  const stream = `event: message\ndata: ${long}\nid: 1\n\n`;
  expect(await read(cut(stream, [100, 5001, 9000]))).toEqual([{ data: long, bytes: long }]);
});

test('so they are where lines end as in HTTP, and where no blank follows the colon', async () => {
  for (const stream of [`data: ${long}\r\n\r\n`, `data:${long}\n\n`])
    expect(await read(cut(stream, [100, 5001]))).toEqual([{ data: long, bytes: long }]);
});

test('an event that came in one part, or of several lines, is only text', async () => {
  expect(await read([Buffer.from(`data: ${long}\n\n`)])).toEqual([{ data: long, bytes: null }]);
  const lines = `data: a\ndata: ${long}\n\n`;
  expect(await read(cut(lines, [100]))).toEqual([{ data: `a\n${long}`, bytes: null }]);
  const more = `data: ${long}\ndata: b\n\n`;
  expect(await read(cut(more, [100]))).toEqual([{ data: `${long}\nb`, bytes: null }]);
});

test('what goes on in the middle of another line is not taken for data', async () => {
  const hidden = `: ${'x'.repeat(50)}data: ${long}\n\ndata: ${'y'.repeat(long.length)}\n\n`;
  expect(await read(cut(hidden, [52, 9000]))).toEqual([
    { data: 'y'.repeat(long.length), bytes: null },
  ]);
});

test('the bytes of one event are never given to another of the same length', async () => {
  const other = long.replaceAll('ü', 'ö');
  const told = await read(cut(`data: ${long}\n\ndata: ${other}\n\n`, [100, 5001]));
  expect(told).toEqual([
    { data: long, bytes: long },
    { data: other, bytes: null },
  ]);
});

test('[bounded] of a line that comes in crumbs no bytes are noted', async () => {
  const stream = `data: ${long}\n\n`;
  const crumbs = Array.from({ length: stream.length }, (_, index) => index + 1);
  expect(await read(cut(stream, crumbs))).toEqual([{ data: long, bytes: null }]);
});

const piece = fc.oneof(
  fc.constantFrom('data: ', 'data:', 'data', ': ', 'id: 1', 'event: x', '\n', '\r\n', '\r', '\n\n'),
  fc.constantFrom('ü', '\ud83d\ude00', '{}', ' ', `"${'a'.repeat(2500)}"`, 'ß'.repeat(1500)),
);

test('whatever comes, in whatever parts: the bytes that are known are those of the text', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { maxLength: 40 }).map((pieces) => `data: ${pieces.join('')}\n\n`),
      fc.array(fc.nat(20_000), { maxLength: 8 }),
      async (stream, at) => {
        const told = await read(cut(stream, at));
        // In one part it is what the parser alone makes of it.
        expect(told.map(({ data }) => data)).toEqual(
          (await read([Buffer.from(stream)])).map(({ data }) => data),
        );
        for (const { data, bytes } of told) expect(bytes ?? data).toBe(data);
      },
    ),
  );
});
