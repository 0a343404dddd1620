// A server in its own process, to be killed for real: the kernel says farewell for it, as under `cargo watch`.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

const script = `
  const http = require('node:http');
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => { body += chunk; });
    request.on('end', () => {
      const { id } = JSON.parse(body);
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify({ jsonrpc: '2.0', id, result: { pid: process.pid } }));
    });
  });
  server.keepAliveTimeout = 0;
  server.listen(Number(process.argv[1]), '127.0.0.1', () => console.log(server.address().port));
`;

export interface Killable {
  readonly port: number;
  readonly pid: number;
  readonly child: ChildProcess;
  kill(): Promise<void>;
}

export const startKillable = async (port = 0): Promise<Killable> => {
  const child = spawn(process.execPath, ['-e', script, String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = await new Promise<string>((resolve) => {
    child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString()));
  });
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  return { port: Number(line), pid: child.pid ?? 0, child, kill };
};
