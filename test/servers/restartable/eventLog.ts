// The events of one session's streams, so that a broken stream can be resumed. With a file they outlive a kill.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { EventStore } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';

interface StoredEvent {
  readonly session: string;
  readonly stream: string;
  readonly id: string;
  readonly message: JSONRPCMessage;
}

export class EventLog implements EventStore {
  readonly #session: string;
  readonly #file: string | null;
  readonly #events: StoredEvent[];

  constructor(session: string, file: string | null) {
    this.#session = session;
    this.#file = file;
    this.#events =
      file !== null && existsSync(file)
        ? readFileSync(file, 'utf8')
            .split('\n')
            .filter((line) => line !== '')
            .map((line) => JSON.parse(line) as StoredEvent)
            .filter((event) => event.session === session)
        : [];
  }

  async storeEvent(stream: string, message: JSONRPCMessage): Promise<string> {
    const id = `${this.#session.slice(0, 8)}-${this.#events.length}`;
    const event: StoredEvent = { session: this.#session, stream, id, message };
    this.#events.push(event);
    if (this.#file !== null) appendFileSync(this.#file, `${JSON.stringify(event)}\n`);
    return id;
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
