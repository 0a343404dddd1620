// What a link sends, and which answer it takes for the answer to a request.
import { expect, test } from 'vitest';
import { errorOf, resultOf } from '../../src/core/rpc.ts';
import {
  aCall,
  answerTo,
  aNote,
  cursorIn,
  inShort,
  linkInto,
  newSession,
  onPost,
} from './linkRig.ts';

test('a request carries the headers of the protocol, which the user may add to but not override', async () => {
  const { link, server } = await linkInto(
    onPost(({ request }, answer) => answer.result(request.id)),
    { headers: { Authorization: 'Bearer x', 'mcp-session-id': 'forged', ACCEPT: 'text/html' } },
  );
  await link.exchange(aCall(), {});
  expect(server.seen[0]?.headers).toMatchObject({
    accept: 'application/json, text/event-stream',
    'content-type': 'application/json',
    'mcp-session-id': 'session-1',
    'mcp-protocol-version': '2025-11-25',
    authorization: 'Bearer x',
  });
});

test('the session begins with the result of initialize, and the version when it is known', async () => {
  const { link, server } = await linkInto(
    onPost(({ request }, answer) =>
      answer.result(request.id, {}, { 'Mcp-Session-Id': `s-${request.id}` }),
    ),
    { session: newSession },
  );
  await link.exchange({ ...aCall(1), method: 'initialize' }, {});
  link.useVersion('2025-06-18');
  await link.exchange(aCall(2), {});
  const [first, second] = server.seen;
  expect(first?.headers).not.toHaveProperty('mcp-session-id');
  expect(first?.headers).not.toHaveProperty('mcp-protocol-version');
  expect(second?.headers).toMatchObject({
    'mcp-session-id': 's-1',
    'mcp-protocol-version': '2025-06-18',
  });
  expect(link.session).toEqual({ id: 's-1', protocolVersion: '2025-06-18' });
});

test('a header of the settings cannot forge a session', async () => {
  const { link, server } = await linkInto(
    onPost(({ request }, answer) => answer.result(request.id)),
    { session: newSession, headers: { 'MCP-Session-ID': 'forged', 'Mcp-Protocol-Version': '1' } },
  );
  await link.exchange(aCall(), {});
  expect(server.seen[0]?.headers).not.toHaveProperty('mcp-session-id');
  expect(server.seen[0]?.headers).not.toHaveProperty('mcp-protocol-version');
});

test('an initialize on a link with an old session does not carry it', async () => {
  const { link, server } = await linkInto(
    onPost(({ request }, answer) => answer.result(request.id)),
  );
  await link.exchange({ ...aCall(1), method: 'initialize' }, {});
  expect(server.seen[0]?.headers).not.toHaveProperty('mcp-session-id');
});

test('a failed initialize begins no session', async () => {
  const { link } = await linkInto(
    onPost(({ request }, answer) =>
      answer.json(errorOf(request.id, { code: -32602, message: 'no' }), { 'Mcp-Session-Id': 'no' }),
    ),
    { session: newSession },
  );
  await link.exchange({ ...aCall(1), method: 'initialize' }, {});
  expect(link.session.id).toBeNull();
});

test('a session id that is not visible ASCII is not taken', async () => {
  const { link } = await linkInto(
    onPost(({ request }, answer) =>
      answer.result(request.id, {}, { 'Mcp-Session-Id': 'with space' }),
    ),
    { session: newSession },
  );
  await link.exchange({ ...aCall(1), method: 'initialize' }, {});
  expect(link.session.id).toBeNull();
});

test('a session id in the answer of a stream is taken as well', async () => {
  const { link } = await linkInto(
    onPost(({ request }, answer) =>
      answer.stream({ 'Mcp-Session-Id': 'streamed' }).event(answerTo(request.id)).end(),
    ),
    { session: newSession },
  );
  await link.exchange({ ...aCall(1), method: 'initialize' }, {});
  expect(link.session.id).toBe('streamed');
});

test('begun is called once, when the server has taken the request', async () => {
  const { link } = await linkInto(onPost(({ request }, answer) => answer.result(request.id)));
  let begun = 0;
  await link.exchange(aCall(), { begun: () => (begun += 1) });
  expect(begun).toBe(1);
});

test('a JSON answer with another id is not ours', async () => {
  const { link } = await linkInto(onPost((_, answer) => answer.result('7')));
  expect(inShort(await link.exchange(aCall(7), {}))).toBe('broken malformed');
});

test('a JSON error without an id on our own body is ours', async () => {
  const { link } = await linkInto(
    onPost((_, answer) => answer.json(errorOf(null, { code: -32700, message: 'what?' }))),
  );
  const error = { code: -32700, message: 'what?' };
  expect(await link.exchange(aCall(7), {})).toEqual({
    kind: 'answered',
    response: errorOf(7, error),
  });
});

