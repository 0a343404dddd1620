// A trial: connects to a server once, as it would be connected later, asks what it is and has, and leaves nothing behind: the
// session is ended, a program with all its children. Not here: what its entry means (sources), and who is told (host).
import {
  aFailure,
  ConnectionError,
  type Failure,
  wordedFailure,
} from '../core/connection/failure.ts';
import type { ProbeOutcome, ServerFindings } from '../core/probing.ts';
import { isObject, type JsonObject, type RpcRequest } from '../core/rpc.ts';
import type { ServerDefinition } from '../core/settings.ts';
import { unsaid } from '../core/wording/unsaid.ts';
import type { Millis } from '../base/clock.ts';
import { exchangeWithin } from '../runtime/handshake.ts';
import type { Link, LinkEvents, Reach } from '../runtime/ports.ts';
import { type ListName, listNames, readList } from './catalog.ts';
import { type ReachDeps, reachServer } from './reach.ts';
import { ServerProcesses } from './stdio/serverProcesses.ts';

export interface ProbeDeps extends Omit<ReachDeps, 'processes' | 'onOlder' | 'authorizers'> {
  /** Of ourselves, as servers are told. */
  readonly version: string;
}

/** A program may be downloaded first (npx, uvx). */
const programLimit: Millis = 90_000;
const protocolVersion = '2025-11-25';

interface Trial {
  readonly link: Link;
  readonly deps: ProbeDeps;
  readonly signal: AbortSignal;
  readonly limit: Millis;
  readonly takeId: () => number;
}

/** What the link tells of itself; a lost one ends the trial. */
const eventsFor = (lost: (failure: Failure) => void): LinkEvents => ({
  message: () => undefined,
  heard: () => undefined,
  cursor: () => undefined,
  push: () => undefined,
  lost,
});

const ask = async (
  { link, deps, signal, limit, takeId }: Trial,
  method: string,
  params: JsonObject,
): Promise<JsonObject> => {
  const request: RpcRequest = { jsonrpc: '2.0', id: takeId(), method, params };
  const fate = await exchangeWithin(deps.clock, limit, link, request, signal);
  if (fate.kind !== 'answered')
    throw new ConnectionError(
      'failure' in fate
        ? fate.failure
        : wordedFailure('malformed', unsaid('{0} was not answered', method)),
    );
  if ('result' in fate.response) return fate.response.result;
  const { code, message } = fate.response.error;
  throw new ConnectionError(
    wordedFailure(
      'rejected',
      unsaid('{0} was answered with error {1}: {2}', method, code, message),
    ),
  );
};

const textOrNull = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value : null;

const greet = async (trial: Trial): Promise<JsonObject> => {
  const { link, deps } = trial;
  const clientInfo = { name: 'mcp-lifeline', version: deps.version };
  const welcome = await ask(trial, 'initialize', { protocolVersion, capabilities: {}, clientInfo });
  const agreed = textOrNull(welcome['protocolVersion']);
  if (agreed === null)
    throw new ConnectionError(
      wordedFailure('not-mcp', unsaid('the answer names no protocol version')),
    );
  link.useVersion(agreed);
  await link.tell({ jsonrpc: '2.0', method: 'notifications/initialized' });
  return welcome;
};

/** Null where the server has none, or does not say. */
const count = async (trial: Trial, welcome: JsonObject, name: ListName): Promise<number | null> => {
  const { capabilities } = welcome;
  if (!isObject(capabilities) || !isObject(capabilities[name])) return null;
  try {
    const { part } = await readList((method, params) => ask(trial, method, params), name);
    return part[name]?.length ?? null;
  } catch (error) {
    if (trial.signal.aborted) throw error;
    // A server that cannot list is connected to all the same.
    return null;
  }
};

const hasHealth = async ({ prober }: Reach, signal: AbortSignal): Promise<boolean> => {
  try {
    return (await prober.health(signal)) !== null;
  } catch (error) {
    if (signal.aborted) throw error;
    return false;
  }
};

const look = async (
  trial: Trial,
  reach: Reach,
  began: Millis,
  transport: () => ServerFindings['transport'],
): Promise<ServerFindings> => {
  const { deps, signal } = trial;
  const welcome = await greet(trial);
  const latency = deps.clock.steady() - began;
  const info = isObject(welcome['serverInfo']) ? welcome['serverInfo'] : {};
  const counts: Record<ListName, number | null> = { tools: null, resources: null, prompts: null };
  for (const name of listNames) counts[name] = await count(trial, welcome, name);
  return {
    transport: transport(),
    name: textOrNull(info['title']) ?? textOrNull(info['name']),
    version: textOrNull(info['version']),
    protocolVersion: String(welcome['protocolVersion']),
    ...counts,
    hasHealth: await hasHealth(reach, signal),
    latency,
  };
};

const outcomeOf = (failure: Failure): ProbeOutcome =>
  failure.kind === 'unauthorized' ? { kind: 'sign-in' } : { kind: 'failed', failure };

const run = async (
  definition: ServerDefinition,
  deps: ProbeDeps,
  processes: ServerProcesses,
  outer: AbortSignal,
): Promise<ProbeOutcome> => {
  const { clock, connectTimeout } = deps;
  let isOld = false;
  const reach = reachServer(definition, { ...deps, processes, onOlder: () => (isOld = true) });
  const isProgram = definition.kind === 'stdio';
  const transport = (): ServerFindings['transport'] => {
    if (isProgram) return 'stdio';
    return isOld || definition.transport === 'sse' ? 'sse' : 'http';
  };
  const ended = new AbortController();
  let lost: Failure | null = null;
  const events = eventsFor((failure) => {
    lost ??= failure;
    ended.abort();
  });
  const signal = AbortSignal.any([outer, ended.signal]);
  const began = clock.steady();
  let lastId = 0;
  const takeId = (): number => (lastId += 1);
  const limit = isProgram ? Math.max(programLimit, connectTimeout) : connectTimeout;
  const link = await reach.dialer.dial({ id: null, protocolVersion: null }, events, signal);
  try {
    const findings = await look({ link, deps, signal, limit, takeId }, reach, began, transport);
    return { kind: 'works', findings };
  } catch (error) {
    if (lost && !outer.aborted) return outcomeOf(lost);
    throw error;
  } finally {
    await link.close(true);
  }
};

const failureOf = (error: unknown, signal: AbortSignal): Failure => {
  if (signal.aborted) return wordedFailure('cancelled', unsaid('Given up by us.'));
  if (error instanceof ConnectionError) return error.failure;
  const reason = error instanceof Error ? error.message : String(error);
  return aFailure('bad-config', reason);
};

/** `definition` has no variable left in it. Never rejects; resolves when everything that it began is over. */
export const probeServer = async (
  definition: ServerDefinition,
  deps: ProbeDeps,
  signal: AbortSignal,
): Promise<ProbeOutcome> => {
  const processes = new ServerProcesses();
  try {
    return await run(definition, deps, processes, signal);
  } catch (error) {
    return outcomeOf(failureOf(error, signal));
  } finally {
    await processes.stop();
    processes.dispose();
  }
};
