// A server on stdio cannot be asked from outside: its exit is heard, and pings on the link do the rest.
import type { Prober } from '../../runtime/ports.ts';

export const stdioProber: Prober = {
  isLocal: true,
  health: () => Promise.resolve(null),
  listening: () => Promise.resolve(null),
};
