// What survives the death of a gateway in a test: events, sessions, the port. Kept in memory, true to the contracts.
import { Source } from '../../../src/base/signal.ts';
import type { RpcMessage } from '../../../src/core/rpc.ts';
import type {
  Away,
  DoorStore,
  EventLog,
  EventLogStatus,
  EventLogTest,
  GatewaySession,
  GatewaySessionStore,
  StoredEvent,
} from '../../../src/runtime/gatewayPorts.ts';

const status: EventLogStatus = {
  wanted: 'memory',
  used: 'memory',
  fallback: null,
  events: 0,
  bytes: 0,
};

class MemoryLog implements EventLog {
  readonly status = new Source(status);
  readonly #streams = new Map<string, StoredEvent[]>();
  #count = 0;
  /** How events are named. */
  idOf = (streamId: string, count: string): string => `${streamId}${count}`;

  append(
    streamId: string,
    message: RpcMessage | null,
    _json?: string,
    marked: string | null = null,
  ): string {
    this.#count += 1;
    const id = marked ?? this.idOf(streamId, String(this.#count).padStart(9, '0'));
    const events = this.#streams.get(streamId) ?? [];
    this.#streams.set(streamId, [...events, { id, message }]);
    return id;
  }

  mark(streamId: string): string {
    this.#count += 1;
    return `${streamId}${String(this.#count).padStart(9, '0')}`;
  }

  readAfter(streamId: string, eventId: string | null): readonly StoredEvent[] {
    const events = this.#streams.get(streamId) ?? [];
    return eventId === null ? events : events.filter(({ id }) => id > eventId);
  }

  streamOf(eventId: string): string | null {
    for (const [streamId, events] of this.#streams)
      if (events.some(({ id }) => id === eventId)) return streamId;
    return null;
  }

  drop(streamId: string): void {
    this.#streams.delete(streamId);
  }

  dropAll(isKept: (streamId: string) => boolean): void {
    for (const streamId of this.streams) if (!isKept(streamId)) this.drop(streamId);
  }

  selfTest(): Promise<EventLogTest> {
    return Promise.resolve({ kind: 'ok', tookMs: 0 });
  }

  /** Everything is too old, or the limits were reached. */
  forgetAll(): void {
    this.#streams.clear();
  }

  get streams(): readonly string[] {
    return [...this.#streams.keys()];
  }
}

class MemorySessions implements GatewaySessionStore {
  readonly #rows = new Map<string, GatewaySession>();
  saves = 0;

  load(id: string): GatewaySession | null {
    return this.#rows.get(id) ?? null;
  }
  save(session: GatewaySession): void {
    this.saves += 1;
    this.#rows.set(session.id, session);
  }
  all(): readonly GatewaySession[] {
    return [...this.#rows.values()];
  }
  remove(id: string): void {
    this.#rows.delete(id);
  }
}

class MemoryDoor implements DoorStore {
  port: number | null = null;
  away: Away = { endedAt: null, absences: [] };

  loadPort(): number | null {
    return this.port;
  }
  savePort(port: number): void {
    this.port = port;
  }
  loadAway(): Away {
    return this.away;
  }
  saveAway(away: Away): void {
    this.away = away;
  }
}

export class Disk {
  readonly log = new MemoryLog();
  readonly sessions = new MemorySessions();
  readonly door = new MemoryDoor();
}
