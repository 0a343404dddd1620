// The standalone stream: kept open, never hammered, never a proof that the session is lost.
import { expect, test } from 'vitest';
import type { Disposable } from '../../src/base/disposable.ts';
import { settle, VirtualClock } from '../support/virtualClock.ts';
import type { Answer, Trap } from '../servers/trapServer.ts';
import { aNote, answerTo, inShort, aCall, linkInto, until } from './linkRig.ts';

/** Also keeps how long the timers were that were asked for. */
class NotingClock extends VirtualClock {
  readonly delays: number[] = [];

  override after(delay: number, run: () => void): Disposable {
    this.delays.push(delay);
    return super.after(delay, run);
  }
}

const listening = async (trap: Trap, cursor: string | null = null) => {
  const clock = new NotingClock();
  const rig = await linkInto(trap, { clock });
  rig.link.listen(cursor);
  return { clock, ...rig };
};

type Rig = Awaited<ReturnType<typeof listening>>;

/** The next request comes after exactly this long. */
const expectNextAfter = async ({ clock, server }: Rig, delay: number): Promise<void> => {
  await settle();
  expect(clock.delays.at(-1)).toBe(delay);
  const before = server.seen.length;
  await clock.advance(delay);
  await until(() => server.seen.length > before);
};

/** Nothing is planned any more, so that nothing more will be asked. */
const expectNoNext = async ({ clock, server }: Rig, asked: number): Promise<void> => {
  await until(() => clock.pending === 0);
  await clock.advance(3_600_000);
  expect(server.seen.length).toBe(asked);
};

const pushed = ({ heard }: Rig, count: number): Promise<void> =>
  until(() => heard.pushes.length >= count);

test.for([400, 403, 404, 405, 501])(
  'a server that answers %s has no such stream, and is not asked again',
  async (status) => {
    const rig = await listening((_, answer) => answer.status(status, 'Session not found'));
    await pushed(rig, 1);
    await expectNoNext(rig, 1);
    expect(rig.heard.pushes).toEqual(['off']);
    expect(rig.heard.losses).toEqual([]);
  },
);

test('a 200 that is no event stream means that there is none', async () => {
  const rig = await listening((_, answer) => answer.json({}));
  await pushed(rig, 1);
  expect(rig.heard.pushes).toEqual(['off']);
});

test('the stream asks with the session, and brings what the server says', async () => {
  const rig = await listening((_, answer) =>
    answer.stream().raw(': hello\n\n').event(aNote('one'), 's1').event(answerTo(7), 's2').raw(''),
  );
  await until(() => rig.heard.cursors.length === 2);
  expect(rig.server.seen[0]?.headers).toMatchObject({
    accept: 'text/event-stream',
    'mcp-session-id': 'session-1',
    'mcp-protocol-version': '2025-11-25',
  });
  expect(rig.heard.messages).toEqual([{ message: aNote('one'), stream: 'standalone' }]);
  expect(rig.heard.pushes).toEqual(['fresh']);
  expect(rig.heard.cursors).toEqual([
    ['standalone', 's1'],
    ['standalone', 's2'],
  ]);
});

test('a broken stream goes on from its cursor', async () => {
  let opened = 0;
  const rig = await listening((_, answer) => {
    opened += 1;
    answer.stream().event(aNote(`${opened}`), `s${opened}`);
    if (opened === 1) setTimeout(() => answer.reset(), 20);
  });
  await pushed(rig, 2);
  await expectNextAfter(rig, 250);
  await until(() => rig.heard.messages.length === 2);
  expect(rig.server.seen[1]?.headers['last-event-id']).toBe('s1');
  expect(rig.heard.pushes).toEqual(['fresh', 'down', 'resumed']);
});

test('a cursor of an earlier life is used at once', async () => {
  const rig = await listening(
    (_, answer) => answer.stream().event(aNote('old'), 's5').event(aNote('new'), 's6'),
    's5',
  );
  await until(() => rig.heard.messages.length > 0);
  expect(rig.server.seen[0]?.headers['last-event-id']).toBe('s5');
  expect(rig.heard.pushes).toEqual(['resumed']);
  // The event of the cursor itself was heard in the earlier life.
  expect(rig.heard.messages.map(({ message }) => message.params?.['text'])).toEqual(['new']);
});

test('a cursor that the server does not like is given up for a fresh stream', async () => {
  const rig = await listening(({ headers }, answer) => {
    if (headers['last-event-id']) answer.status(400, 'unknown event');
    else answer.stream();
  }, 'gone');
  await pushed(rig, 1);
  await rig.clock.advance(0);
  await pushed(rig, 2);
  expect(rig.heard.pushes).toEqual(['down', 'fresh']);
  expect(rig.heard.cursors).toEqual([['standalone', null]]);
});

test('a server that once had the stream and now answers 404 is asked again, ever more slowly', async () => {
  const rig = await listening((_, answer) => {
    if (rig.server.seen.length === 1) answer.stream().end();
    else answer.status(404, 'Session not found');
  });
  await pushed(rig, 2);
  for (const delay of [250, 500, 1_000, 2_000]) await expectNextAfter(rig, delay);
  expect(rig.heard.pushes).toEqual(['fresh', 'down']);
  expect(rig.heard.losses).toEqual([]);
});