test('a stream brings notifications and requests before the answer, named after the request', async () => {
  const { link, heard } = await linkInto(
    onPost(({ request }, answer) =>
      answer
        .stream()
        .event(aNote('one'))
        .event({ jsonrpc: '2.0', id: 1, method: 'sampling/createMessage' })
        .event(answerTo(request.id))
        .end(),
    ),
  );
  const fate = await link.exchange(aCall(7), {});
  expect(fate).toEqual({ kind: 'answered', response: resultOf(7, { ok: true }) });
  expect(heard.messages.map(({ message, stream }) => [message.method, stream])).toEqual([
    ['notifications/message', 'request:7'],
    ['sampling/createMessage', 'request:7'],
  ]);
});

test('foreign answers on our stream are passed over, ours is taken', async () => {
  const { link } = await linkInto(
    onPost(({ request }, answer) =>
      answer.stream().event(answerTo(99)).event(answerTo('7')).event(answerTo(request.id)).end(),
    ),
  );
  expect(inShort(await link.exchange(aCall(7), {}))).toBe('answered');
});

test('an error is an answer too, and its stream leaves no connection behind', async () => {
  const { link, server, heard } = await linkInto(
    onPost(({ request }, answer) => {
      const error = errorOf(request.id, { code: -32000, message: 'tool broke' });
      // The server forgets to end the stream, as the zombies of the SDK's client show.
      answer.stream().event('', 'e1').event(error, 'e2');
    }),
  );
  expect(inShort(await link.exchange(aCall(7), {}))).toBe('answered');
  expect(heard.cursors.at(-1)).toEqual(['request:7', null]);
  await expect.poll(() => server.sockets.size, { timeout: 5_000 }).toBe(0);
  expect(server.seen.map(({ method }) => method)).toEqual(['POST']);
});

test('one connection serves call after call, streamed or not', async () => {
  const { link, server } = await linkInto(
    onPost(({ request }, answer) => {
      if (request.id === 2) answer.stream().event(answerTo(request.id)).end();
      else answer.result(request.id);
    }),
  );
  for (const id of [1, 2, 3, 4]) await link.exchange(aCall(id), {});
  expect(server.accepted()).toBe(1);
});

test('a batch holds our answer among notifications', async () => {
  const { link, heard } = await linkInto(
    onPost(({ request }, answer) => answer.json([aNote('one'), answerTo(request.id)])),
  );
  expect(inShort(await link.exchange(aCall(7), {}))).toBe('answered');
  expect(heard.methods).toEqual(['notifications/message']);
});

test('a notification is accepted with 202, and a request that only gets 202 has no answer', async () => {
  const { link } = await linkInto(onPost((_, answer) => answer.status(202)));
  expect(inShort(await link.tell(aNote('x')))).toBe('accepted');
  expect(inShort(await link.exchange(aCall(), {}))).toBe('broken not-mcp');
});

test('malformed JSON is an unknown outcome', async () => {
  const { link } = await linkInto(
    onPost((_, answer) =>
      answer.status(200, '{"jsonrpc":', { 'Content-Type': 'application/json' }),
    ),
  );
  const fate = await link.exchange(aCall(), {});
  expect([inShort(fate), cursorIn(fate)]).toEqual(['broken malformed', null]);
});

test('a page of HTML is not MCP', async () => {
  const { link } = await linkInto(
    onPost((_, answer) =>
      answer.status(200, '<html>Sign in</html>', { 'Content-Type': 'text/html' }),
    ),
  );
  expect(inShort(await link.exchange(aCall(), {}))).toBe('broken not-mcp');
});

test('giving up before the connection stands is not sent, later the outcome is unknown', async () => {
  const { link, server } = await linkInto(() => {});
  expect(inShort(await link.exchange(aCall(), { signal: AbortSignal.abort() }))).toBe(
    'not-sent cancelled',
  );
  expect(server.seen).toEqual([]);
  const giveUp = new AbortController();
  const fate = link.exchange(aCall(), { signal: giveUp.signal });
  await expect.poll(() => server.seen.length).toBe(1);
  giveUp.abort();
  expect(inShort(await fate)).toBe('broken cancelled');
});

test('a JSON answer that begins with a byte order mark is read', async () => {
  const { link } = await linkInto(
    onPost(({ request }, answer) =>
      answer.status(200, `\u{feff}${JSON.stringify(answerTo(request.id))}`, {
        'Content-Type': 'application/json',
      }),
    ),
  );
  expect(await link.exchange(aCall(), {})).toEqual({ kind: 'answered', response: answerTo(7) });
});
