// The link over HTTP+SSE against servers that misbehave: how it opens, how its calls end, and how it is lost.
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../support/virtualClock.ts';
import {
  aCall,
  aNote,
  answerTo,
  failureIn,
  inShort,
  newSession,
  Heard,
  trapped,
  until,
} from '../linkRig.ts';
import {
  answering,
  dial,
  endpoint,
  linkIntoOld,
  oldDialer,
  OldServer,
  refusalOf,
} from './sseRig.ts';

const note = { jsonrpc: '2.0', method: 'notifications/initialized' } as const;

describe('opening', () => {
  test('takes the endpoint of the stream and posts there, with the headers of the settings', async () => {
    const options = { server: { headers: { Authorization: 'Bearer x' } } };
    const { server, link } = await linkIntoOld(new OldServer(answering), options);
    link.useVersion('2024-11-05');
    const fate = await link.exchange(aCall(1), {});
    expect(fate).toMatchObject({
      kind: 'answered',
      response: { id: 1, result: { path: '/message?sessionId=1' } },
    });
    expect(server.seen.map(({ method }) => method)).toEqual(['GET', 'POST']);
    for (const { headers } of server.seen) expect(headers['authorization']).toBe('Bearer x');
    expect(link.session).toEqual({ id: null, protocolVersion: '2024-11-05' });
  });

  test.each<[string, string, string]>([
    ['elsewhere', endpoint('http://evil.example/message'), 'redirected'],
    ['on another port', endpoint('http://127.0.0.1:1/message'), 'redirected'],
    ['that is no URL', endpoint('http://'), 'not-mcp'],
    ['after a message', 'data: {"jsonrpc":"2.0","method":"a"}\n\n', 'not-mcp'],
  ])('refuses an endpoint %s, and lets the stream go', async (_, words, kind) => {
    const server = await trapped((_seen, answer) => answer.stream().raw(words));
    const failure = await refusalOf(dial(oldDialer(server.url)));
    expect(failure.kind).toBe(kind);
    await until(() => server.sockets.size === 0);
  });

  test('takes an endpoint in full on its own origin', async () => {
    const server = await trapped((seen, answer) =>
      seen.method === 'GET'
        ? answer.stream().raw(endpoint(`http://${seen.headers.host}/elsewhere`))
        : answer.status(202),
    );
    const { link } = await dial(oldDialer(server.url));
    expect(inShort(await link.tell(note))).toBe('accepted');
    expect(server.seen.at(-1)?.path).toBe('/elsewhere');
  });

  test('gives up on a server that names no endpoint', async () => {
    const clock = new VirtualClock();
    const server = await trapped((_, answer) => answer.stream());
    const dialling = refusalOf(dial(oldDialer(server.url, { clock, connectTimeout: 7_000 })));
    await until(() => server.seen.length > 0);
    await clock.advance(7_000);
    expect(await dialling).toMatchObject({ kind: 'timeout' });
    await until(() => server.sockets.size === 0);
  });

  test('is given up with its attempt', async () => {
    const server = await trapped((_, answer) => answer.stream());
    const giveUp = new AbortController();
    const dialling = refusalOf(oldDialer(server.url).dial(newSession, new Heard(), giveUp.signal));
    await until(() => server.seen.length > 0);
    giveUp.abort();
    expect(await dialling).toMatchObject({ kind: 'cancelled' });
    const late = oldDialer(server.url).dial(newSession, new Heard(), AbortSignal.abort());
    expect(await refusalOf(late)).toMatchObject({ kind: 'cancelled' });
    expect(server.seen).toHaveLength(1);
  });

  test.each<[number, string]>([
    [401, 'unauthorized'],
    [404, 'endpoint-missing'],
    [503, 'server-error'],
  ])('that is answered %i fails as %s', async (status, kind) => {
    const server = await trapped((_, answer) => answer.status(status));
    const failure = await refusalOf(dial(oldDialer(server.url)));
    expect(failure).toMatchObject({ kind, status });
  });

  test('to something that streams nothing fails, and so does an end before the endpoint', async () => {
    const page = await trapped((_, answer) => answer.status(200, 'hello'));
    expect((await refusalOf(dial(oldDialer(page.url)))).kind).toBe('not-mcp');
    const brief = await trapped((_, answer) => answer.stream().end());
    expect((await refusalOf(dial(oldDialer(brief.url)))).kind).toBe('closed');
    await brief.close();
    expect((await refusalOf(dial(oldDialer(brief.url)))).kind).toBe('refused');
  });
});

