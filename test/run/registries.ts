// Publishing to Open VSX without Open VSX: its own tool reads the package and sends it to a registry that only this test
// knows. The Marketplace has no such way; packing with its tool is all that can be tried there.
import { createServer, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { mustRun } from './command.ts';

const sizeOf = async (request: IncomingMessage): Promise<number> => {
  let size = 0;
  for await (const chunk of request) size += Buffer.isBuffer(chunk) ? chunk.length : 0;
  return size;
};

interface Registry {
  readonly url: string;
  /** Method and path of each request. */
  readonly asked: readonly string[];
  /** Bytes of what was published. */
  readonly published: () => number;
  close(): void;
}

const startRegistry = async (): Promise<Registry> => {
  const asked: string[] = [];
  let published = 0;
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
    asked.push(`${request.method} ${pathname}`);
    void sizeOf(request).then((size) => {
      if (pathname === '/api/-/publish') published = size;
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(
        JSON.stringify({ namespace: 'mcp-lifeline', name: 'mcp-lifeline', version: '0.0.0' }),
      );
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The registry has no port.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    asked,
    published: () => published,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};

/** Throws where the tool refuses the package, complains about it, or did not send all of it. */
export const publishToOpenVsx = async (file: string): Promise<void> => {
  const registry = await startRegistry();
  try {
    const said = await mustRun('ovsx', ['publish', file, '-r', registry.url, '-p', 'no-token']);
    console.log(said.trim());
    const { size } = statSync(file);
    if (registry.published() !== size)
      throw new Error(`Of ${size} bytes ${registry.published()} came: ${registry.asked.join()}`);
    if (/warn|error/i.test(said)) throw new Error('It complains about the package.');
  } finally {
    registry.close();
  }
};
