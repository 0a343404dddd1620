// Composition root of the stdio bridge: a stdio MCP server on one side, a connection to the gateway on the other. It ends when
// its client does, and for no other reason. No decisions.
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { realClock as clock, sleep } from './base/clock.ts';
import { whenever } from './base/signal.ts';
import { isUp, type Life } from './core/connection/state.ts';
import { parseSettings } from './core/parseSettings.ts';
import { redact } from './core/redact.ts';
import type { HttpServer } from './core/settings.ts';
import { type BridgeWish, bridgeUsage, parseBridgeArguments } from './gateway/bridgeArguments.ts';
import { bridgeConnection, type BridgeUpstream } from './gateway/bridgeConnection.ts';
import { bridgeReach } from './gateway/bridgeDialer.ts';
import { BridgeFinder, type Finding } from './gateway/bridgeFinder.ts';
import { BridgeOutput } from './gateway/bridgeOutput.ts';
import { BridgeSession } from './gateway/bridgeSession.ts';
import { entryHeader, tokenVariable } from './gateway/clientEntries.ts';
import { gatewaysFolder, realPath } from './gateway/discovery.ts';
import { versionOf } from './gateway/ownVersion.ts';
import { httpDialer } from './mcp/httpDialer.ts';
import { httpProber } from './mcp/prober.ts';
import { LineReader } from './mcp/stdio/lines.ts';
import type { Connection } from './runtime/connection.ts';
import type { Log, Reach } from './runtime/ports.ts';
import { realProcesses } from './store/processes.ts';

// A client that closes our input waits for about two seconds before it becomes rude (that of the SDK does).
const lastAnswersWithin = 1_500;
const goodbyeWithin = 500;
const flushWithin = 200;

const { settings } = parseSettings({});
const { connectTimeout, maxMessageBytes, health } = settings;

let secrets: readonly string[] = [];
/** Standard output belongs to the protocol; whoever cares reads here. */
const note = (text: string): void => {
  process.stderr.write(`mcp-lifeline bridge: ${redact(text, secrets, [homedir()])}\n`);
};
const quiet = (): void => undefined;
const log: Log = { debug: quiet, info: quiet, warn: note, error: note };

const finderOf = (wish: BridgeWish): BridgeFinder => {
  const { workspace, gateway } = wish;
  const isUrl = gateway !== null && URL.canParse(gateway);
  return new BridgeFinder({
    wish: {
      ...wish,
      workspace: workspace === null ? null : realPath(resolve(workspace)),
      gateway: gateway === null || isUrl ? gateway : resolve(gateway),
    },
    startedIn: process.cwd(),
    token: process.env[tokenVariable] ?? null,
    folder: gatewaysFolder(),
    processes: realProcesses(),
  });
};

/** Says why it waits, when that changes. */
const speaking = (finder: BridgeFinder): (() => Finding) => {
  let said = '';
  return () => {
    const found = finder.find();
    if (found.kind === 'found' && found.token !== null) secrets = [found.token];
    const reason = found.kind === 'none' ? found.reason : '';
    if (reason !== '' && reason !== said) note(reason);
    said = reason;
    return found;
  };
};

const reachOnce = (name: string): ((url: string, token: string | null) => Reach) => {
  let last: { readonly url: string; readonly token: string | null; readonly reach: Reach } | null =
    null;
  return (url, token) => {
    if (last?.url === url && last.token === token) return last.reach;
    const authorization = token === null ? {} : { Authorization: `Bearer ${token}` };
    const server: HttpServer = {
      kind: 'http',
      name,
      origin: { scope: 'given', folder: null },
      url,
      transport: 'http',
      headers: { ...authorization, [entryHeader]: 'bridge' },
      headersHelper: null,
      oauth: false,
      health: '/health',
      autoStart: true,
      enabled: true,
      trustHints: false,
      connection: 'perClient',
      watch: [],
    };
    const reach: Reach = {
      dialer: httpDialer({ server, connectTimeout, maxMessageBytes, clock, log }),
      prober: httpProber({ server, probeTimeout: health.probeTimeout, clock }),
    };
    last = { url, token, reach };
    return reach;
  };
};

const tellMove = (from: Life, to: Life): void => {
  if (!isUp(from.state) && isUp(to.state)) note('Connected to the gateway.');
  if (isUp(from.state) && !isUp(to.state)) note('The gateway is away; waiting for it.');
};

const connectTo = (wish: BridgeWish): BridgeUpstream => {
  const finder = finderOf(wish);
  return bridgeConnection({
    server: wish.server,
    clock,
    random: Math.random,
    reach: bridgeReach({
      clock,
      find: speaking(finder),
      settle: () => finder.settle(),
      reach: reachOnce(wish.server),
    }),
    settings,
    log,
    moved: tellMove,
  });
};

/** Ends the process: the client has gone, or wants us to. */
const leave = async (
  connection: Connection,
  session: BridgeSession,
  output: BridgeOutput,
  patience: number,
): Promise<void> => {
  const over = new AbortController();
  const answered = whenever(session.open, (open) => open === 0, over.signal);
  await Promise.race([answered, sleep(clock, patience, over.signal)]);
  await Promise.race([connection.retire(), sleep(clock, goodbyeWithin)]);
  await output.flush(flushWithin);
  process.exit(0);
};

const run = (wish: BridgeWish): void => {
  const { stdin, stdout, stderr } = process;
  // Nobody reads the diagnostics any more: that is no reason to end.
  stderr.on('error', quiet);
  const { connection, end: clientEnd } = connectTo(wish);
  let isLeaving = false;
  const end = (patience: number): void => {
    if (isLeaving) return;
    isLeaving = true;
    void leave(connection, session, output, patience);
  };
  const output = new BridgeOutput({
    stream: stdout,
    clock,
    limit: maxMessageBytes,
    drained: () => stdin.resume(),
    closed: () => end(0),
  });
  const session = new BridgeSession({
    end: clientEnd,
    say: (message, must) => output.send(message, must),
    note,
  });
  const lines = new LineReader(maxMessageBytes, {
    line: (text) => session.line(text),
    tooLong: (ends) => session.tooLong(ends, maxMessageBytes),
    endless: () => note('The client sends a line without an end; it is not kept.'),
  });
  stdin.on('data', (chunk: Buffer) => {
    lines.push(chunk);
    if (output.isBehind) stdin.pause();
  });
  stdin.on('end', () => {
    lines.end();
    end(lastAnswersWithin);
  });
  stdin.on('error', () => end(0));
  process.on('SIGTERM', () => end(0));
  // These go to all programs of a terminal, and a client that lives on after them needs us: when it ends, so does our input.
  for (const signal of ['SIGINT', 'SIGHUP'] as const)
    process.on(signal, () => {
      if (stdin.isTTY) end(0);
    });
  // Clients do not start a bridge again that ended: one bug must not cost the whole session.
  process.on('uncaughtException', (error) => note(`Unexpected: ${error.stack ?? error.message}`));
};

const main = (): void => {
  const command = parseBridgeArguments(process.argv.slice(2));
  switch (command.kind) {
    case 'help':
      process.stdout.write(bridgeUsage);
      return;
    case 'version':
      process.stdout.write(`${versionOf(process.argv[1] ?? '')}\n`);
      return;
    case 'wrong':
      process.stderr.write(`${command.reason}\n\n${bridgeUsage}`);
      process.exitCode = 2;
      return;
    case 'run':
      return run(command.wish);
  }
};

main();
