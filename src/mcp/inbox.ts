// Takes the messages of the server's streams: requests and notifications go to the connection, responses back to
// whoever reads the stream. Keeps doubles out where a server replays more than it should.
import { createHash } from 'node:crypto';
import {
  isResponse,
  type RpcNotification,
  type RpcRequest,
  type RpcResponse,
} from '../core/rpc.ts';
import type { LinkEvents, Log, StreamName } from '../runtime/ports.ts';
import { readMessages } from './messages.ts';

const mostSeen = 4096;
/** Seen, with a content that this link never had: the cursor of an earlier life. */
const anyContent = '';

const printOf = (data: string): string => createHash('sha1').update(data).digest('base64');

/** Remembers the newest event ids of the session, with what they held. */
class SeenEvents {
  readonly #prints = new Map<string, string>();

  add(id: string, data: string): void {
    this.#put(id, printOf(data));
  }

  addCursor(id: string): void {
    if (!this.#prints.has(id)) this.#put(id, anyContent);
  }

  /** The content counts too: servers exist that number every stream from 1, against the spec. */
  has(id: string, data: string): boolean {
    const print = this.#prints.get(id);
    return print !== undefined && (print === anyContent || print === printOf(data));
  }

  #put(id: string, print: string): void {
    this.#prints.delete(id);
    this.#prints.set(id, print);
    if (this.#prints.size <= mostSeen) return;
    const [oldest] = this.#prints.keys();
    if (oldest !== undefined) this.#prints.delete(oldest);
  }
}

export interface Taken {
  readonly responses: readonly RpcResponse[];
  /** Messages that went to the connection. */
  readonly delivered: number;
  readonly flawed: boolean;
}

/** What a body or an event holds. `bytes`: as it came, where that is known. */
export interface Data {
  readonly text: string;
  readonly bytes?: readonly Uint8Array[] | null;
}

export interface Source {
  readonly stream: StreamName;
  /** The stream was opened with `Last-Event-ID`: only then does a server replay. */
  readonly resumed: boolean;
}

export class Inbox {
  readonly seen = new SeenEvents();
  readonly #events: LinkEvents;
  readonly #log: Log;

  constructor(events: LinkEvents, log: Log) {
    this.#events = events;
    this.#log = log;
  }

  take({ text: data, bytes = null }: Data, id: string | null, source: Source): Taken {
    const { messages, flawed } = readMessages(data, bytes);
    if (flawed)
      this.#log.debug(`Skipped something on ${source.stream} that is no JSON-RPC message.`);
    const responses: RpcResponse[] = [];
    const others: (RpcRequest | RpcNotification)[] = [];
    for (const message of messages) {
      if (isResponse(message)) responses.push(message);
      else others.push(message);
    }
    const isDouble = this.#isDouble(data, id, others.length > 0, source);
    if (!isDouble) for (const message of others) this.#events.message(message, source.stream);
    return { responses, delivered: isDouble ? 0 : others.length, flawed };
  }

  /** Answers are matched by id and stream, so that only the other messages can be heard twice. */
  #isDouble(data: string, id: string | null, matters: boolean, source: Source): boolean {
    if (id === null || !matters) return false;
    if (source.resumed && this.seen.has(id, data)) {
      this.#log.debug(`Dropped an event on ${source.stream} that was heard before.`);
      return true;
    }
    this.seen.add(id, data);
    return false;
  }
}
