// A door that is really open, and everything one may throw at it over real sockets: whole requests, and bytes.
import { once } from 'node:events';
import { request as httpRequest, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished } from 'vitest';
import { realClock } from '../../../src/base/clock.ts';
import { isRequest, resultOf } from '../../../src/core/rpc.ts';
import { Door, type DoorLimits, usualLimits } from '../../../src/gateway/door.ts';
import { Leaving } from '../../../src/gateway/leaving.ts';
import type { McpHandler, McpRequest } from '../../../src/gateway/mcpRequest.ts';
import { jsonReply, send } from '../../../src/gateway/reply.ts';

export const theToken = 'the-right-token-of-forty-three-letters-0123';
export const authorized = { authorization: `Bearer ${theToken}` };

export const posting = {
  ...authorized,
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
};

export const ping = (id: number | string = 1): string =>
  JSON.stringify({ jsonrpc: '2.0', id, method: 'ping' });

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Answers every request with an empty result, as a gateway would whose servers are all well. */
const answerAll: McpHandler = (request, response) => {
  const id = request.kind === 'post' && isRequest(request.message) ? request.message.id : 0;
  send(response, jsonReply(200, resultOf(id, { served: request.server })));
};

export interface RigOptions {
  readonly limits?: Partial<DoorLimits>;
  readonly handle?: McpHandler;
  readonly port?: number;
}

export class DoorRig {
  readonly door: Door;
  /** What was let in, in order. */
  readonly taken: McpRequest[] = [];
  readonly logged: string[] = [];
  readonly #sockets: Socket[] = [];

  constructor({ limits = {}, handle = answerAll }: RigOptions) {
    const note = (text: string): void => void this.logged.push(text);
    this.door = new Door({
      token: theToken,
      limits: { ...usualLimits, maxBodyBytes: 64 * 1024, maxConnections: 64, ...limits },
      handle: (request, response) => {
        this.taken.push(request);
        handle(request, response);
      },
      health: {
        brief: () => ({ status: 'healthy' }),
        whole: () => ({ status: 'healthy', servers: { dev: {} } }),
        of: (server) => (server === 'dev' ? { name: 'dev' } : null),
      },
      mayShare: () => true,
      sayGoodbye: new Leaving(null).sayGoodbye,
      clock: realClock,
      log: { debug: note, info: note, warn: note, error: note },
    });
  }

  get port(): number {
    const place = this.door.place.value;
    if (place.kind !== 'open') throw new Error(`The door is ${place.kind}.`);
    return place.port;
  }

  /** A whole request with an answer read to its end. */
  ask({ method = 'POST', path = '/mcp/dev', headers = posting, body }: Asked): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const request = httpRequest(
        { host: '127.0.0.1', port: this.port, method, path, headers, agent: false },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
          );
          response.on('error', reject);
        },
      );
      request.on('error', reject);
      request.end(body);
    });
  }

  async open(): Promise<Socket> {
    const socket = connect(this.port, '127.0.0.1');
    this.#sockets.push(socket);
    // What the door does to it is read off what it received, and off its end.
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  }

  /** Bytes as they are, and all that comes back until the door ends the connection. */
  async raw(...pieces: readonly (string | Buffer)[]): Promise<string> {
    const socket = await this.open();
    const received = receive(socket);
    for (const piece of pieces) socket.write(piece);
    return received;
  }

  end(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.door.dispose();
  }
}

/** All that a socket receives until it ends. */
export const receive = (socket: Socket): Promise<string> =>
  new Promise((resolve) => {
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    socket.once('close', () => resolve(text));
    socket.once('end', () => socket.end());
  });

export const aDoor = async (options: RigOptions = {}): Promise<DoorRig> => {
  const rig = new DoorRig(options);
  onTestFinished(() => rig.end());
  await rig.door.open(options.port ?? 0);
  return rig;
};

/** Begins an answer that goes on for ever, as a stream of a session does. */
export const stream: McpHandler = (_request, response: ServerResponse) => {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  response.write(': open\n\n');
};

/** A request as bytes, for what no HTTP client would send. */
export const bytesOf = (
  port: number,
  line: string,
  headers: readonly string[] = [],
  body = '',
): string => [line, `Host: 127.0.0.1:${port}`, ...headers, '', body].join('\r\n');

export const bearer = `Authorization: ${authorized.authorization}`;
export const json = 'Content-Type: application/json';

export const statusOf = (reply: string): number =>
  Number(/^HTTP\/1\.1 (\d{3}) /.exec(reply)?.[1] ?? 0);

/** Somebody who behaves is served as if nothing had happened. */
export const expectServed = async (rig: DoorRig): Promise<void> => {
  const { status, text } = await rig.ask({ body: ping(1) });
  expect([status, text]).toEqual([200, '{"jsonrpc":"2.0","id":1,"result":{"served":"dev"}}']);
};
