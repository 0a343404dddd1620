// The connection to Redis or Valkey, with nothing but core commands. A bundle of its own that is loaded when Redis is
// configured. Its client neither queues nor reconnects: redisCopy.ts knows what is missing and asks for a new one.
// Not here: what is copied, and when (redisCopy.ts).
import { createClient, ErrorReply, MultiErrorReply, RESP_TYPES, WatchError } from '@redis/client';
import { encodeName } from './eventId.ts';
import { timeOf, firstAt } from './eventNumbers.ts';
import type {
  AddOutcome,
  CopiedEvent,
  CopyLimits,
  RedisAddress,
  RedisConnection,
} from './redisWire.ts';
import { unsaid } from '../../core/wording/unsaid.ts';
import { SaidError } from '../../core/wording/saidError.ts';

const keyOf = (stream: string): string => `mcp-lifeline:events:${encodeName(stream)}`;

/** Our number as a stream id of Redis: its time, and the rest. */
const redisIdOf = (seq: number): string => `${timeOf(seq)}-${seq - firstAt(timeOf(seq))}`;

const seqOf = (redisId: string): number | null => {
  const [, time, rest] = /^(\d{1,13})-(\d{1,3})$/.exec(redisId) ?? [];
  const seq = firstAt(Number(time)) + Number(rest);
  return Number.isSafeInteger(seq) ? seq : null;
};

/** Field `j` holds JSON, `z` compressed JSON, `n` nothing. */
const fieldsOf = ({ body }: CopiedEvent): Record<string, string | Buffer> => {
  if (body === null) return { n: '' };
  return typeof body === 'string' ? { j: body } : { z: Buffer.from(body) };
};

const makeClient = ({ url, timeout }: RedisAddress) =>
  createClient({
    url,
    // The oldest dialect, which every Redis and Valkey speaks.
    RESP: 2,
    disableOfflineQueue: true,
    disableClientInfo: true,
    maintNotifications: 'disabled',
    socket: { connectTimeout: timeout, reconnectStrategy: false },
  });

type Client = ReturnType<typeof makeClient>;

/** Entries read at once: with large events a whole stream would be a lot in one piece. */
const pageSize = 100;
const isAscending = (reply: ErrorReply): boolean => reply.message.includes('equal or smaller');
const isWrongType = (reply: ErrorReply): boolean => reply.message.startsWith('WRONGTYPE');

class Connection implements RedisConnection {
  readonly #client: Client;
  readonly #address: RedisAddress;
  #isOpen = true;

  constructor(address: RedisAddress) {
    this.#address = address;
    this.#client = makeClient(address);
    this.#client.on('error', (error: Error) => this.#lost(error));
    this.#client.on('end', () => this.#lost(new SaidError(unsaid('it closed the connection'))));
  }

  async open(): Promise<void> {
    await this.#soon(this.#client.connect());
  }

  async runId(): Promise<string | null> {
    try {
      const info = await this.#soon(this.#client.info('server'));
      return /^run_id:(\S+)/m.exec(info)?.[1] ?? null;
    } catch (error) {
      // A user of Redis who may write streams need not be allowed to ask for this (redis.io, ACL).
      if (error instanceof ErrorReply) return null;
      throw error;
    }
  }

  async add(
    stream: string,
    events: readonly CopiedEvent[],
    limits: CopyLimits,
  ): Promise<AddOutcome> {
    try {
      await this.#soon(this.#adding(stream, events, limits).exec());
      return 'added';
    } catch (error) {
      if (!(error instanceof MultiErrorReply)) throw error;
      const replies = [...error.errors()];
      if (replies.every(isAscending)) return 'behind';
      if (replies.some(isWrongType)) return 'foreign';
      throw replies[0] ?? error;
    }
  }

  async merge(
    stream: string,
    events: readonly CopiedEvent[],
    limits: CopyLimits,
  ): Promise<boolean> {
    await this.#soon(this.#client.watch(keyOf(stream)));
    const present = await this.read(stream);
    const merged = new Map([...events, ...present].map((event) => [event.seq, event]));
    const all = [...merged.values()].toSorted((one, other) => one.seq - other.seq);
    try {
      await this.#soon(this.#adding(stream, all, limits, true).exec());
      return true;
    } catch (error) {
      if (error instanceof WatchError) return false;
      throw error;
    }
  }

  async read(stream: string): Promise<readonly CopiedEvent[]> {
    const client = this.#client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
    const events: CopiedEvent[] = [];
    for (let from = '-'; ;) {
      const page = await this.#soon(client.xRange(keyOf(stream), from, '+', { COUNT: pageSize }));
      for (const { id, message } of page ?? []) {
        const seq = seqOf(id.toString());
        // Nothing of ours follows an id that is not ours.
        if (seq === null) return events;
        const { j, z } = message;
        events.push({ seq, body: j?.toString() ?? z ?? null });
        from = redisIdOf(seq + 1);
      }
      if (page === null || page.length < pageSize) return events;
    }
  }

  async remove(streams: readonly string[]): Promise<void> {
    await this.#soon(this.#client.unlink(streams.map(keyOf)));
  }

  async ping(): Promise<void> {
    await this.#soon(this.#client.ping());
  }

  dispose(): void {
    this.#isOpen = false;
    if (this.#client.isOpen) this.#client.destroy();
  }

  #lost(reason: Error): void {
    if (this.#isOpen) this.#address.lost(reason);
    this.#isOpen = false;
  }

  #adding(stream: string, events: readonly CopiedEvent[], limits: CopyLimits, anew = false) {
    const key = keyOf(stream);
    const trim = {
      strategy: 'MAXLEN',
      strategyModifier: '~',
      threshold: limits.maxEvents,
    } as const;
    const multi = this.#client.multi();
    if (anew) multi.unlink(key);
    for (const event of events)
      multi.xAdd(key, redisIdOf(event.seq), fieldsOf(event), { TRIM: trim });
    return multi.pExpire(key, limits.ttl);
  }

  /** A Redis that does not answer is as good as none. */
  #soon<T>(answer: Promise<T>): Promise<T> {
    const { clock, timeout } = this.#address;
    return new Promise((resolve, reject) => {
      const timer = clock.after(timeout, () => {
        reject(new SaidError(unsaid('it did not answer within {0} s', timeout / 1000)));
      });
      answer.then(resolve, reject).finally(() => timer.dispose());
    });
  }
}

export const connectRedis = async (address: RedisAddress): Promise<RedisConnection> => {
  const connection = new Connection(address);
  const giveUp = (): void => connection.dispose();
  address.signal.addEventListener('abort', giveUp, { once: true });
  try {
    await connection.open();
    return connection;
  } catch (error) {
    connection.dispose();
    throw error;
  } finally {
    address.signal.removeEventListener('abort', giveUp);
  }
};
