// What the tests of the event store build on: a store in memory or in SQLite with a clock and a lease that a test turns by hand,
// and small messages.
import { onTestFinished } from 'vitest';
import { Source } from '../../../src/base/signal.ts';
import { parseSettings } from '../../../src/core/parseSettings.ts';
import type { RpcMessage } from '../../../src/core/rpc.ts';
import type { EventStoreSettings } from '../../../src/core/settings.ts';
import type { StoredEvent } from '../../../src/runtime/gatewayPorts.ts';
import type { Database } from '../../../src/store/database.ts';
import { Events } from '../../../src/store/events/events.ts';
import { EventTable } from '../../../src/store/events/eventTable.ts';
import type { ConnectRedis } from '../../../src/store/events/redisWire.ts';
import type { LeaseStatus } from '../../../src/store/leasePorts.ts';
import { VirtualClock } from '../../support/virtualClock.ts';
import { RememberingLog, aDatabase } from '../fixtures.ts';

export const note = (text: string): RpcMessage => ({
  jsonrpc: '2.0',
  method: 'notifications/message',
  params: { data: text },
});

export const answer = (id: number, text: string): RpcMessage => ({
  jsonrpc: '2.0',
  id,
  result: { content: [{ type: 'text', text }] },
});

/** What the events say, null for a priming event. */
export const said = (events: readonly StoredEvent[]): readonly unknown[] =>
  events.map(({ message }) =>
    message !== null && 'method' in message ? message.params?.['data'] : message,
  );

const noRedis: ConnectRedis = () => Promise.reject(new Error('there is none in this test'));

export interface EventsSetup {
  readonly events: Events;
  readonly clock: VirtualClock;
  readonly log: RememberingLog;
  readonly settings: Source<EventStoreSettings>;
  readonly database: Database;
  readonly turnLease: (status: LeaseStatus) => void;
  readonly change: (settings: Partial<EventStoreSettings>) => void;
}

export interface EventsMore {
  /** Of the same file as an earlier life. */
  readonly database?: Database;
  readonly clock?: VirtualClock;
  readonly settings?: Partial<EventStoreSettings>;
  readonly status?: LeaseStatus;
  readonly connectRedis?: ConnectRedis;
  /** No SQLite at all. */
  readonly inMemory?: boolean;
}

const usualSettings = parseSettings({}).settings.eventStore;

export const someEvents = (more: EventsMore = {}): EventsSetup => {
  const clock = more.clock ?? new VirtualClock();
  const log = new RememberingLog();
  const database = more.database ?? aDatabase();
  const settings = new Source<EventStoreSettings>({ ...usualSettings, ...more.settings });
  const status = new Source<LeaseStatus>(more.status ?? 'owner');
  const ownership = { status, holds: () => status.value === 'owner' };
  const stored = more.inMemory === true ? null : { table: new EventTable(database), ownership };
  const connectRedis = more.connectRedis ?? noRedis;
  const events = new Events({ clock, log, settings, stored, connectRedis });
  onTestFinished(() => events.dispose());
  return {
    events,
    clock,
    log,
    settings,
    database,
    turnLease: (next) => status.set(next),
    change: (changed) => settings.set({ ...settings.value, ...changed }),
  };
};
