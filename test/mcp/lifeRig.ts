// A real connection in real time, over whatever link is given, with a client at its end and its states as lines.
import { expect, onTestFinished } from 'vitest';
import { realClock } from '../../src/base/clock.ts';
import { repeatRight } from '../../src/core/calls/replay.ts';
import { failureOf, type Life } from '../../src/core/connection/state.ts';
import type { RpcId, RpcResponse } from '../../src/core/rpc.ts';
import { Connection } from '../../src/runtime/connection.ts';
import type { ConnectionSettings } from '../../src/runtime/connectionDeps.ts';
import type { Dialer, Log, Reach } from '../../src/runtime/ports.ts';
import { SessionMemory } from '../../src/runtime/sessionMemory.ts';
import { MemoryJournal } from '../../src/store/memoryJournal.ts';
import { byDefault, theBackoff, theCalls, theHealth } from '../support/defaults.ts';
import { FakeClient } from '../support/fakeClient.ts';
import { MemoryRecords } from '../support/memoryRecords.ts';
import { until } from './linkRig.ts';

/** The waits of the real settings, but shorter, so that five deaths take no seconds. */
const backoff = { ...theBackoff, delays: theBackoff.delays.map((delay) => Math.min(delay, 30)) };

const theSettings: ConnectionSettings = {
  policy: {
    backoff,
    local: true,
    holdBudget: theCalls.holdBudget,
    notifyAfterAttempts: byDefault('notifyAfterAttempts'),
    crashLoop: { exits: byDefault('crashLoop.exits'), within: byDefault('crashLoop.within') },
  },
  health: { ...theHealth, path: false },
  connectTimeout: byDefault('connectTimeout'),
  ledger: {
    limits: theCalls,
    holdBudget: theCalls.holdBudget,
    bytesElsewhere: 0,
    repeatRight: ({ method }) => repeatRight(method, null, false),
  },
};

const quiet: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export interface LifeRig {
  readonly connection: Connection;
  readonly client: FakeClient;
  readonly states: readonly string[];
  readonly told: readonly string[];
  /** Detail of the failure that the present state names. */
  readonly detail: () => string;
  readonly ready: () => Promise<void>;
  readonly answerTo: (id: RpcId) => Promise<RpcResponse>;
}

export const lifeOver = (
  { dialer, prober }: { readonly dialer: Dialer; readonly prober: Reach['prober'] },
  more: Partial<ConnectionSettings> = {},
): LifeRig => {
  const about = { serverId: 'server', client: 'client', fingerprint: 'f' };
  const memory = new SessionMemory({ store: new MemoryRecords(), clock: realClock, ...about });
  const told: string[] = [];
  const states: string[] = [];
  const connection = new Connection(
    {
      outside: { dialer, prober, clock: realClock, random: () => 1 },
      memory,
      journal: new MemoryJournal(),
      journals: 'tool-calls',
      settings: () => ({ ...theSettings, ...more }),
      log: quiet,
      events: {
        transition: () => {},
        tellUser: (about) => told.push(about),
        refusal: ({ state }: Life) => `The server is ${state.kind}.`,
        waiting: () => 'Waiting for the server.',
        leftBehind: () => {},
        taskLeft: () => {},
      },
    },
    true,
  );
  const kind = (): string => connection.life.value.state.kind;
  connection.life.onChange(() => {
    if (states.at(-1) !== kind()) states.push(kind());
  });
  const client = new FakeClient(connection.end);
  onTestFinished(() => connection.shutdown());
  return {
    connection,
    client,
    states,
    told,
    detail: () => failureOf(connection.life.value.state)?.detail ?? '',
    ready: () => until(() => kind() === 'ready'),
    answerTo: async (id) => {
      await until(() => client.answersTo(id).length > 0);
      return client.answersTo(id)[0] ?? expect.fail('It was answered a moment ago.');
    },
  };
};
