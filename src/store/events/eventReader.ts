// Gives stored events to a reader. A message is read when it is looked at and not before: a stream may hold many megabytes, and
// its reader writes them out one after the other. Not here: which events (eventIndex.ts).
import type { RpcMessage } from '../../core/rpc.ts';
import type { StoredEvent } from '../../runtime/gatewayPorts.ts';
import type { Log } from '../../runtime/ports.ts';
import { reasonOf } from '../database.ts';
import { eventIdsOf } from './eventId.ts';
import type { EventPlaces } from './eventPlaces.ts';
import { unpack } from './packing.ts';
import type { Found } from './streamEvents.ts';

export class EventReader {
  readonly #places: Pick<EventPlaces, 'get'>;
  readonly #log: Log;
  #hasWarned = false;

  constructor(places: Pick<EventPlaces, 'get'>, log: Log) {
    this.#places = places;
    this.#log = log;
  }

  read(stream: string, found: readonly Found[]): readonly StoredEvent[] {
    // Most readers look at a message more than once before they go on, and never come back.
    let latest: { readonly key: number; readonly message: RpcMessage | null } | null = null;
    const messageAt = (key: number): RpcMessage | null => {
      if (latest?.key !== key) latest = { key, message: this.#message(key) };
      return latest.message;
    };
    const idOf = eventIdsOf(stream);
    return found.map(({ seq, key }) => ({
      id: idOf(seq),
      get message() {
        return messageAt(key);
      },
    }));
  }

  /** Null as well for an event that was dropped since, or cannot be read: its id still stands for what came before. */
  #message(key: number): RpcMessage | null {
    try {
      return unpack(this.#places.get(key) ?? null);
    } catch (error) {
      if (!this.#hasWarned)
        this.#log.warn(`Event store: an event cannot be read (${reasonOf(error)}). Said once.`);
      this.#hasWarned = true;
      return null;
    }
  }
}
