// The event store as servers made with the MCP SDK take it: `new StreamableHTTPServerTransport({ eventStore, … })`. Free of the
// SDK's code, and of everything else here but the store.
// The SDK gives the standalone streams of all sessions the same name. Whoever shares a store between sessions, or between
// processes through Redis, must therefore name the session, or a client would be sent what was meant for another.
import type { EventStore } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { asMessage, isObject, type RpcMessage } from '../../core/rpc.ts';
import { placeOf } from './eventId.ts';
import type { Events } from './events.ts';

type Send = Parameters<EventStore['replayEventsAfter']>[1]['send'];
type SdkMessage = Parameters<EventStore['storeEvent']>[1];

export type SdkEventStore = Required<EventStore>;

/** The SDK stores an empty object for a priming event, which has an id and no data. */
const isPriming = (message: unknown): boolean =>
  isObject(message) && Object.keys(message).length === 0;

const messageOf = (given: SdkMessage): RpcMessage | null => {
  if (isPriming(given)) return null;
  const message = asMessage(given);
  if (message === undefined) throw new TypeError('Only JSON-RPC messages can be stored as events.');
  return message;
};

// The two types describe the same messages; what was stored came in as the one and goes out as it.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The SDK's type brands objects with index signatures.
const toSdk = (message: RpcMessage): SdkMessage => message as SdkMessage;

class SessionEvents implements SdkEventStore {
  readonly #events: Events;
  /** Before the names of this session's streams. It ends with a slash, which is in no encoded session. */
  readonly #prefix: string;

  constructor(events: Events, session: string) {
    this.#events = events;
    this.#prefix = `${encodeURIComponent(session)}/`;
  }

  /** Stored when it returns; the promise is kept already. */
  async storeEvent(streamId: string, message: SdkMessage): Promise<string> {
    return this.#events.append(this.#prefix + streamId, messageOf(message));
  }

  async getStreamIdForEventId(eventId: string): Promise<string | undefined> {
    const stream = placeOf(eventId)?.stream;
    if (stream?.startsWith(this.#prefix) !== true) return undefined;
    const recalled = this.#events.recall(stream);
    if (recalled !== null) await recalled;
    return this.#events.streamOf(eventId)?.slice(this.#prefix.length);
  }

  async replayEventsAfter(lastEventId: string, { send }: { send: Send }): Promise<string> {
    const streamId = await this.getStreamIdForEventId(lastEventId);
    if (streamId === undefined)
      throw new Error(
        'Nothing can be replayed: the event is unknown, or what followed it is gone.',
      );
    for (const { id, message } of this.#events.readAfter(this.#prefix + streamId, lastEventId))
      if (message !== null) await send(id, toSdk(message));
    return streamId;
  }
}

/** `session`: the id that the transport gave its client. */
export const sdkEventStore = (events: Events, session: string): SdkEventStore =>
  new SessionEvents(events, session);
