// An HTTP relay that breaks the answers of chosen requests after their first event, as a proxy with a time limit does. The
// server behind it is addressed by its own name, as if the client had asked it directly.
import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  request as httpRequest,
  type ServerResponse,
} from 'node:http';
import { readBody } from '../servers/restartable/wire.ts';

export interface CuttingRelay {
  readonly url: string;
  /** How many answers were broken. */
  readonly cuts: number;
  close(): Promise<void>;
}

type Chosen = (method: string, body: string) => boolean;

const passUntil = (answer: IncomingMessage, response: ServerResponse, cut: boolean): void => {
  let passed = '';
  answer.on('data', (part: Buffer) => {
    response.write(part);
    passed = cut ? passed + part.toString('utf8') : '';
    if (passed.includes('\n\n')) answer.destroy();
  });
  answer.once('close', () => response.end());
  answer.on('error', () => response.end());
};

const relay = async (
  target: URL,
  chosen: Chosen,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> => {
  const body = await readBody(request);
  const method = request.method ?? 'GET';
  const cut = chosen(method, body);
  const own = request.headers.host ?? '';
  const { origin } = request.headers;
  const headers = {
    ...request.headers,
    host: target.host,
    ...(origin === undefined ? {} : { origin: origin.replace(own, target.host) }),
  };
  const onward = httpRequest(target, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    response.flushHeaders();
    passUntil(answer, response, cut);
  });
  onward.on('error', () => response.destroy());
  response.once('close', () => onward.destroy());
  onward.end(body);
  return cut;
};

/** `chosen`: the requests whose answers break. */
export const startCuttingRelay = async (target: URL, chosen: Chosen): Promise<CuttingRelay> => {
  let cuts = 0;
  const server = createServer((request, response) => {
    relay(target, chosen, request, response).then(
      (cut) => (cuts += cut ? 1 : 0),
      () => response.destroy(),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port was given.');
  return {
    url: `http://127.0.0.1:${address.port}${target.pathname}`,
    get cuts() {
      return cuts;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
