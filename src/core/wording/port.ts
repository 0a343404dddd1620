// Why a port of this machine could not be had, in words. `code` is the system's, for example EADDRINUSE.
import type { Say } from './say.ts';

/** To be put into a sentence. */
export const describeRefusedPort = (code: string, say: Say): string => {
  if (code === 'EADDRINUSE') return say('another program uses it');
  return code === 'EACCES' ? say('this system does not allow it') : code;
};

/** None at all could be had. */
export const describeNoPort = (code: string, say: Say): string =>
  say('No port of 127.0.0.1 can be listened at: {0}.', describeRefusedPort(code, say));
