// Redirects: followed within the origin, and only so far.
import { expect, test } from 'vitest';
import { aCall, inShort, linkInto } from './linkRig.ts';

test('a redirect within the origin is followed with method and body, up to five times', async () => {
  const { link, server } = await linkInto(({ path, request }, answer) => {
    const hop = Number(path.split('/').at(-1)) || 0;
    if (hop < 5) answer.status(hop % 2 ? 307 : 308, '', { Location: `/mcp/${hop + 1}` });
    else answer.result(request.id, { path });
  });
  const fate = await link.exchange(aCall(7), {});
  expect(fate).toMatchObject({ kind: 'answered', response: { result: { path: '/mcp/5' } } });
  expect(new Set(server.seen.map(({ body }) => body)).size).toBe(1);
  // The next hop may begin before the body of the redirect is through.
  expect(server.accepted()).toBeLessThanOrEqual(2);
});

test('a redirect in circles is given up', async () => {
  const { link, server } = await linkInto((_, answer) =>
    answer.status(307, '', { Location: '/mcp' }),
  );
  expect(inShort(await link.exchange(aCall(7), {}))).toBe('refused redirected');
  expect(server.seen.length).toBe(6);
});
