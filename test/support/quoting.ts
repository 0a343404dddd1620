// Servers that quote what they were given when they refuse it, as some do for whoever looks for a mistake: a server at a URL its
// headers and its address, a program its variables. What they say reaches states, logs, histories and reports.
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { onTestFinished } from 'vitest';
import { z } from 'zod';

const read = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
};

const asked = z.object({ id: z.union([z.string(), z.number()]) });

/** Answers every request with an error that quotes it; ends with the test. Returns its URL. */
export const aQuotingServer = async (): Promise<string> => {
  const server = createServer((request, response) => {
    void read(request).then((text) => {
      const { data } = asked.safeParse(text === '' ? null : JSON.parse(text));
      const message = `Not for ${JSON.stringify(request.headers)} at ${request.url}`;
      const error = { jsonrpc: '2.0', id: data?.id ?? null, error: { code: -32_000, message } };
      response.setHeader('content-type', 'application/json').end(JSON.stringify(error));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return `http://127.0.0.1:${port}/mcp`;
};

/** Quotes this variable on its standard error, and ends. */
export const quotingProgram = (variable: string) => ({
  command: process.execPath,
  args: ['-e', `console.error('It was ' + process.env.${variable}); process.exit(3);`],
});
