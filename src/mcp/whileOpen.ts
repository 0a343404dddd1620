// The reports of a link, told only as long as it is open: a closed link reports nothing any more (runtime/ports.ts).
import type { LinkEvents } from '../runtime/ports.ts';

/** The same events, told only while `isOpen`. */
export const whileOpen = (events: LinkEvents, isOpen: () => boolean): LinkEvents => ({
  message: (message, stream) => {
    if (isOpen()) events.message(message, stream);
  },
  heard: () => {
    if (isOpen()) events.heard();
  },
  cursor: (stream, cursor) => {
    if (isOpen()) events.cursor(stream, cursor);
  },
  push: (state) => {
    if (isOpen()) events.push(state);
  },
  lost: (failure) => {
    if (isOpen()) events.lost(failure);
  },
});
