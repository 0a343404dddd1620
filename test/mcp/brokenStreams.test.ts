// Answer streams that end or break before the answer, and going on with them.
import { expect, test } from 'vitest';
import {
  aCall,
  answerTo,
  aNote,
  breaking,
  cursorIn,
  endSoon,
  inShort,
  linkInto,
  until,
} from './linkRig.ts';

test.for(['end', 'reset'] as const)(
  'a stream without a cursor that breaks by %s is an unknown outcome at once',
  async (cut) => {
    const { link } = await linkInto(
      breaking((answer) => endSoon(answer.event(aNote('half')), cut)),
    );
    const fate = await link.exchange(aCall(), {});
    expect([inShort(fate), cursorIn(fate)]).toEqual(['broken closed', null]);
  },
);

test.for(['end', 'reset'] as const)(
  'a stream with a cursor that breaks by %s can be resumed from it',
  async (cut) => {
    const { link, heard } = await linkInto(
      breaking((answer) => endSoon(answer.event('', 'prime').event(aNote('half'), 'e2'), cut)),
    );
    const fate = await link.exchange(aCall(), {});
    expect([inShort(fate), cursorIn(fate)]).toEqual(['broken closed', 'e2']);
    expect(heard.cursors).toEqual([
      ['request:7', 'prime'],
      ['request:7', 'e2'],
    ]);
  },
);

test('a priming event alone is enough of a cursor', async () => {
  const { link } = await linkInto(breaking((answer) => answer.event('', 'prime').end()));
  expect(cursorIn(await link.exchange(aCall(), {}))).toBe('prime');
});

test('a priming event without a data line is a cursor too', async () => {
  const { link } = await linkInto(breaking((answer) => answer.raw('id: prime\n\n').end()));
  expect(cursorIn(await link.exchange(aCall(), {}))).toBe('prime');
});

test('a cursor that no header can carry is none', async () => {
  const { link } = await linkInto(
    breaking((answer) => answer.event('', `a\u0001b`).event('', 'x'.repeat(5000)).end()),
  );
  expect(cursorIn(await link.exchange(aCall(), {}))).toBeNull();
});

test('a stream that falls silent is waited for, and giving up keeps its cursor', async () => {
  const { link, heard } = await linkInto(breaking((answer) => answer.event(aNote('one'), 'e1')));
  const giveUp = new AbortController();
  const fate = link.exchange(aCall(), { signal: giveUp.signal });
  await until(() => heard.cursors.length > 0);
  giveUp.abort();
  expect([inShort(await fate), cursorIn(await fate)]).toEqual(['broken cancelled', 'e1']);
});

test('junk on a stream is passed over, but as its last word it is an unknown outcome', async () => {
  const { link } = await linkInto(({ request }, answer) => {
    answer.stream().event('pong').raw('no field at all\n\nevent: ping\ndata: {}\n\n');
    if (request.id === 1) answer.event(answerTo(1)).end();
    else answer.event('{"jsonrpc":"2.0","id":2,"resu', 'e9').end();
  });
  expect(inShort(await link.exchange(aCall(1), {}))).toBe('answered');
  const fate = await link.exchange(aCall(2), {});
  expect([inShort(fate), cursorIn(fate)]).toEqual(['broken malformed', null]);
});

test('characters split over packets arrive whole', async () => {
  const { link } = await linkInto(({ request }, answer) => {
    const bytes = Buffer.from(
      `data: ${JSON.stringify({ ...answerTo(request.id), result: { text: '€ü' } })}\n\n`,
    );
    answer.stream();
    for (const byte of bytes) answer.bytes(Buffer.from([byte]));
    answer.end();
  });
  expect(await link.exchange(aCall(), {})).toMatchObject({ response: { result: { text: '€ü' } } });
});
