// One attempt from its begin to its end: asks for an epoch, makes a link, hands it over or reports the failure, and
// forwards what the link says for as long as its epoch is the newest. Not here: the loop (attempts.ts) and the handshake.
import { aFailure, ConnectionError, type Failure } from '../core/connection/failure.ts';
import { type ConnectionEvent, isRecovering, type Life } from '../core/connection/state.ts';
import type { JsonObject } from '../core/rpc.ts';
import type { Signal } from '../base/signal.ts';
import { type Established, establish, type HandshakeDeps } from './handshake.ts';
import type { LinkEvents, Log } from './ports.ts';

export interface AttemptDeps {
  readonly life: Signal<Life>;
  readonly dispatch: (event: ConnectionEvent) => void;
  readonly handshake: () => HandshakeDeps & {
    readonly random: () => number;
  };
  /** The params of the client's `initialize`, as soon as there are any. */
  readonly hello: (signal: AbortSignal) => Promise<JsonObject>;
  readonly link: LinkUser;
  readonly log: Log;
}

/** Where an established link and what it reports go. */
export interface LinkUser extends Omit<LinkEvents, 'lost' | 'push'> {
  adopt(established: Established): void;
  /** `again`: the stream had been open before in this epoch, so that something may have been missed. */
  push(state: 'off' | 'down' | 'fresh' | 'resumed', again: boolean): void;
}

interface Reports extends LinkEvents {
  /** The link was adopted: what the server said during the handshake can be answered now. */
  flow(): void;
}

/** A server that says more than this during a handshake loses the rest. */
const maxEarly = 1000;

/** Everything a link says, as long as its epoch is the newest one: a late report changes nothing. */
const reportsOf = (deps: AttemptDeps, epoch: number, now: () => number): Reports => {
  const { life, link, dispatch } = deps;
  const current = (report: () => void): void => {
    if (life.value.epoch === epoch) report();
  };
  let wasOpen = false;
  // A stdio server asks as soon as it hears `initialized`, when there is no link yet to answer on.
  let early: (() => void)[] | null = [];
  return {
    flow: () => {
      const waiting = early ?? [];
      early = null;
      for (const report of waiting) current(report);
    },
    message: (message, stream) => {
      const report = (): void => link.message(message, stream);
      if (!early) current(report);
      else if (early.length < maxEarly) early.push(report);
    },
    heard: () => current(() => link.heard()),
    cursor: (stream, cursor) => current(() => link.cursor(stream, cursor)),
    push: (state) =>
      current(() => {
        link.push(state, wasOpen);
        wasOpen ||= state === 'fresh' || state === 'resumed';
      }),
    lost: (failure) => dispatch({ kind: 'lost', at: now(), epoch, failure }),
  };
};

const failureOf = (error: unknown): Failure =>
  error instanceof ConnectionError ? error.failure : aFailure('malformed', String(error));

/** Makes one attempt. Rejects when it failed, after its failure was dispatched and the next one planned. */
export const attempt = async (deps: AttemptDeps, signal: AbortSignal): Promise<void> => {
  const { life, dispatch, log } = deps;
  const handshake = deps.handshake();
  const now = (): number => handshake.clock.now();
  // Before the client has said who it is there is nothing to say to the server.
  const hello = await deps.hello(signal);
  if (signal.aborted || !isRecovering(life.value.state)) return;
  dispatch({ kind: 'attempt-begun', at: now() });
  const { epoch, mustRenew, tries } = life.value;
  try {
    const wishes = { hello, renew: mustRenew };
    const reports = reportsOf(deps, epoch, now);
    const established = await establish(handshake, wishes, reports, signal);
    if (signal.aborted || life.value.epoch !== epoch) return await established.link.close(false);
    deps.link.adopt(established);
    dispatch({ kind: 'attempt-succeeded', at: now(), epoch, how: established.how });
    reports.flow();
  } catch (error) {
    if (signal.aborted) throw error;
    const failure = failureOf(error);
    // What is no ConnectionError is a bug of ours: it must not end recovery, and it must be seen.
    if (!(error instanceof ConnectionError))
      log.error(error instanceof Error ? `${error.stack}` : String(error));
    log.info(`attempt ${tries} failed: ${failure.kind}: ${failure.detail}`);
    dispatch({ kind: 'attempt-failed', at: now(), epoch, failure, random: handshake.random() });
    throw error;
  }
};
