// The bridge's client end: what a client may write, and what it reads then.
import { describe, expect, it } from 'vitest';
import type { RpcMessage } from '../../../src/core/rpc.ts';
import { parseBridgeArguments } from '../../../src/gateway/bridgeArguments.ts';
import { BridgeSession, idOfEnds } from '../../../src/gateway/bridgeSession.ts';
import type { ClientEnd } from '../../../src/runtime/clientEnd.ts';
import { Emitter } from '../../../src/base/signal.ts';

class EchoEnd implements ClientEnd {
  readonly sent: RpcMessage[] = [];
  readonly #out = new Emitter<RpcMessage>();
  send(message: RpcMessage): void {
    this.sent.push(message);
  }
  say(message: RpcMessage): void {
    this.#out.emit(message);
  }
  onMessage(listener: (message: RpcMessage, cause: null) => void) {
    return this.#out.on((message) => listener(message, null));
  }
  onClose() {
    return { dispose: () => undefined };
  }
}

const aSession = ({ isClogged = false } = {}) => {
  const end = new EchoEnd();
  const said: RpcMessage[] = [];
  const notes: string[] = [];
  const session = new BridgeSession({
    end,
    say: (message, must) => {
      const isSaid = must || !isClogged;
      if (isSaid) said.push(message);
      return isSaid;
    },
    note: (text) => notes.push(text),
  });
  const line = (value: unknown): void =>
    session.line(typeof value === 'string' ? value : JSON.stringify(value));
  return { end, said, notes, session, line };
};

const call = (id: number) => ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'x' } });
const answer = (id: number) => ({ jsonrpc: '2.0', id, result: {} }) as const;

it('passes requests, notifications and answers both ways', () => {
  const { end, said, session, line } = aSession();
  line(call(1));
  line({ jsonrpc: '2.0', method: 'notifications/initialized' });
  line({ jsonrpc: '2.0', id: 'server-1', result: {} });
  expect(end.sent).toHaveLength(3);
  expect(session.open.value).toBe(1);
  end.say(answer(1));
  expect(said).toEqual([answer(1)]);
  expect(session.open.value).toBe(0);
});

it('answers a ping by itself, since it is what the client asks after', () => {
  const { end, said, line } = aSession();
  line({ jsonrpc: '2.0', id: 1, method: 'ping' });
  expect(said).toEqual([answer(1)]);
  expect(end.sent).toEqual([]);
});

it('tells a client of the revision without sessions at once to use the handshake', () => {
  const { said, line } = aSession();
  line({ jsonrpc: '2.0', id: 'probe', method: 'server/discover', params: {} });
  expect(said).toMatchObject([{ id: 'probe', error: { code: -32601 } }]);
});

it('answers what it cannot read, and goes on', () => {
  const { end, said, line } = aSession();
  line('{"jsonrpc": "2.0", "id": 1,');
  line('nonsense');
  line('  \r');
  line({ id: 7, method: 'tools/list' });
  line('null');
  line([]);
  line(call(2));
  expect(said.map((message) => 'error' in message && [message.id, message.error.code])).toEqual([
    [null, -32700],
    [null, -32700],
    [7, -32600],
    [null, -32600],
    [null, -32600],
  ]);
  expect(end.sent).toHaveLength(1);
});

it('takes a batch apart', () => {
  const { end, said, line } = aSession();
  line([call(1), { jsonrpc: '2.0', id: 2, method: 'ping' }, 5]);
  expect(end.sent).toEqual([call(1)]);
  expect(said).toMatchObject([answer(2), { id: null, error: { code: -32600 } }]);
});

it('[bounded] refuses more than a thousand requests at once, and a batch of more', () => {
  const { end, said, session, line } = aSession();
  for (let id = 1; id <= 1001; id += 1) line(call(id));
  line(Array.from({ length: 1001 }, (_, id) => call(id)));
  expect(end.sent).toHaveLength(1000);
  expect(session.open.value).toBe(1000);
  expect(said).toMatchObject([
    { id: 1001, error: { code: -32000 } },
    { id: null, error: { code: -32600 } },
  ]);
});

