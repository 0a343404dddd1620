// The bridge's connection: the same core as everywhere, with the gateway as its server. Nothing of it is written down, because
// its client does not outlive it either. It never trusts a tool's hints: the gateway has classified the call already, and
// one that breaks on the way without a cursor is not repeated by two.
// Not here: where the gateway is (bridgeDialer.ts), the client (bridgeSession.ts).
import type { Clock } from '../base/clock.ts';
import { repeatRight } from '../core/calls/replay.ts';
import type { Cause, Life } from '../core/connection/state.ts';
import { resultOf } from '../core/rpc.ts';
import type { Settings } from '../core/settings.ts';
import { inEnglish } from '../core/wording/english.ts';
import { describeRefusal } from '../core/wording/refusal.ts';
import { describeWaiting } from '../core/wording/waiting.ts';
import type { ClientEnd } from '../runtime/clientEnd.ts';
import { Connection } from '../runtime/connection.ts';
import type { ConnectionSettings } from '../runtime/connectionDeps.ts';
import type { ServerOffer } from '../runtime/gatewayPorts.ts';
import type { JournalStore, Log, Reach, RecordStore } from '../runtime/ports.ts';
import { SessionMemory } from '../runtime/sessionMemory.ts';
import { SteadyEnd } from '../runtime/steadyEnd.ts';

export interface BridgeConnectionDeps {
  readonly server: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly reach: Reach;
  readonly settings: Settings;
  readonly log: Log;
  readonly moved: (from: Life, to: Life, cause: Cause) => void;
}

const noRecords: RecordStore = {
  load: () => null,
  save: () => undefined,
  remove: () => undefined,
};

const noJournal: JournalStore = {
  put: () => true,
  putSoon: () => true,
  settle: () => undefined,
  remove: () => undefined,
  load: () => [],
  clients: () => [],
};

const settingsOf = (settings: Settings): ConnectionSettings => {
  const { backoff, calls, crashLoop, health, connectTimeout, notifyAfterAttempts } = settings;
  const { holdBudget } = calls;
  return {
    policy: { backoff, local: true, holdBudget, notifyAfterAttempts, crashLoop },
    health: { ...health, path: false },
    connectTimeout,
    ledger: {
      limits: calls,
      holdBudget,
      bytesElsewhere: 0,
      repeatRight: ({ method }) => repeatRight(method, null, false),
    },
  };
};

export interface BridgeUpstream {
  readonly connection: Connection;
  /** Answers the welcome and lists whether the gateway is there or not. */
  readonly end: ClientEnd;
}

const steadyOver = (
  { server, clock }: BridgeConnectionDeps,
  connection: Connection,
  memory: SessionMemory,
): ClientEnd => {
  let kept: ServerOffer | null = null;
  const steady = new SteadyEnd({
    clock,
    inner: connection.end,
    life: connection.life,
    server,
    offers: {
      load: () => kept,
      save: (offer) => {
        kept = offer;
      },
    },
    welcome: () => memory.welcome,
    nudge: () => connection.dispatch({ kind: 'call-arrived', at: clock.now() }),
    // A setting that was noted counts as made: the next session gets it.
    note: (request) => memory.noteAnswer(request, resultOf(request.id, {})),
  });
  return steady.end;
};

export const bridgeConnection = (deps: BridgeConnectionDeps): BridgeUpstream => {
  const { server, clock, random, reach, settings, log, moved } = deps;
  const about = { serverId: server, client: 'bridge', fingerprint: '' };
  const memory = new SessionMemory({ store: noRecords, clock, ...about });
  const ruled = settingsOf(settings);
  const connection = new Connection(
    {
      outside: { ...reach, clock, random },
      memory,
      journal: noJournal,
      journals: 'tool-calls',
      settings: () => ruled,
      log,
      events: {
        transition: moved,
        tellUser: () => undefined,
        refusal: (life) => describeRefusal(life, clock.now()),
        waiting: (life) => describeWaiting(server, life, clock.now(), inEnglish),
        leftBehind: () => undefined,
        taskLeft: () => undefined,
      },
    },
    true,
  );
  return { connection, end: steadyOver(deps, connection, memory) };
};
