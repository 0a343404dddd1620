// Only one gateway may use a state folder. Whether another does is known at once where its process is gone, or still answers at its
// port; where neither can be told (another container, a process number that was given away again) its silence decides,
// which takes as long as the lease lasts. Not here: the lease itself (store).
import { connect } from 'node:net';
import { type Clock, type Millis, sleep } from '../base/clock.ts';
import { type Signal, whenever } from '../base/signal.ts';

/** Whether somebody accepts connections at the address of this URL of ours. */
export const isListening = (url: string): Promise<boolean> =>
  new Promise((answer) => {
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(url).port) });
    socket.once('connect', () => {
      answer(true);
      socket.destroy();
    });
    // Refused at once where nobody is, since it is this machine.
    socket.once('error', () => answer(false));
  });

export interface OwnerQuestion {
  /** `unavailable`: the folder cannot be owned at all. */
  readonly lease: Signal<'owner' | 'waiting' | 'unavailable'>;
  /** Whether a gateway answers where the owner of the folder listened last. */
  readonly answers: () => Promise<boolean>;
  readonly clock: Clock;
  /** It will take a while. */
  readonly waiting: () => void;
}

/** A little longer than it takes until a silent owner has lost the folder. */
const patience: Millis = 14_000;

/** Null when it is ours; otherwise why it is not. */
export const whyNotOurs = async (question: OwnerQuestion): Promise<'taken' | 'unusable' | null> => {
  const { lease, answers, clock, waiting } = question;
  if (lease.value === 'owner') return null;
  if (lease.value === 'unavailable') return 'unusable';
  if (await answers()) return 'taken';
  waiting();
  const over = new AbortController();
  const ours = whenever(lease, (status) => status === 'owner', over.signal).then(() => null);
  const late = sleep(clock, patience, over.signal).then(() => 'taken' as const);
  const first = await Promise.race([ours, late]);
  // The loser rejects, and nobody listens any more.
  void Promise.allSettled([ours, late]);
  over.abort();
  return first;
};
