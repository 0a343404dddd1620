// Going on with an answer stream that broke.
import { expect, test } from 'vitest';
import type { Answer } from '../servers/trapServer.ts';
import {
  aCall,
  answerTo,
  aNote,
  breaking,
  cursorIn,
  failureIn,
  inShort,
  linkInto,
  paused,
  until,
} from './linkRig.ts';

test('a resumed stream asks with the cursor and brings the answer', async () => {
  const { link, server, heard } = await linkInto(
    breaking(
      (answer) => answer.event(aNote('one'), 'ü1').end(),
      (_, answer) => answer.stream().event(aNote('two'), 'e2').event(answerTo(7), 'e3').end(),
    ),
  );
  const fate = await link.exchange(aCall(), {});
  expect(inShort(await link.resume(7, cursorIn(fate) ?? '', {}))).toBe('answered');
  const { headers } = server.seen[1] ?? {};
  expect(Buffer.from(String(headers?.['last-event-id']), 'latin1').toString('utf8')).toBe('ü1');
  expect(headers).toMatchObject({
    accept: 'text/event-stream',
    'mcp-session-id': 'session-1',
    'mcp-protocol-version': '2025-11-25',
  });
  expect(heard.messages.map(({ message, stream }) => [message.params?.['text'], stream])).toEqual([
    ['one', 'request:7'],
    ['two', 'request:7'],
  ]);
  expect(heard.cursors.at(-1)).toEqual(['request:7', null]);
});

test('a resumed stream that replays every stream gives only our answer, and nothing twice', async () => {
  const { link, heard } = await linkInto(
    breaking(
      (answer) => answer.event(aNote('one'), 'e1').event(aNote('two'), 'e2').end(),
      (_, answer) =>
        answer
          .stream()
          .event(answerTo(1), 'i1')
          .event(aNote('one'), 'e1')
          .event(aNote('two'), 'e2')
          .event({ jsonrpc: '2.0', id: null, error: { code: -32000, message: 'of another' } }, 'x1')
          .event(answerTo(7), 'e3'),
    ),
  );
  await link.exchange(aCall(), {});
  expect(await link.resume(7, 'e1', {})).toEqual({ kind: 'answered', response: answerTo(7) });
  expect(heard.messages.map(({ message }) => message.params?.['text'])).toEqual(['one', 'two']);
});

test('a server that numbers every stream from 1 loses nothing by it', async () => {
  const { link, heard } = await linkInto(
    breaking(
      (answer) => answer.event(aNote('first stream'), '1').end(),
      (_, answer) => answer.stream().event(aNote('resumed'), '1').event(answerTo(7), '2').end(),
    ),
  );
  await link.exchange(aCall(7), {});
  await link.exchange(aCall(8), {});
  expect(inShort(await link.resume(7, '0', {}))).toBe('answered');
  expect(heard.messages.map(({ message }) => message.params?.['text'])).toEqual([
    'first stream',
    'first stream',
    'resumed',
  ]);
});

test('a resumed stream that ends again tells its newest cursor', async () => {
  let gets = 0;
  const { link } = await linkInto(
    breaking(
      (answer) => answer.event('', 'e1').end(),
      (_, answer) =>
        answer
          .stream()
          .event(gets++ ? answerTo(7) : aNote('more'), `e${gets + 1}`)
          .end(),
    ),
  );
  await link.exchange(aCall(), {});
  const second = await link.resume(7, 'e1', {});
  expect([inShort(second), cursorIn(second)]).toEqual(['broken closed', 'e2']);
  expect(inShort(await link.resume(7, 'e2', {}))).toBe('answered');
});

test.for([
  { status: 404, short: 'broken endpoint-missing', cursor: null },
  { status: 400, short: 'broken endpoint-missing', cursor: null },
  { status: 405, short: 'broken method-not-allowed', cursor: null },
  { status: 401, short: 'broken unauthorized', cursor: 'e1' },
  { status: 429, short: 'broken rate-limited', cursor: 'e1' },
  { status: 503, short: 'broken server-error', cursor: 'e1' },
])(
  'a resuming GET that gets $status never takes the session for lost',
  async ({ status, short, cursor }) => {
    const { link, heard } = await linkInto(
      breaking(
        (answer) => answer.event('', 'e1').end(),
        (_, answer) => answer.status(status, 'Session not found'),
      ),
    );
    const fate = await link.resume(7, 'e1', {});
    expect([inShort(fate), cursorIn(fate)]).toEqual([short, cursor]);
    expect(heard.losses).toEqual([]);
  },
);

test('a resuming GET to a server that is down keeps its cursor', async () => {
  const { link, server } = await linkInto(breaking((answer) => answer.event('', 'e1').end()));
  await link.exchange(aCall(), {});
  await server.close();
  const fate = await link.resume(7, 'e1', {});
  expect([inShort(fate), cursorIn(fate)]).toEqual(['broken refused', 'e1']);
});

