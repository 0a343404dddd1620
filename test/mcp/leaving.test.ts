// What a link tells before a request leaves: whoever writes a call down does so then.
import { expect, test } from 'vitest';
import { aCall, linkInto, onPost } from './linkRig.ts';

const couriers = [
  ['to a server here', {}],
  ['by the client of Node', { login: 'user:word@' }],
] as const;

test.each(couriers)(
  'no byte of a request leaves before it was told that it will, on a new connection or a kept one, %s [at-most-once]',
  async (_, options) => {
    const trap = onPost(({ request }, answer) => answer.result(request.id));
    const { link, server } = await linkInto(trap, options);
    const killed = (): never => {
      throw new Error('killed');
    };
    await expect(link.exchange(aCall(1), { leaving: killed })).rejects.toThrow('killed');
    await link.exchange(aCall(2), {});
    await expect(link.exchange(aCall(3), { leaving: killed })).rejects.toThrow('killed');
    await link.exchange(aCall(4), {});
    expect(server.seen.map(({ request }) => request.id)).toEqual([2, 4]);
    expect(link.tellsLeaving).toBe(true);
  },
);

test('it is told in the turn in which the request leaves, again for each place where it is sent on to', async () => {
  const { link, server } = await linkInto(({ path, request }, answer) => {
    if (path === '/mcp') answer.status(307, '', { Location: '/mcp/next' });
    else answer.result(request.id);
  });
  const seen: number[] = [];
  await link.exchange(aCall(), { leaving: () => seen.push(server.seen.length) });
  expect(seen).toEqual([0, 1]);
});
