// Whether the gateway can be reached where it says it is, and whether its store keeps what it is given: tried, not believed.
// Not here: what follows from the answers (healthAdvice.ts).
import { get } from 'node:http';
import type { Clock, Millis } from '../base/clock.ts';
import { isObject } from '../core/rpc.ts';
import { describeNoPort } from '../core/wording/port.ts';
import type { Say } from '../core/wording/say.ts';
import { unsaid } from '../core/wording/unsaid.ts';
import { SaidError, sayError } from '../core/wording/saidError.ts';
import type { EventLog, EventLogTest } from '../runtime/gatewayPorts.ts';
import type { DoorPlace } from './door.ts';

export type Check =
  | { readonly kind: 'ok'; readonly tookMs: number }
  | { readonly kind: 'failed'; readonly reason: string };

const patience: Millis = 3_000;
const mostBytes = 64 * 1024;

const failed = (reason: string): Check => ({ kind: 'failed', reason });

const lateWords = (say: Say): string => say('it did not answer within {0} s', patience / 1000);

const instanceIn = (text: string): unknown => {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value['instanceId'] : undefined;
  } catch {
    // Somebody else answers there.
    return undefined;
  }
};

/** Asks our own `/health` over the loopback address, as any client would come; null when somebody else answered. */
const askOurselves = (port: number, signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const request = get(
      // A connection of its own: a pooled one would prove nothing.
      { host: '127.0.0.1', port, path: '/health', agent: false, signal },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
          if (text.length > mostBytes)
            request.destroy(new SaidError(unsaid('the answer is too long')));
        });
        response.on('error', reject);
        response.on('end', () => resolve(instanceIn(text)));
      },
    );
    request.on('error', reject);
  });

/** Whether a connection to our own port reaches this gateway. */
export const checkDoor = async (
  place: DoorPlace,
  instanceId: string,
  clock: Clock,
  say: Say,
): Promise<Check> => {
  if (place.kind === 'closed') return failed(say('the gateway is not open'));
  if (place.kind === 'failed') return failed(describeNoPort(place.code, say));
  const began = clock.steady();
  const abort = new AbortController();
  const timer = clock.after(patience, () => abort.abort());
  try {
    const answered = await askOurselves(place.port, abort.signal);
    return answered === instanceId
      ? { kind: 'ok', tookMs: Math.round(clock.steady() - began) }
      : failed(say('another program answers at port {0}', place.port));
  } catch (error) {
    if (abort.signal.aborted) return failed(lateWords(say));
    return failed(sayError(error, say));
  } finally {
    timer.dispose();
  }
};

/** The store's own test, with a limit: a store behind a network may not answer at all. */
export const checkStore = (
  store: Pick<EventLog, 'selfTest'>,
  clock: Clock,
  say: Say,
): Promise<EventLogTest> =>
  new Promise((resolve) => {
    const timer = clock.after(patience, () => resolve(failed(lateWords(say))));
    const finish = (test: EventLogTest): void => {
      timer.dispose();
      resolve(test);
    };
    // It promises never to reject; a report must not hang on that.
    store.selfTest().then(finish, (error: unknown) => {
      finish({ kind: 'failed', reason: sayError(error, say) });
    });
  });
