// What the copy needs of a connection to Redis. Types only, so that the client's code is loaded when Redis is configured and
// not before (redisClient.ts).
import type { Clock, Millis } from '../../base/clock.ts';
import type { Disposable } from '../../base/disposable.ts';
import type { Body } from './packing.ts';

export interface CopiedEvent {
  readonly seq: number;
  readonly body: Body;
}

export interface CopyLimits {
  readonly maxEvents: number;
  readonly ttl: Millis;
}

/**
 * `behind`: some of them are there already, or younger ones are: the two have to be merged. `foreign`: the key is used for
 * something else.
 */
export type AddOutcome = 'added' | 'behind' | 'foreign';

/** One connection. Every method rejects when it is lost or silent for too long; none ever waits for its return. */
export interface RedisConnection extends Disposable {
  /** Another one after each restart, and on each server; null where the server does not tell. */
  runId(): Promise<string | null>;
  /** Appends to a stream, in order. */
  add(stream: string, events: readonly CopiedEvent[], limits: CopyLimits): Promise<AddOutcome>;
  /** Makes the stream hold these besides what it holds. False: another writer came between. */
  merge(stream: string, events: readonly CopiedEvent[], limits: CopyLimits): Promise<boolean>;
  read(stream: string): Promise<readonly CopiedEvent[]>;
  remove(streams: readonly string[]): Promise<void>;
  ping(): Promise<void>;
}

export interface RedisAddress {
  readonly clock: Clock;
  readonly url: string;
  /** For the connection itself and for each answer. */
  readonly timeout: Millis;
  /** Gives up connecting. */
  readonly signal: AbortSignal;
  /** It is of no use any more. Called once at most, and not after `dispose`. */
  readonly lost: (reason: Error) => void;
}

export type ConnectRedis = (address: RedisAddress) => Promise<RedisConnection>;
