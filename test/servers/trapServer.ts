// A real HTTP server on loopback that misbehaves as told. A trap is a function that answers one request; what the
// server saw is kept, so that a test can ask what was sent and what stayed open.
import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import {
  createServer as createTcpServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net';
import { asMessage, isRequest, type RpcRequest } from '../../src/core/rpc.ts';
import { selfSignedCertificate, selfSignedKey } from './selfSigned.ts';

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The JSON-RPC request in the body. */
  readonly request: RpcRequest;
}

/** What it returns means nothing; it lets a trap be one expression. */
export type Trap = (seen: Seen, answer: Answer) => unknown;

const noRequest: RpcRequest = { jsonrpc: '2.0', id: 'none', method: 'none' };

const requestIn = (body: string): RpcRequest => {
  if (!/^\s*[{[]/.test(body)) return noRequest;
  const message = asMessage(JSON.parse(body));
  return message && isRequest(message) ? message : noRequest;
};

/** What a trap can do with the response. */
export class Answer {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  /** Whether the client has gone. */
  get isOver(): boolean {
    return this.#response.destroyed || this.#response.closed;
  }

  status(status: number, body = '', headers: Record<string, string> = {}): void {
    this.#response.writeHead(status, { 'Content-Type': 'text/plain', ...headers }).end(body);
  }

  json(value: unknown, headers: Record<string, string> = {}, status = 200): void {
    const text = JSON.stringify(value);
    this.#response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(text);
  }

  result(id: RpcRequest['id'], result: object = {}, headers: Record<string, string> = {}): void {
    this.json({ jsonrpc: '2.0', id, result }, headers);
  }

  /** Begins an answer without an end. */
  open(status: number): this {
    this.#response.writeHead(status);
    return this;
  }

  /** Opens an event stream. */
  stream(headers: Record<string, string> = {}): this {
    this.#response.writeHead(200, { 'Content-Type': 'text/event-stream', ...headers });
    this.#response.flushHeaders();
    return this;
  }

  raw(text: string): this {
    this.#response.write(text);
    return this;
  }

  bytes(bytes: Buffer): this {
    this.#response.write(bytes);
    return this;
  }

  event(data: object | string, id?: string): this {
    const text = typeof data === 'string' ? data : JSON.stringify(data);
    return this.raw(`${id === undefined ? '' : `id: ${id}\n`}event: message\ndata: ${text}\n\n`);
  }

  end(): void {
    this.#response.end();
  }

  /** Ends with a TCP reset. */
  reset(): void {
    this.#response.socket?.resetAndDestroy();
  }
}

export interface TrapServer {
  readonly url: string;
  readonly port: number;
  readonly seen: readonly Seen[];
  /** Connections that stand. */
  readonly sockets: ReadonlySet<Socket>;
  /** Connections ever accepted. */
  readonly accepted: () => number;
  close(): Promise<void>;
}

const listen = async (server: Server, port: number): Promise<number> => {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No TCP address.');
  return (address satisfies AddressInfo).port;
};

const track = (server: Server): { sockets: Set<Socket>; accepted: () => number } => {
  const sockets = new Set<Socket>();
  let accepted = 0;
  server.on('connection', (socket: Socket) => {
    accepted += 1;
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
  });
  return { sockets, accepted: () => accepted };
};

const closerOf = (server: Server, sockets: ReadonlySet<Socket>) => async (): Promise<void> => {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  for (const socket of sockets) socket.destroy();
  await closed;
};

export interface TrapOptions {
  readonly port?: number;
  /** HTTPS with a certificate that nobody trusts. */
  readonly selfSigned?: boolean;
}

export const startTrap = async (trap: Trap, options: TrapOptions = {}): Promise<TrapServer> => {
  const seen: Seen[] = [];
  const secure = { key: selfSignedKey, cert: selfSignedCertificate };
  const server = options.selfSigned ? createSecureServer(secure) : createServer();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    response.on('error', () => response.destroy());
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const { method = '', url = '', headers } = request;
      const one: Seen = { method, path: url, headers, body, request: requestIn(body) };
      seen.push(one);
      trap(one, new Answer(response));
    });
  });
  const { sockets, accepted } = track(server);
  const port = await listen(server, options.port ?? 0);
  const scheme = options.selfSigned ? 'https' : 'http';
  const url = `${scheme}://127.0.0.1:${port}/mcp`;
  return { url, port, seen, sockets, accepted, close: closerOf(server, sockets) };
};

/** A TCP listener that does with each connection whatever it is told, HTTP or not. */
export const startTcpTrap = async (take: (socket: Socket) => void): Promise<TrapServer> => {
  const server = createTcpServer(take);
  const { sockets, accepted } = track(server);
  const port = await listen(server, 0);
  const url = `http://127.0.0.1:${port}/mcp`;
  return { url, port, seen: [], sockets, accepted, close: closerOf(server, sockets) };
};