test('the pause that the server asks for is kept, on that stream only', async () => {
  const { clock, link, server } = await paused(
    breaking(
      (answer) => answer.raw('retry: 500\nid: e1\ndata:\n\n').end(),
      ({ headers }, answer) =>
        answer
          .stream()
          .event(answerTo(headers['last-event-id'] === 'e1' ? 7 : 8))
          .end(),
    ),
  );
  await link.exchange(aCall(7), {});
  const waiting = link.resume(7, 'e1', {});
  // Another stream was not asked to wait.
  expect(inShort(await link.resume(8, 'other', {}))).toBe('answered');
  await clock.advance(499);
  expect(server.seen.filter(({ method }) => method === 'GET').length).toBe(1);
  await clock.advance(1);
  expect(inShort(await waiting)).toBe('answered');
});

test('a stream that is closed again and again without an event is asked for ever more slowly', async () => {
  const { clock, link, server } = await paused(
    breaking(
      (answer) => answer.event('', 'e1').end(),
      (_, answer) => answer.stream().end(),
    ),
  );
  const gets = (): number => server.seen.filter(({ method }) => method === 'GET').length;
  await link.exchange(aCall(7), {});
  await link.resume(7, 'e1', {});
  for (const delay of [250, 500, 1_000]) {
    const before = gets();
    const waiting = link.resume(7, 'e1', {});
    await clock.advance(delay - 1);
    expect(gets()).toBe(before);
    await clock.advance(1);
    await waiting;
  }
});

test('a resumed stream that brings nothing is asked for again, from its newest cursor', async () => {
  const gets = (): readonly (string | string[] | undefined)[] =>
    server.seen.flatMap(({ method, headers }) =>
      method === 'GET' ? [headers['last-event-id']] : [],
    );
  const { clock, link, server, heard } = await paused(
    breaking(
      (answer) => answer.event('', 'e1').end(),
      (_, answer) => {
        if (gets().length === 1) answer.stream().event(aNote('replayed'), 'e2');
        else answer.stream().event(answerTo(7), 'e3').end();
      },
    ),
  );
  await link.exchange(aCall(7), {});
  const waiting = link.resume(7, 'e1', {});
  await until(() => heard.messages.length === 1);
  await clock.advance(4_999);
  expect(gets()).toEqual(['e1']);
  await clock.advance(1);
  await until(() => gets().length === 2);
  expect(inShort(await waiting)).toBe('answered');
  expect(gets()).toEqual(['e1', 'e2']);
});

test('a large event on its way is no silence', async () => {
  const answers: Answer[] = [];
  const { clock, link, server, heard } = await paused((_, answer) => answers.push(answer.stream()));
  const waiting = link.resume(7, 'e1', {});
  await until(() => answers.length === 1);
  const text = JSON.stringify({ ...answerTo(7), result: { text: 'x'.repeat(30_000) } });
  answers[0]?.raw(`data: ${text.slice(0, 20_000)}`);
  await until(() => heard.bytes > 1);
  await clock.advance(5_000);
  answers[0]?.raw(`${text.slice(20_000)}\n\n`).end();
  expect(inShort(await waiting)).toBe('answered');
  expect(server.seen.length).toBe(1);
});

test('a server that still holds the old stream is asked again', async () => {
  const gets = (): number => server.seen.filter(({ method }) => method === 'GET').length;
  const { clock, link, server } = await paused(
    breaking(
      (answer) => answer.event('', 'e1').end(),
      (_, answer) => (gets() <= 2 ? answer.status(409) : answer.stream().event(answerTo(7)).end()),
    ),
  );
  const waiting = link.resume(7, 'e1', {});
  for (const delay of [250, 500]) {
    const before = gets();
    await until(() => clock.pending === 1 && gets() >= before && gets() > 0);
    await clock.advance(delay);
    await until(() => gets() > before);
  }
  expect(inShort(await waiting)).toBe('answered');
});

test('closing the link ends the pause of a resumption', async () => {
  const { link } = await paused(
    breaking((answer) => answer.raw('retry: 60000\nid: e1\ndata:\n\n').end()),
  );
  await link.exchange(aCall(7), {});
  const waiting = link.resume(7, 'e1', {});
  await link.close(false);
  expect(inShort(await waiting)).toBe('broken closed');
});

test('after sleep a stream within this machine goes on', async () => {
  const { link, heard } = await linkInto(breaking((answer) => answer.event('', 'e1')));
  let done = false;
  const fate = link.exchange(aCall(), {});
  void fate.then(() => (done = true));
  await until(() => heard.cursors.length > 0);
  link.reset();
  expect(inShort(await link.resume(8, 'x', {}))).toBe('broken method-not-allowed');
  expect(done).toBe(false);
  expect(failureIn(await Promise.race([fate, link.close(false).then(() => fate)])).kind).toBe(
    'closed',
  );
});
