// An answer may take as long as it likes: Node's own fetch cuts at 300 s of silence, whatever the limits of MCP are. Our timers
// are tried in virtual time; of Node's, those in force are read off the request. The real six minutes are test/long.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { isObject } from '../../src/core/rpc.ts';
import type { Answer } from '../servers/trapServer.ts';
import { aCall, answerTo, inShort, onPost, paused, until } from './linkRig.ts';

/** Every HTTP request of ours from now on. */
const requestsFromNow = (): ClientRequest[] => {
  const requests: ClientRequest[] = [];
  const note = (event: unknown): void => {
    // The channel's promise (Node, diagnostics_channel: http.client.request.start).
    if (isObject(event)) requests.push(event['request'] as ClientRequest);
  };
  subscribe('http.client.request.start', note);
  onTestFinished(() => void unsubscribe('http.client.request.start', note));
  return requests;
};

const day = 24 * 3_600_000;

/** How far the server has come with its answer when it falls silent, and how it ends. */
const silences: Readonly<
  Record<string, { begin: (answer: Answer) => void; end: (answer: Answer) => void }>
> = {
  'nothing, and then JSON': { begin: () => undefined, end: (answer) => answer.json(answerTo(7)) },
  'an open stream without an event': {
    begin: (answer) => answer.stream(),
    end: (answer) => answer.event(answerTo(7)).end(),
  },
  'an event with a cursor': {
    begin: (answer) => answer.stream().event({ jsonrpc: '2.0', method: 'a/b' }, 'c1'),
    end: (answer) => answer.event(answerTo(7), 'c2').end(),
  },
};

test.for(Object.entries(silences))(
  'an answer may come a day later: %s',
  async ([, { begin, end }]) => {
    const requests = requestsFromNow();
    let open: Answer | undefined;
    const { clock, link, heard } = await paused(
      onPost((_, answer) => {
        open = answer;
        begin(answer);
      }),
    );
    const exchange = link.exchange(aCall(), {});
    await until(() => open !== undefined);
    await clock.advance(day);
    expect(requests).toHaveLength(1);
    // Zero is none; the agent's own is for connections that nobody uses.
    for (const { socket } of requests) expect(socket?.timeout ?? 0).toBe(0);
    if (open) end(open);
    expect(inShort(await exchange)).toBe('answered');
    expect(heard.losses).toEqual([]);
  },
);

test('what Node limits is an idle connection, which no call waits on', async () => {
  const requests = requestsFromNow();
  const { link } = await paused(onPost(({ request }, answer) => answer.result(request.id)));
  await link.exchange(aCall(1), {});
  const [socket] = requests.map((request) => request.socket);
  await until(() => (socket?.timeout ?? 0) > 0);
  const answer = link.exchange(aCall(2), {});
  await until(() => requests.length === 2 && requests[1]?.reusedSocket === true);
  expect(requests[1]?.socket?.timeout ?? 0).toBe(0);
  expect(inShort(await answer)).toBe('answered');
});
