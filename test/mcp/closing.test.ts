// The end of a link: a goodbye when asked for, then silence and nothing left over.
import { expect, test } from 'vitest';
import { VirtualClock } from '../support/virtualClock.ts';
import type { Trap } from '../servers/trapServer.ts';
import { aCall, aNote, inShort, linkInto, newSession, until } from './linkRig.ts';

/** Streams for GET and for calls that never end; `bye` answers DELETE. */
const busy =
  (bye: Trap): Trap =>
  (seen, answer) => {
    if (seen.method === 'DELETE') return bye(seen, answer);
    const stream = answer.stream().event(aNote('hello'), `${seen.method}1`);
    const beat = setInterval(
      () => (answer.isOver ? clearInterval(beat) : stream.raw(': beat\n\n')),
      5,
    );
    return undefined;
  };

const deletes = (server: { seen: readonly { method: string }[] }): number =>
  server.seen.filter(({ method }) => method === 'DELETE').length;

test('a goodbye tells the server, ends every stream and reports nothing more', async () => {
  const { link, heard, server } = await linkInto(busy((_, answer) => answer.status(200)));
  link.listen(null);
  const call = link.exchange(aCall(), {});
  await until(() => heard.cursors.length === 2);
  const closing = link.close(true);
  const total = heard.total;
  expect(inShort(await call)).toBe('broken closed');
  await closing;
  await until(() => server.sockets.size === 0);
  expect(heard.total).toBe(total);
  const bye = server.seen.at(-1);
  expect([bye?.method, bye?.headers['mcp-session-id']]).toEqual(['DELETE', 'session-1']);
});

test('without a goodbye the server is told nothing', async () => {
  const { link, heard, server } = await linkInto(busy((_, answer) => answer.status(200)));
  link.listen(null);
  await until(() => heard.pushes.length === 1);
  await link.close(false);
  await until(() => server.sockets.size === 0);
  expect(deletes(server)).toBe(0);
});

test('without a session there is nobody to say goodbye to', async () => {
  const { link, server } = await linkInto(
    busy((_, answer) => answer.status(200)),
    { session: newSession },
  );
  await link.close(true);
  expect(server.seen).toEqual([]);
});

test.for([404, 405, 500])('an answer of %s to the goodbye is fine', async (status) => {
  const { link, server } = await linkInto(busy((_, answer) => answer.status(status)));
  await link.close(true);
  await until(() => server.sockets.size === 0);
});

test('a server that does not answer the goodbye is waited for 2 s', async () => {
  const clock = new VirtualClock();
  const { link, server } = await linkInto(
    busy(() => {}),
    { clock },
  );
  let closed = false;
  const closing = link.close(true).then(() => (closed = true));
  await until(() => deletes(server) === 1);
  await clock.advance(1_999);
  expect(closed).toBe(false);
  await clock.advance(1);
  await closing;
  await until(() => server.sockets.size === 0);
  expect(clock.pending).toBe(0);
});

test('a goodbye to a server that is gone does not reject', async () => {
  const { link, server } = await linkInto(busy(() => {}));
  await server.close();
  await expect(link.close(true)).resolves.toBeUndefined();
});

test('closing while the stream waits for its next try leaves no timer', async () => {
  const clock = new VirtualClock();
  const { link, heard, server } = await linkInto((_, answer) => answer.stream().end(), { clock });
  link.listen(null);
  await until(() => heard.pushes.includes('down'));
  await link.close(false);
  expect(clock.pending).toBe(0);
  await clock.advance(600_000);
  expect(server.seen.length).toBe(1);
});

test('closing twice is closing once, and a closed link sends nothing', async () => {
  const { link, server } = await linkInto(busy((_, answer) => answer.status(200)));
  await Promise.all([link.close(true), link.close(true), link.close(false)]);
  expect(deletes(server)).toBe(1);
  link.listen(null);
  expect(inShort(await link.exchange(aCall(), {}))).toBe('not-sent closed');
  expect(inShort(await link.tell(aNote('x')))).toBe('not-sent closed');
  expect(inShort(await link.resume(7, 'e1', {}))).toBe('broken closed');
  expect(server.seen.length).toBe(1);
});

test('a call that arrives while the goodbye is said is not sent', async () => {
  const clock = new VirtualClock();
  const { link, server } = await linkInto(
    busy(() => {}),
    { clock },
  );
  const before = link.exchange(aCall(1), {});
  const closing = link.close(true);
  await before;
  await until(() => deletes(server) === 1);
  expect(inShort(await link.exchange(aCall(2), {}))).toBe('not-sent closed');
  await clock.advance(2_000);
  await closing;
  expect(server.seen.length).toBe(1);
});
