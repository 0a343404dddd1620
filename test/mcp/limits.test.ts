// Large and endless answers: what fits is read, what does not is a clear error, and memory stays bounded.
import { expect, test } from 'vitest';
import type { Answer } from '../servers/trapServer.ts';
import { aCall, answerTo, cursorIn, inShort, linkInto, onPost } from './linkRig.ts';

const mebibyte = 'x'.repeat(1024 * 1024);
const limit = 1024 * 1024;

/** Writes as fast as it is read, until the client goes. Returns how much was written. */
const pour = (answer: Answer, part: string, written: { bytes: number }): void => {
  const more = (): void => {
    if (answer.isOver) return;
    answer.raw(part);
    written.bytes += part.length;
    setImmediate(more);
  };
  more();
};

const large = (id: string | number): object => ({
  jsonrpc: '2.0',
  id,
  result: { text: mebibyte.repeat(20) },
});

test.for(['json', 'stream'] as const)('an answer of 20 MiB works as %s', async (how) => {
  const { link } = await linkInto(
    onPost(({ request }, answer) => {
      if (how === 'json') answer.json(large(request.id));
      else answer.stream().event(large(request.id), 'e1').end();
    }),
  );
  const fate = await link.exchange(aCall(), {});
  expect(fate.kind).toBe('answered');
  expect(JSON.stringify(fate).length).toBeGreaterThan(20 * 1024 * 1024);
});

test.for(['json', 'stream'] as const)(
  'the same answer over the limit is too large as %s',
  async (how) => {
    const { link, server } = await linkInto(
      onPost(({ request }, answer) => {
        if (how === 'json') answer.json(large(request.id));
        else answer.stream().event(large(request.id), 'e1').end();
      }),
      { maxMessageBytes: limit },
    );
    const fate = await link.exchange(aCall(), {});
    expect([inShort(fate), cursorIn(fate)]).toEqual(['broken too-large', null]);
    await expect.poll(() => server.sockets.size).toBe(0);
  },
);

test.for([
  { what: 'JSON without an end', type: 'application/json', part: mebibyte },
  {
    what: 'a data line without an end',
    type: 'text/event-stream',
    first: 'data: ',
    part: mebibyte,
  },
  { what: 'a comment without an end', type: 'text/event-stream', first: ': ', part: mebibyte },
  { what: 'garbage without an end', type: 'text/event-stream', part: mebibyte },
  {
    what: 'an endless event with comments in it',
    type: 'text/event-stream',
    part: `data: ${mebibyte.slice(0, 1000)}\n: comment\n`,
  },
  {
    what: 'an event of endless lines',
    type: 'text/event-stream',
    part: `data: ${mebibyte.slice(0, 1000)}\n`,
  },
  { what: 'endless unknown fields', type: 'text/event-stream', part: 'what: ever\n'.repeat(1000) },
])('$what is cut at the limit', async ({ type, first, part }) => {
  const written = { bytes: 0 };
  const { link } = await linkInto(
    onPost((_, answer) => {
      answer.stream({ 'Content-Type': type });
      if (first) answer.raw(first);
      pour(answer, part, written);
    }),
    { maxMessageBytes: limit },
  );
  expect(inShort(await link.exchange(aCall(), {}))).toBe('broken too-large');
});

test('many events may pass together more than the limit for one', async () => {
  const { link, heard } = await linkInto(
    onPost(({ request }, answer) => {
      answer.stream();
      for (let sent = 0; sent < 5; sent += 1) {
        answer.event({
          jsonrpc: '2.0',
          method: 'n',
          params: { text: mebibyte.slice(0, limit / 2) },
        });
      }
      answer.event(answerTo(request.id)).end();
    }),
    { maxMessageBytes: limit },
  );
  expect(inShort(await link.exchange(aCall(), {}))).toBe('answered');
  expect(heard.messages.length).toBe(5);
});

test('an error page without an end does not keep us', async () => {
  const { link } = await linkInto(
    onPost((_, answer) => {
      answer.open(500);
      pour(answer, mebibyte, { bytes: 0 });
    }),
  );
  expect(inShort(await link.exchange(aCall(), {}))).toBe('broken server-error');
});
