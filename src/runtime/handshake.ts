// One attempt: the cheapest rung of the recovery ladder that works. Go back to the stored session where it still
// lives (it is checked before use), else make a new one and restore what the client had set on the old.
// Not here: when to attempt and how often (core/connection/step.ts, attempts.ts).
import type { Clock, Millis } from '../base/clock.ts';
import { aFailure, ConnectionError } from '../core/connection/failure.ts';
import { judgeRun } from '../core/connection/health.ts';
import { isObject, type JsonObject, type RpcId, type RpcRequest } from '../core/rpc.ts';
import type {
  Dialer,
  ExchangeOptions,
  Fate,
  Link,
  LinkEvents,
  Prober,
  SessionRef,
} from './ports.ts';
import type { SessionMemory } from './sessionMemory.ts';

export interface HandshakeDeps {
  readonly dialer: Dialer;
  readonly prober: Prober;
  readonly memory: SessionMemory;
  readonly clock: Clock;
  readonly takeId: () => number;
  readonly limits: { readonly connect: Millis; readonly probe: Millis };
}

export interface Established {
  readonly link: Link;
  readonly how: 'same-session' | 'new-session' | 'stateless';
}

const noSession: SessionRef = { id: null, protocolVersion: null };

const request = (id: RpcId, method: string, params?: JsonObject): RpcRequest => ({
  jsonrpc: '2.0',
  id,
  method,
  ...(params ? { params } : {}),
});

/** Runs an exchange with a time limit of its own; silence becomes a `timeout`. */
export const exchangeWithin = async (
  clock: Clock,
  limit: Millis,
  link: Link,
  message: RpcRequest,
  outer?: AbortSignal,
): Promise<Fate> => {
  const inner = new AbortController();
  const timer = clock.after(limit, () => inner.abort());
  const signal = outer ? AbortSignal.any([outer, inner.signal]) : inner.signal;
  const options: ExchangeOptions = { signal };
  try {
    const fate = await link.exchange(message, options);
    const late = inner.signal.aborted && fate.kind !== 'answered';
    const failure = aFailure('timeout', `no answer to ${message.method} within ${limit} ms`);
    return late ? { kind: 'broken', cursor: null, failure } : fate;
  } finally {
    timer.dispose();
  }
};

const failed = (fate: Fate): ConnectionError =>
  new ConnectionError(
    'failure' in fate ? fate.failure : aFailure('malformed', 'the handshake was not answered'),
  );

/**
 * Whether the server has restarted since the stored mark. A server that accepts any session id hides its restart from
 * everything but this; one that does not answer is left to the session check that follows.
 */
const restartedMeanwhile = async (deps: HandshakeDeps, signal: AbortSignal): Promise<boolean> => {
  const before = deps.memory.record.value.run;
  if (!before) return false;
  try {
    const reading = await deps.prober.health(signal);
    if (!reading) return false;
    const verdict = judgeRun(before, reading, null, true);
    deps.memory.markRun(reading);
    return verdict.kind === 'restarted';
  } catch (error) {
    // Nobody listens: no attempt can work. Every other trouble of /health says nothing about the session.
    if (error instanceof ConnectionError && error.failure.kind === 'refused') throw error;
    return false;
  }
};

/** By the server's own word the session is over: no later attempt asks after it again. */
const sessionIsOver = ({ memory }: HandshakeDeps): null => {
  memory.forget();
  return null;
};

const resumeSession = async (
  deps: HandshakeDeps,
  events: LinkEvents,
  signal: AbortSignal,
): Promise<Established | null> => {
  const session = deps.memory.session;
  if (!session) return null;
  if (await restartedMeanwhile(deps, signal)) return sessionIsOver(deps);
  const link = await deps.dialer.dial(session, events, signal);
  const ping = request(deps.takeId(), 'ping');
  const fate = await exchangeWithin(deps.clock, deps.limits.probe, link, ping, signal);
  // Any answer in the session's name proves it, "method not found" included.
  if (fate.kind === 'answered') return { link, how: 'same-session' };
  await link.close(false);
  if (fate.kind === 'refused' && fate.failure.kind === 'session-lost') return sessionIsOver(deps);
  throw failed(fate);
};

const welcomeFrom = (fate: Fate): JsonObject => {
  if (fate.kind !== 'answered') throw failed(fate);
  if ('error' in fate.response) {
    const { code, message } = fate.response.error;
    throw new ConnectionError(
      aFailure('rejected', `initialize was answered with error ${code}: ${message}`),
    );
  }
  const welcome = fate.response.result;
  if (typeof welcome['protocolVersion'] !== 'string')
    throw new ConnectionError(
      aFailure('not-mcp', 'the answer to initialize names no protocol version'),
    );
  return welcome;
};

/** What the client had set on the old session, set again on the new one. A server that refuses keeps its session all the same. */
const restore = async (
  deps: HandshakeDeps,
  link: Link,
  welcome: JsonObject,
  signal: AbortSignal,
): Promise<void> => {
  const { logLevel, subscriptions } = deps.memory.record.value;
  const capabilities = isObject(welcome['capabilities']) ? welcome['capabilities'] : {};
  const wishes: RpcRequest[] = [];
  if (logLevel !== null && capabilities['logging'])
    wishes.push(request(deps.takeId(), 'logging/setLevel', { level: logLevel }));
  if (capabilities['resources'])
    for (const uri of subscriptions)
      wishes.push(request(deps.takeId(), 'resources/subscribe', { uri }));
  for (const wish of wishes) {
    const fate = await exchangeWithin(deps.clock, deps.limits.probe, link, wish, signal);
    if (fate.kind !== 'answered') throw failed(fate);
  }
};

const makeSession = async (
  deps: HandshakeDeps,
  hello: JsonObject,
  events: LinkEvents,
  signal: AbortSignal,
): Promise<Established> => {
  const link = await deps.dialer.dial(noSession, events, signal);
  try {
    const initialize = request(deps.takeId(), 'initialize', hello);
    const fate = await exchangeWithin(deps.clock, deps.limits.connect, link, initialize, signal);
    const welcome = welcomeFrom(fate);
    link.useVersion(String(welcome['protocolVersion']));
    const told = await link.tell({ jsonrpc: '2.0', method: 'notifications/initialized' });
    if (told.kind !== 'accepted') throw failed(told);
    await restore(deps, link, welcome, signal);
    // Only now: a session that was not restored is none to go back to, nor is that of an attempt that was given up.
    signal.throwIfAborted();
    deps.memory.opened(link.session, welcome);
  } catch (error) {
    await link.close(false);
    throw error;
  }
  return { link, how: link.session.id === null ? 'stateless' : 'new-session' };
};

/**
 * Makes a working link, or rejects with `ConnectionError`. `renew`: do not go back to the stored session.
 * `hello`: the client's `initialize` params, replayed upstream where a new session has to be made.
 */
export const establish = async (
  deps: HandshakeDeps,
  wishes: { readonly hello: JsonObject; readonly renew: boolean },
  events: LinkEvents,
  signal: AbortSignal,
): Promise<Established> => {
  const resumed = wishes.renew ? null : await resumeSession(deps, events, signal);
  return resumed ?? makeSession(deps, wishes.hello, events, signal);
};
