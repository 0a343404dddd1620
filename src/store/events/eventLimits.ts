// What has to go when a stream, or all of them together, is too much. It is said once, because some of it was promised to
// somebody. Not here: what goes first (eventIndex.ts), and what goes by its age (events.ts).
import type { EventStoreSettings } from '../../core/settings.ts';
import type { EventIndex } from './eventIndex.ts';
import type { SaidOnce } from './saidOnce.ts';

/** Takes out of the index what is too much since this stream has got more; returns where that lies. */
export const trim = (
  index: EventIndex,
  stream: string,
  limits: Pick<EventStoreSettings, 'maxEvents' | 'maxBytes'>,
  said: SaidOnce,
): readonly number[] => {
  const ofStream = index.trimStream(stream, limits);
  if (ofStream.length > 0)
    said.warn(
      'stream',
      `a stream has more than ${limits.maxEvents} events (mcpLifeline.eventStore.maxEvents); its oldest are dropped`,
    );
  const ofAll = index.trimAll(limits);
  if (ofAll.length > 0)
    said.warn(
      'all',
      `the events take more than ${limits.maxBytes} bytes (mcpLifeline.eventStore.maxBytes); the oldest of the largest streams are dropped`,
    );
  return ofAll.length === 0 ? ofStream : [...ofStream, ...ofAll];
};
