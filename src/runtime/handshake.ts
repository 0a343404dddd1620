// One attempt: the cheapest rung of the recovery ladder that works. Go back to the stored session where it still
// lives (it is checked before use), else make a new one and restore what the client had set on the old.
// Not here: when to attempt and how often (core/connection/step.ts, attempts.ts).
import type { Clock, Millis } from '../base/clock.ts';
import { ConnectionError, wordedFailure } from '../core/connection/failure.ts';
import { judgeRun, strangerTo } from '../core/connection/health.ts';
import { isObject, type JsonObject, type RpcId, type RpcRequest } from '../core/rpc.ts';
import { unsaid } from '../core/wording/unsaid.ts';
import type {
  Dialer,
  ExchangeOptions,
  Fate,
  Link,
  LinkEvents,
  Prober,
  Reach,
  SessionRef,
} from './ports.ts';
import type { SessionMemory } from './sessionMemory.ts';

export interface HandshakeDeps {
  readonly dialer: Dialer;
  readonly prober: Prober;
  readonly settle?: Reach['settle'];
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
    const failure = wordedFailure(
      'timeout',
      unsaid('no answer to {0} within {1} ms', message.method, limit),
    );
    return late ? { kind: 'broken', cursor: null, failure } : fate;
  } finally {
    timer.dispose();
  }
};

const failed = (fate: Fate): ConnectionError =>
  new ConnectionError(
    'failure' in fate
      ? fate.failure
      : wordedFailure('malformed', unsaid('the handshake was not answered')),
  );

/**
 * Whether the server has restarted since the session last proved itself. A server that accepts any session id hides its
 * restart from everything but this; one that does not answer is left to the session check that follows.
 */
const restartedMeanwhile = async (deps: HandshakeDeps, signal: AbortSignal): Promise<boolean> => {
  const { memory } = deps;
  const before = memory.record.value.run;
  if (memory.isDoubted) return true;
  if (!before) return false;
  try {
    const reading = await deps.prober.health(signal);
    if (!reading) return false;
    const verdict = judgeRun(before, reading, null, true);
    const restarted = verdict.kind === 'restarted';
    memory.markRun(reading, restarted);
    return restarted;
  } catch (error) {
    // Nobody listens: no attempt can work. Every other trouble of /health says nothing about the session.
    if (error instanceof ConnectionError && error.failure.kind === 'refused') throw error;
    return false;
  }
};

/** By the server's own word the session is over: no later attempt asks after it again. */
const notOurs = async ({ memory }: HandshakeDeps, link: Link): Promise<null> => {
  memory.forget();
  await link.close(false);
  return null;
};

/** Whether the server takes a request in the name of this link's session. Rejects where it does not say. */
const isTaken = async (deps: HandshakeDeps, link: Link, signal: AbortSignal): Promise<boolean> => {
  const ping = request(deps.takeId(), 'ping');
  const fate = await exchangeWithin(deps.clock, deps.limits.probe, link, ping, signal);
  // Any answer in the session's name proves it, "method not found" included.
  if (fate.kind === 'answered') return true;
  if (fate.kind === 'refused' && fate.failure.kind === 'session-lost') return false;
  throw failed(fate);
};

const heedless: LinkEvents = {
  message: () => undefined,
  heard: () => undefined,
  cursor: () => undefined,
  push: () => undefined,
  lost: () => undefined,
};

/**
 * Whether the server tells its sessions from others. After a restart a taken session id proves nothing by itself: there are
 * servers that take any. One that refuses a stranger's and takes ours has kept our session over its restart.
 */
const tellsStrangers = async (
  deps: HandshakeDeps,
  session: SessionRef,
  signal: AbortSignal,
): Promise<boolean> => {
  const id = session.id === null ? null : strangerTo(session.id);
  if (id === null) return false;
  const link = await deps.dialer.dial({ ...session, id }, heedless, signal);
  try {
    return !(await isTaken(deps, link, signal));
  } finally {
    await link.close(false);
  }
};

/** What the client had set on the session, set again. A server that refuses keeps its session all the same. */
const restore = async (
  deps: HandshakeDeps,
  link: Link,
  capabilities: JsonObject,
  signal: AbortSignal,
): Promise<void> => {
  const { logLevel, subscriptions } = deps.memory.record.value;
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

const resumeSession = async (
  deps: HandshakeDeps,
  events: LinkEvents,
  signal: AbortSignal,
): Promise<Established | null> => {
  const session = deps.memory.session;
  if (!session) return null;
  const restarted = await restartedMeanwhile(deps, signal);
  const link = await deps.dialer.dial(session, events, signal);
  try {
    if (!(await isTaken(deps, link, signal))) return await notOurs(deps, link);
    if (restarted) {
      if (!(await tellsStrangers(deps, session, signal))) return await notOurs(deps, link);
      // It may know the session by its signature alone, and nothing of what was set on it.
      await restore(deps, link, deps.memory.capabilities, signal);
    }
  } catch (error) {
    await link.close(false);
    throw error;
  }
  return { link, how: 'same-session' };
};

const welcomeFrom = (fate: Fate): JsonObject => {
  if (fate.kind !== 'answered') throw failed(fate);
  if ('error' in fate.response) {
    const { code, message } = fate.response.error;
    throw new ConnectionError(
      wordedFailure(
        'rejected',
        unsaid('initialize was answered with error {0}: {1}', code, message),
      ),
    );
  }
  const welcome = fate.response.result;
  if (typeof welcome['protocolVersion'] !== 'string')
    throw new ConnectionError(
      wordedFailure('not-mcp', unsaid('the answer to initialize names no protocol version')),
    );
  return welcome;
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
    const { capabilities } = welcome;
    await restore(deps, link, isObject(capabilities) ? capabilities : {}, signal);
    // Only now: a session that was not restored is none to go back to, nor is that of an attempt that was given up.
    signal.throwIfAborted();
    deps.memory.opened(link.session, welcome);
  } catch (error) {
    await link.close(false);
    throw error;
  }
  return { link, how: link.session.id === null ? 'stateless' : 'new-session' };
};

/** What the entry means for this attempt. A session of another meaning is another server's, or another account's. */
const settled = async (deps: HandshakeDeps, signal: AbortSignal): Promise<HandshakeDeps> => {
  if (!deps.settle) return deps;
  const { dialer, prober, meaning } = await deps.settle(signal);
  signal.throwIfAborted();
  deps.memory.means(meaning);
  return { ...deps, dialer, prober };
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
  const now = await settled(deps, signal);
  const resumed = wishes.renew ? null : await resumeSession(now, events, signal);
  return resumed ?? makeSession(now, wishes.hello, events, signal);
};