describe('a call', () => {
  test('finds its answer by its id, whichever comes first', async () => {
    const old = new OldServer();
    const { link } = await linkIntoOld(old);
    const [one, two] = [link.exchange(aCall(1), {}), link.exchange(aCall(2), {})];
    old.stream.event(answerTo(2)).event(answerTo(9)).event(answerTo(1));
    expect([await one, await two]).toMatchObject([
      { response: { id: 1 } },
      { response: { id: 2 } },
    ]);
  });

  test('begins with the receipt, and may be answered before it', async () => {
    const begun: number[] = [];
    const old = new OldServer((seen, answer, stream) => {
      if (seen.request.id === 2) stream.event(answerTo(2));
      else answer.status(202);
    });
    const { link } = await linkIntoOld(old);
    const silent = link.exchange(aCall(1), { begun: () => begun.push(1) });
    await until(() => begun.length > 0);
    expect(inShort(await link.exchange(aCall(2), { begun: () => begun.push(2) }))).toBe('answered');
    expect(begun).toEqual([1]);
    await link.close(false);
    expect(inShort(await silent)).toBe('broken closed');
  });

  test('whose answer came lets its receipt go after a moment', async () => {
    const clock = new VirtualClock();
    const old = new OldServer((_, _answer, stream) => stream.event(answerTo(7)));
    const { link, server } = await linkIntoOld(old, { clock });
    expect(inShort(await link.exchange(aCall(), {}))).toBe('answered');
    expect(server.sockets.size).toBe(2);
    await clock.advance(1_000);
    await until(() => server.sockets.size === 1);
  });

  test.each<[number, string, string]>([
    [404, 'Could not find session', 'refused session-lost'],
    [400, 'No transport found for sessionId', 'refused session-lost'],
    [503, 'No active SSE connection for session abc', 'refused session-lost'],
    [503, 'Busy', 'refused server-error'],
    [401, '', 'refused unauthorized'],
    [400, 'Invalid message', 'refused rejected'],
    [502, '', 'broken server-error'],
  ])('answered %i %j is %s', async (status, body, expected) => {
    const { link } = await linkIntoOld(new OldServer((_, answer) => answer.status(status, body)));
    expect(inShort(await link.exchange(aCall(), {}))).toBe(expected);
    expect(inShort(await link.tell(note))).toBe(expected);
  });

  test('without a receipt is given up when nothing at all is heard', async () => {
    const clock = new VirtualClock();
    const old = new OldServer(() => undefined);
    const { link, server, heard } = await linkIntoOld(old, { clock, connectTimeout: 5_000 });
    let isOver = false;
    const call = link.exchange(aCall(), {}).finally(() => (isOver = true));
    await until(() => server.seen.length === 2);
    await clock.advance(4_000);
    const before = heard.bytes;
    old.stream.raw(': alive\n\n');
    await until(() => heard.bytes > before);
    await clock.advance(4_000);
    expect(isOver).toBe(false);
    await clock.advance(1_000);
    expect(inShort(await call)).toBe('broken timeout');
    expect(inShort(await link.exchange(aCall(), { signal: AbortSignal.abort() }))).toBe(
      'not-sent cancelled',
    );
  });

  test('that is given up before a byte of it left was not sent', async () => {
    const { link, server } = await linkIntoOld(new OldServer(answering));
    const giveUp = new AbortController();
    const given = link.exchange(aCall(1), { signal: giveUp.signal });
    giveUp.abort();
    expect(inShort(await given)).toBe('not-sent cancelled');
    const closed = link.exchange(aCall(2), {});
    await link.close(false);
    expect(inShort(await closed)).toBe('not-sent closed');
    expect(server.seen).toHaveLength(1);
  });

  test('that nobody waits for any more ends at once, with or without a receipt', async () => {
    const old = new OldServer((seen, answer) => seen.request.id === 1 && answer.status(202));
    const { link, server } = await linkIntoOld(old);
    const giveUp = new AbortController();
    const { signal } = giveUp;
    let begun = 0;
    const taken = link.exchange(aCall(1), { signal, begun: () => (begun += 1) });
    await until(() => begun > 0);
    const posting = link.exchange(aCall(2), { signal });
    await until(() => server.seen.length === 3);
    giveUp.abort();
    expect([inShort(await taken), inShort(await posting)]).toEqual([
      'broken cancelled',
      'broken cancelled',
    ]);
  });
});

