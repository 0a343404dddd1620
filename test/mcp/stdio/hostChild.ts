// Stands for the extension host: links itself to a server behind a wrapper, prints the pids of both, and ends as told.
import { realClock } from '../../../src/base/clock.ts';
import { isObject } from '../../../src/core/rpc.ts';
import { ServerProcesses } from '../../../src/mcp/stdio/serverProcesses.ts';
import { stdioDialer } from '../../../src/mcp/stdio/stdioDialer.ts';

const script = new URL('../../servers/crashing.ts', import.meta.url).pathname;
const ignores = process.env['SERVER_IGNORES'];
const pids: number[] = [];
const quiet = (): void => undefined;

const dialer = stdioDialer({
  server: {
    kind: 'stdio',
    name: 'crashing',
    command: '/bin/sh',
    args: ['-c', `'${process.execPath}' '${script}'; exit $?`],
    env: ignores === undefined ? {} : { IGNORE: ignores },
    cwd: null,
    envFile: null,
    origin: { scope: 'user', folder: null },
    watch: [],
    autoStart: true,
    enabled: true,
    trustHints: false,
    connection: 'shared',
  },
  processes: new ServerProcesses(),
  folder: () => process.cwd(),
  maxMessageBytes: 2 ** 20,
  clock: realClock,
  log: {
    debug: quiet,
    warn: quiet,
    error: quiet,
    info: (text) => {
      const pid = /as process (\d+)/.exec(text)?.[1];
      if (pid !== undefined) pids.push(Number(pid));
    },
  },
});

const events = { message: quiet, heard: quiet, cursor: quiet, push: quiet, lost: quiet };
const session = { id: null, protocolVersion: null };
const link = await dialer.dial(session, events, new AbortController().signal);
const params = { name: 'pid', arguments: {} };
const fate = await link.exchange({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }, {});
const result = fate.kind === 'answered' && 'result' in fate.response ? fate.response.result : {};
const content: unknown = result['content'];
const first: unknown = Array.isArray(content) ? content[0] : undefined;
if (isObject(first)) pids.push(Number(first['text']));
console.log(JSON.stringify(pids));
process.stdin.once('data', () => process.exit(0));
