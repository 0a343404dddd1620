// A stream that begins has left before anything else is done in the same turn.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { SseReply } from '../../../src/gateway/sseReply.ts';

test('[reload-survives] the cursor of a call is with the system before the call goes to its server', async () => {
  const written: number[] = [];
  const server = createServer((_request, response) => {
    const stream = { log: { readAfter: () => [] }, id: 'a stream', endsWithAnswer: true };
    const reply = new SseReply(response, stream, () => undefined);
    const before = response.socket?.bytesWritten ?? 0;
    reply.begin('id: 1\n\n', '1');
    written.push(
      (response.socket?.bytesWritten ?? 0) - before,
      response.socket?.writableLength ?? 1,
    );
    reply.end();
  });
  server.listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { Connection: 'close' } });
  expect(await answer.text()).toBe('id: 1\n\n');
  const [bytes = 0, waiting] = written;
  expect(bytes).toBeGreaterThan(7);
  // Nothing of it waits in this process.
  expect(waiting).toBe(0);
});
