// A round trip through the store in use: written, read back, found by its cursor, with Redis also read back from there, and
// dropped. Says what did not work. Not here: when to test, and how long to wait for it at most.
import type { Clock } from '../../base/clock.ts';
import type { RpcMessage } from '../../core/rpc.ts';
import { unsaid, type Unsaid } from '../../core/wording/unsaid.ts';
import { ownReason } from '../../core/wording/detail.ts';
import type { EventLog, EventLogTest } from '../../runtime/gatewayPorts.ts';
import { reasonOf } from '../database.ts';
import { placeOf } from './eventId.ts';
import type { RedisCopy } from './redisCopy.ts';

export interface TestedStore {
  readonly log: Pick<EventLog, 'append' | 'readAfter' | 'streamOf' | 'drop'>;
  readonly clock: Clock;
  readonly compressFrom: number;
  readonly copy: Pick<RedisCopy, 'settled' | 'read' | 'state'> | null;
}

/** Enough to be compressed at the usual setting, and little enough to push nothing out. */
const mostText = 64 * 1024;

const messages = (compressFrom: number): readonly RpcMessage[] =>
  ['short', 'round trip '.repeat(Math.ceil(Math.min(compressFrom, mostText) / 11))].map((text) => ({
    jsonrpc: '2.0',
    method: 'notifications/message',
    params: { level: 'debug', data: text },
  }));

interface Trip {
  /** Null: all is well. */
  readonly reason: Unsaid | null;
  /** The last event that was written. */
  readonly last: string;
}

/** One event after the other, because a limit of a single event per stream is allowed. */
const tripHere = ({ log }: TestedStore, stream: string, sent: readonly RpcMessage[]): Trip => {
  let last = log.append(stream, null);
  for (const message of sent) {
    const id = log.append(stream, message);
    const [read, ...more] = log.readAfter(stream, last);
    last = id;
    if (read?.id !== id || more.length > 0)
      return { reason: unsaid('an event did not come back'), last };
    if (JSON.stringify(read.message) !== JSON.stringify(message))
      return { reason: unsaid('an event came back changed'), last };
  }
  const reason = log.streamOf(last) === stream ? null : unsaid('a cursor was not recognised');
  return { reason, last };
};

const tripToRedis = async (
  { copy }: TestedStore,
  stream: string,
  last: string,
): Promise<Unsaid | null> => {
  // While it is away the status says so; the test is of the store in use.
  if (copy?.state.kind !== 'current') return null;
  if (!(await copy.settled())) return unsaid('Redis was lost while it was written to');
  const copied = await copy.read(stream);
  return copied.at(-1)?.seq === placeOf(last)?.seq
    ? null
    : unsaid('an event did not come back from Redis');
};

export const testEvents = async (store: TestedStore): Promise<EventLogTest> => {
  const { log, clock, compressFrom } = store;
  const begun = clock.steady();
  const stream = `self-test.${crypto.randomUUID()}`;
  try {
    const trip = tripHere(store, stream, messages(compressFrom));
    const reason = trip.reason ?? (await tripToRedis(store, stream, trip.last));
    log.drop(stream);
    if (reason !== null) return { kind: 'failed', ...ownReason(reason) };
    if (log.readAfter(stream, null).length > 0)
      return { kind: 'failed', ...ownReason(unsaid('dropped events are still there')) };
    return { kind: 'ok', tookMs: clock.steady() - begun };
  } catch (error) {
    return { kind: 'failed', reason: reasonOf(error) };
  }
};
