// An answer may take as long as it likes: Node's own fetch cuts at 300 s of silence, whatever the limits of MCP are. Our timers
// are tried in virtual time; of Node's, those in force are read off the socket. The real six minutes are test/long.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { isObject } from '../../src/core/rpc.ts';
import type { Answer } from '../servers/trapServer.ts';
import { aCall, answerTo, inShort, onPost, paused, until } from './linkRig.ts';

/** Every connection that we make from now on. */
const socketsFromNow = (): Socket[] => {
  const sockets: Socket[] = [];
  const note = (event: unknown): void => {
    const socket = isObject(event) ? event['socket'] : null;
    if (socket instanceof Socket) sockets.push(socket);
  };
  subscribe('net.client.socket', note);
  onTestFinished(() => void unsubscribe('net.client.socket', note));
  return sockets;
};

/** Plain sockets carry what goes to a server here, unless its URL holds a password: then Node's client does. */
const couriers = { direct: '', 'by Node': 'user:word@' } as const;

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

describe.for(Object.entries(couriers))('%s', ([, login]) => {
  test.for(Object.entries(silences))(
    'an answer may come a day later: %s',
    async ([, { begin, end }]) => {
      const sockets = socketsFromNow();
      let open: Answer | undefined;
      const trap = onPost((_, answer) => {
        open = answer;
        begin(answer);
      });
      const { clock, link, heard } = await paused(trap, { login });
      const exchange = link.exchange(aCall(), {});
      await until(() => open !== undefined);
      await clock.advance(day);
      expect(sockets).toHaveLength(1);
      // Zero is none; there is one for connections that nobody uses.
      for (const { timeout } of sockets) expect(timeout ?? 0).toBe(0);
      if (open) end(open);
      expect(inShort(await exchange)).toBe('answered');
      expect(heard.losses).toEqual([]);
    },
  );

  test('what is limited is an idle connection, which no call waits on', async () => {
    const sockets = socketsFromNow();
    const { link, server } = await paused(
      onPost(({ request }, answer) => {
        if (server.seen.length === 1) answer.result(request.id);
        else open = answer;
      }),
      { login },
    );
    let open: Answer | undefined;
    await link.exchange(aCall(1), {});
    const [socket] = sockets;
    await until(() => (socket?.timeout ?? 0) > 0);
    const answer = link.exchange(aCall(2), {});
    await until(() => open !== undefined);
    expect(sockets).toHaveLength(1);
    expect(socket?.timeout ?? 0).toBe(0);
    open?.result(2);
    expect(inShort(await answer)).toBe('answered');
  });
});
