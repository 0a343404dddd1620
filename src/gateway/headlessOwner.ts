// Only one gateway may use a state folder. Whether another does is known at once where its process is gone, or still answers at its
// port; where neither can be told (another container, a process number that was given away again) its silence decides,
// which takes as long as the lease lasts. Once it is ours it is so until somebody else has it, or nobody can know.
// Not here: the lease itself (store).
import { connect } from 'node:net';
import { type Clock, type Millis, sleep } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import { type Signal, whenever } from '../base/signal.ts';
import type { Log } from '../runtime/ports.ts';

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

/** Why the folder is not ours any more; null while it is. */
export type FolderLoss =
  | { readonly kind: 'taken' }
  | { readonly kind: 'replaced' }
  | { readonly kind: 'failing'; readonly reason: string };

export interface FolderWatch {
  readonly folder: string;
  readonly loss: Signal<FolderLoss | null>;
  readonly log: Pick<Log, 'info' | 'error'>;
  /** Nothing that is kept may be used any more. */
  readonly end: () => void;
}

/**
 * A folder that cannot be written is nobody's for a while: the servers' sessions in it are left alone, and with new ones clients
 * are served from memory until it can be written again. Where it is somebody else's, or gone, only the end is honest.
 */
export const watchFolder = ({ folder, loss, log, end }: FolderWatch): Disposable =>
  loss.onChange((now) => {
    switch (now?.kind) {
      case undefined:
        log.info(`${folder} can be used again, and everything is kept there from now on.`);
        return;
      case 'failing':
        log.error(
          `${folder} cannot be used (${now.reason}), so that nothing is kept: servers get new sessions, clients are served on. It is tried again every second.`,
        );
        return;
      case 'taken':
        log.error(`Another gateway has taken ${folder}, so this one ends.`);
        break;
      case 'replaced':
        log.error(
          `The files in ${folder} were removed or replaced, so that nothing would be kept. This gateway ends; start it again.`,
        );
    }
    end();
  });