test('a server that accepts and closes at once is not hammered', async () => {
  const rig = await listening((_, answer) => answer.stream().end());
  let pushes = 0;
  for (const delay of [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
    await pushed(rig, (pushes += 2));
    await expectNextAfter(rig, delay);
  }
});

test('a priming event does not make a stream a good one', async () => {
  const rig = await listening((_, answer) =>
    answer.stream().event('', `p${rig.server.seen.length}`).end(),
  );
  await pushed(rig, 2);
  await expectNextAfter(rig, 250);
  await pushed(rig, 4);
  await expectNextAfter(rig, 500);
});

test('a message makes it a good one', async () => {
  const rig = await listening((_, answer) =>
    answer
      .stream()
      .event(aNote(`${rig.server.seen.length}`))
      .end(),
  );
  for (const pushes of [2, 4, 6]) {
    await pushed(rig, pushes);
    await expectNextAfter(rig, 250);
  }
});

test('so does a life of 30 s', async () => {
  const answers: Answer[] = [];
  const rig = await listening((_, answer) => void answers.push(answer.stream()));
  for (const count of [1, 2, 3]) {
    await pushed(rig, 2 * count - 1);
    await rig.clock.advance(30_000);
    answers[count - 1]?.end();
    await pushed(rig, 2 * count);
    await expectNextAfter(rig, 250);
  }
});

test('retry: is kept, and does not replace the backoff', async () => {
  const rig = await listening((_, answer) => {
    if (rig.server.seen.length === 1) answer.stream().raw('retry: 700\n\n').end();
    else answer.stream().raw('retry: 10\n\n').end();
  });
  await pushed(rig, 2);
  await expectNextAfter(rig, 700);
  await pushed(rig, 4);
  await expectNextAfter(rig, 500);
  await pushed(rig, 6);
  await expectNextAfter(rig, 1_000);
});

test('a server that wants to be polled is polled at its pace', async () => {
  const rig = await listening((_, answer) => answer.stream().raw('retry: 2000\n\n').end());
  for (const pushes of [2, 4, 6]) {
    await pushed(rig, pushes);
    await expectNextAfter(rig, 2_000);
  }
});

test('401 is asked once and never again', async () => {
  const rig = await listening((_, answer) => answer.status(401));
  await pushed(rig, 1);
  await expectNoNext(rig, 1);
  expect(rig.heard.pushes).toEqual(['down']);
});

test('503 is asked again after what it says', async () => {
  const rig = await listening((_, answer) => answer.status(503, '', { 'Retry-After': '20' }));
  await pushed(rig, 1);
  await expectNextAfter(rig, 20_000);
  expect(rig.heard.pushes).toEqual(['down']);
});

test('an old stream that the server keeps is waited for', async () => {
  const rig = await listening((_, answer) => {
    if (rig.server.seen.length <= 3) answer.status(409);
    else answer.stream();
  });
  await pushed(rig, 1);
  for (const delay of [250, 500, 1_000]) await expectNextAfter(rig, delay);
  await pushed(rig, 2);
  expect(rig.heard.pushes).toEqual(['down', 'fresh']);
  expect(rig.heard.losses).toEqual([]);
});

test('an old stream that the server keeps for 10 s costs the session', async () => {
  const rig = await listening((_, answer) => answer.status(409));
  await pushed(rig, 1);
  for (const delay of [250, 500, 1_000, 2_000, 4_000]) await expectNextAfter(rig, delay);
  expect(rig.heard.losses).toEqual([]);
  await expectNextAfter(rig, 2_250);
  await until(() => rig.heard.losses.length > 0);
  expect(rig.heard.losses).toMatchObject([{ kind: 'session-lost', status: 409 }]);
  await expectNoNext(rig, 7);
});

test('missed keepalives are a dead connection', async () => {
  const answers: Answer[] = [];
  const rig = await listening((_, answer) => void answers.push(answer.stream()));
  await pushed(rig, 1);
  for (let beat = 1; beat <= 2; beat += 1) {
    await rig.clock.advance(15_000);
    const before = rig.heard.bytes;
    answers[0]?.raw(': keepalive\n\n');
    await until(() => rig.heard.bytes > before);
  }
  await rig.clock.advance(44_999);
  expect(rig.heard.pushes).toEqual(['fresh']);
  await rig.clock.advance(1);
  await pushed(rig, 2);
  expect(rig.heard.pushes).toEqual(['fresh', 'down']);
});

test.for(['', ': welcome\n\n'])(
  'a stream without keepalives may be silent for ever (%j)',
  async (greeting) => {
    const rig = await listening((_, answer) => void answer.stream().raw(greeting));
    await pushed(rig, 1);
    if (greeting) await until(() => rig.heard.bytes > 1);
    await rig.clock.advance(3_600_000);
    expect(rig.heard.pushes).toEqual(['fresh']);
  },
);

test('an event over the limit breaks the stream and nothing else', async () => {
  const clock = new VirtualClock();
  const { link, heard } = await linkInto(
    ({ method, request }, answer) => {
      if (method === 'POST') answer.result(request.id);
      else answer.stream().raw(`data: ${'x'.repeat(100_000)}`);
    },
    { clock, maxMessageBytes: 10_000 },
  );
  link.listen(null);
  await until(() => heard.pushes.includes('down'));
  expect(inShort(await link.exchange(aCall(), {}))).toBe('answered');
});

test('listening again replaces the stream', async () => {
  const rig = await listening((_, answer) => void answer.stream());
  await pushed(rig, 1);
  rig.link.listen('s1');
  await pushed(rig, 2);
  await until(() => rig.server.sockets.size === 1);
  expect(rig.heard.pushes).toEqual(['fresh', 'resumed']);
});
