// What a client is told whose call is held: for whom it waits, and what is being done. It goes out as a progress message,
// so it is one short line.
import type { Millis } from '../../base/clock.ts';
import type { Life } from '../connection/state.ts';
import { describeState } from '../wording.ts';
import type { Say } from './say.ts';

/** `Waiting for dev: reconnecting in 4 s, attempt 3` */
export const describeWaiting = (server: string, life: Life, now: Millis, say: Say): string => {
  const { short } = describeState(life, null, now, say);
  return say('Waiting for {0}: {1}', server, short.replaceAll(' · ', ', '));
};
