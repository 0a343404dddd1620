// The events of the sessions' streams, so that a broken stream can be resumed. With a file they outlive a kill; it is read
// once in a life, since after many restarts there are many sessions and events.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { EventStore } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';

interface StoredEvent {
  readonly session: string;
  readonly stream: string;
  readonly id: string;
  readonly message: JSONRPCMessage;
}

/** A kill can leave half a line at the end of the file; that event was never told to anybody. */
const eventIn = (line: string): readonly StoredEvent[] => {
  try {
    return [JSON.parse(line) as StoredEvent];
  } catch {
    return [];
  }
};

/** All sessions' events. */
export class EventShelf {
  readonly #file: string | null;
  readonly #kept: Map<string, StoredEvent[]>;

  constructor(file: string | null) {
    this.#file = file;
    const lines = file !== null && existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
    this.#kept = Map.groupBy(lines.flatMap(eventIn), ({ session }) => session);
  }

  logOf(session: string): EventLog {
    return new EventLog(session, this.#kept.get(session) ?? [], (event) => {
      // A line of its own also after half a line of the life before.
      if (this.#file !== null) appendFileSync(this.#file, `\n${JSON.stringify(event)}`);
    });
  }
}

/** The events of one session. */
export class EventLog implements EventStore {
  readonly #session: string;
  readonly #events: StoredEvent[];
  readonly #write: (event: StoredEvent) => void;

  constructor(session: string, kept: StoredEvent[], write: (event: StoredEvent) => void) {
    this.#session = session;
    this.#events = kept;
    this.#write = write;
  }

  async storeEvent(stream: string, message: JSONRPCMessage): Promise<string> {
    const id = `${this.#session.slice(0, 8)}-${this.#events.length}`;
    const event: StoredEvent = { session: this.#session, stream, id, message };
    this.#events.push(event);
    this.#write(event);
    return id;
  }

  /** The stream of the request with this progress token, of which some progress was told. */
  streamOf(progressToken: string | number): string | undefined {
    return this.#events.findLast(
      ({ message }) => 'params' in message && message.params?.['progressToken'] === progressToken,
    )?.stream;
  }

  hasAnswer(stream: string, request: string | number): boolean {
    return this.#events.some(
      ({ stream: other, message }) =>
        other === stream && 'result' in message && message.id === request,
    );
  }

  async getStreamIdForEventId(id: string): Promise<string | undefined> {
    return this.#events.find((event) => event.id === id)?.stream;
  }

  async replayEventsAfter(
    lastId: string,
    { send }: { send: (id: string, message: JSONRPCMessage) => Promise<void> },
  ): Promise<string> {
    const last = this.#events.findIndex((event) => event.id === lastId);
    const stream = this.#events[last]?.stream;
    if (stream === undefined) throw new Error('Unknown event id');
    // A copy: what is stored while we send goes out on the live stream.
    for (const event of this.#events.slice(last + 1)) {
      // Priming events are stored as an empty object; they only carry a cursor.
      if (event.stream === stream && 'jsonrpc' in event.message)
        await send(event.id, event.message);
    }
    return stream;
  }
}
