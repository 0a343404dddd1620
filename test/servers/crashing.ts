// A stdio server of its own kind: it dies, falls silent, closes its pipes or prints nonsense when it is told to, and
// writes down what it was asked, so that a test can read it after a death. Speaks the protocol without the SDK, whose
// manners would get in the way.
import { appendFileSync, closeSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { isObject, type JsonObject } from '../../src/core/rpc.ts';

const { env } = process;
const say = (message: object): void => {
  // At once and in whole: what was said must be in the pipe before a death that follows.
  writeSync(1, `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
};
const answer = (id: unknown, result: JsonObject = {}): void => say({ id, result });
const text = (id: unknown, words: string): void =>
  answer(id, { content: [{ type: 'text', text: words }] });

const note = (method: string, params: unknown): void => {
  const { LEDGER } = env;
  if (LEDGER === undefined) return;
  // Padding is of no interest, and a short line is written in one piece.
  const short = (_key: string, value: unknown): unknown =>
    typeof value === 'string' ? value.slice(0, 100) : value;
  appendFileSync(LEDGER, `${JSON.stringify({ pid: process.pid, method, params }, short)}\n`);
};

/** Sleeps without the event loop: nothing is read or answered meanwhile. */
const freeze = (): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);

const tools: Readonly<Record<string, (id: unknown, args: JsonObject) => void>> = {
  echo: (id, args) => text(id, String(args['text'])),
  pid: (id) => text(id, String(process.pid)),
  environment: (id) => answer(id, { env: { ...env }, cwd: process.cwd() }),
  /** Dies without an answer. */
  crash: () => {
    writeSync(2, 'about to crash\npassword=hunter22 of the last line\n');
    process.exit(7);
  },
  /** Answers and dies in the same breath. */
  farewell: (id) => {
    text(id, 'farewell');
    process.kill(process.pid, 'SIGKILL');
  },
  silent: () => undefined,
  /** Answers, and then neither reads nor answers any more. */
  freeze: (id) => {
    text(id, 'frozen');
    freeze();
  },
  big: (id, args) => text(id, 'x'.repeat(Number(args['bytes']))),
  bigNotice: (_id, args) =>
    say({ method: 'notifications/message', params: { data: 'x'.repeat(Number(args['bytes'])) } }),
  endless: (_id, args) => {
    writeSync(1, 'x'.repeat(Number(args['bytes'])));
  },
  nonsense: (id) => {
    writeSync(1, 'Listening on stdio!\n{"level":30,"msg":"an object of a logger"}\n\n');
    text(id, 'after nonsense');
  },
  pieces: (id) => {
    const line = Buffer.from(
      `${JSON.stringify({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text: 'größer 🚑' }] } })}\n`,
    );
    for (const byte of line) writeSync(1, Buffer.of(byte));
  },
  orphanError: () => say({ id: null, error: { code: -32700, message: 'no idea whose' } }),
  closeInput: (id) => {
    process.stdin.destroy();
    closeSync(0);
    text(id, 'closed');
    setInterval(() => undefined, 1_000);
  },
};

const take = (message: JsonObject): void => {
  const { id, method } = message;
  const params = isObject(message['params']) ? message['params'] : {};
  note(String(method), params);
  switch (method) {
    case 'initialize':
      if (env['CRASH_AT'] === 'initialize') process.exit(5);
      return answer(id, {
        protocolVersion: '2025-11-25',
        capabilities: { tools: {}, logging: {}, resources: { subscribe: true } },
        serverInfo: { name: 'crashing', version: '1' },
      });
    case 'notifications/initialized':
      say({ id: 'roots', method: 'roots/list' });
      if (env['CRASH_AT'] === 'initialized') process.exit(6);
      return undefined;
    case 'tools/call':
      return tools[String(params['name'])]?.(
        id,
        isObject(params['arguments']) ? params['arguments'] : {},
      );
    default:
      return id === undefined || !('method' in message) ? undefined : answer(id);
  }
};

if (env['CRASH_AT'] === 'up') {
  writeSync(2, 'Error: no database\n    at start (server.js:1:1)\n');
  process.exit(3);
}
if (env['IGNORE'] !== undefined) setInterval(() => undefined, 1_000);
if (env['IGNORE'] === 'term') process.on('SIGTERM', () => undefined);
writeSync(2, 'crashing server is up\n');
createInterface({ input: process.stdin }).on('line', (line) => {
  const message: unknown = JSON.parse(line);
  if (isObject(message)) take(message);
});