it('[at-most-once] runs a request once whose id is written twice', () => {
  const { end, said, notes, line } = aSession();
  line(call(1));
  line(call(1));
  expect(end.sent).toHaveLength(1);
  expect(said).toEqual([]);
  expect(notes).toHaveLength(1);
  end.say(answer(1));
  line(call(1));
  expect(end.sent).toHaveLength(2);
});

it('waits for no answer of a request that was cancelled', () => {
  const { end, session, line } = aSession();
  line(call(1));
  line({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } });
  expect(session.open.value).toBe(0);
  expect(end.sent).toHaveLength(2);
});

describe('a client that does not read', () => {
  it('[bounded] gets a short answer in place of a long one, and none is left waiting', () => {
    const { end, said, session, line } = aSession({ isClogged: true });
    line(call(1));
    end.say(answer(1));
    expect(said).toMatchObject([{ id: 1, error: { code: -32000 } }]);
    expect(session.open.value).toBe(0);
  });

  it('lets the server know that its question was not asked', () => {
    const { end } = aSession({ isClogged: true });
    end.say({ jsonrpc: '2.0', id: 'server-1', method: 'sampling/createMessage' });
    expect(end.sent).toMatchObject([{ id: 'server-1', error: { code: -32000 } }]);
  });
});

describe('a message that is too long', () => {
  it('is answered under its id where that stands at either end', () => {
    expect(idOfEnds('{"jsonrpc":"2.0","id":12,"method":"x","params":{"a":"', '"}}')).toBe(12);
    expect(idOfEnds('{"id" : "a\\"b", "method"', '')).toBe('a"b');
    expect(idOfEnds('{"method":"x","params":{"a":"', '"},"jsonrpc":"2.0","id":13}')).toBe(13);
    expect(idOfEnds('{"method":"x","params":{"a":"', '"},"id":"13" } \r')).toBe('13');
  });

  it('is not answered under an id that belongs to something else', () => {
    expect(idOfEnds('{"method":"x","params":{"id":12,"a":"', '"}}')).toBeNull();
    expect(idOfEnds('{"method":"x","params":{"a":"', '","id":13}}')).toBeNull();
  });

  it('says how much is taken', () => {
    const { said, session } = aSession();
    session.tooLong({ head: '{"id":1,', tail: '' }, 64 * 2 ** 20);
    expect(said).toMatchObject([
      { id: 1, error: { message: 'The message is larger than 64 MiB and was not read.' } },
    ]);
  });
});

describe('the command line', () => {
  const parse = (...args: readonly string[]) => parseBridgeArguments(args);

  it('takes a server, a folder and a gateway', () => {
    expect(parse('my files', '--workspace', '/w', '--gateway=http://127.0.0.1:1')).toEqual({
      kind: 'run',
      wish: { server: 'my files', workspace: '/w', gateway: 'http://127.0.0.1:1' },
    });
    expect(parse('--server', 'a')).toEqual({
      kind: 'run',
      wish: { server: 'a', workspace: null, gateway: null },
    });
  });

  it('says what is missing or wrong', () => {
    const wrong = (...args: readonly string[]): string => {
      const command = parse(...args);
      return command.kind === 'wrong' ? command.reason : command.kind;
    };
    expect(wrong()).toBe('Name the server: bridge.js SERVER.');
    expect(wrong('a', 'b')).toBe(
      'Name one server; got "a" and "b". A name with spaces needs quotes.',
    );
    expect(wrong('a', '--workspace=')).toBe('--workspace needs the path of a folder.');
    expect(wrong('a', '--gateway=')).toBe('--gateway needs a file or a URL.');
    expect(wrong('a', '--what')).toContain('--what');
    expect(wrong('--help')).toBe('help');
    expect(wrong('--version')).toBe('version');
  });
});