describe('the stream', () => {
  test('brings notifications and questions of the server', async () => {
    const old = new OldServer();
    const { link, heard } = await linkIntoOld(old);
    link.listen(null);
    old.stream.event(aNote('hi')).event({ jsonrpc: '2.0', id: 1, method: 'ping' });
    await until(() => heard.messages.length === 2);
    expect(heard.methods).toEqual(['notifications/message', 'ping']);
    expect(heard.pushes).toEqual(['fresh']);
    expect(heard.cursors).toEqual([]);
  });

  test.each(['end', 'reset'] as const)(
    'that is cut (%s) is a loss at once, told once and before its calls end as broken',
    async (how) => {
      const old = new OldServer();
      const { link, heard, server } = await linkIntoOld(old);
      const begun: number[] = [];
      const call = link.exchange(aCall(), { begun: () => begun.push(1) });
      await until(() => begun.length > 0);
      let lossesBefore = 0;
      void call.then(() => (lossesBefore = heard.losses.length));
      old.stream[how]();
      expect(inShort(await call)).toBe('broken closed');
      expect(lossesBefore).toBe(1);
      expect(inShort(await link.exchange(aCall(8), {}))).toBe('not-sent closed');
      expect(inShort(await link.tell(note))).toBe('not-sent closed');
      await link.close(true);
      expect(heard.losses).toMatchObject([{ kind: 'closed' }]);
      expect(old.streams).toHaveLength(1);
      await until(() => server.sockets.size === 0);
    },
  );

  test('that is cut under a POST without a receipt leaves the outcome open', async () => {
    const old = new OldServer(() => undefined);
    const { link, server } = await linkIntoOld(old);
    const call = link.exchange(aCall(), {});
    await until(() => server.seen.length === 2);
    old.stream.end();
    const fate = await call;
    expect(inShort(fate)).toBe('broken closed');
    expect(failureIn(fate).detail).toBe('The server ended the stream.');
  });

  test('with a message over the limit is a loss of that kind', async () => {
    const old = new OldServer();
    const { link, heard } = await linkIntoOld(old, { maxMessageBytes: 1_000 });
    const call = link.exchange(aCall(), {});
    old.stream.raw(`data: ${'x'.repeat(5_000)}`);
    expect(inShort(await call)).toMatch(/too-large$/);
    expect(heard.losses).toMatchObject([{ kind: 'too-large' }]);
  });

  test('cannot be resumed, and stays for those who still wait when the link is left', async () => {
    const old = new OldServer();
    const { link } = await linkIntoOld(old);
    expect(inShort(await link.resume(1, 'cursor', {}))).toBe('broken closed');
    const call = link.exchange(aCall(), {});
    const left = link.leave();
    old.stream.event(answerTo(7));
    expect(inShort(await call)).toBe('answered');
    await left;
  });
});
