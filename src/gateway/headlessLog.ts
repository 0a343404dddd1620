// The log of the headless gateway: lines on standard error, because standard output belongs to the program that started it.
// Every line goes through redaction here, so that no caller can forget it.
import type { Writable } from 'node:stream';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../runtime/ports.ts';

export interface HeadlessLogs {
  readonly own: Log;
  /** The log of one server. */
  of(serverId: string): Log;
}

export interface HeadlessLogsDeps {
  readonly stream: Writable;
  readonly clock: Clock;
  /** Takes credentials and the user's home out of a text. */
  readonly clean: (text: string) => string;
}

/** So much may wait for whoever reads the log; what comes then is left out, and how much that was is said. */
const mostWaiting = 2 ** 20;

export const headlessLogs = ({ stream, clock, clean }: HeadlessLogsDeps): HeadlessLogs => {
  let left = 0;
  // Nobody reads the log any more: that is no reason to end.
  stream.on('error', () => undefined);
  const line = (level: string, about: string, text: string): void => {
    if (stream.writableLength > mostWaiting) {
      left += 1;
      return;
    }
    const time = new Date(clock.now()).toISOString();
    if (left > 0) stream.write(`${time} warn ${left} lines were left out: nobody read them.\n`);
    left = 0;
    stream.write(`${time} ${level} ${about}${clean(text).replaceAll(/[\r\n]+/g, ' ')}\n`);
  };
  const logOf = (about: string): Log => ({
    // Of interest to those who build this, and too much for a terminal.
    debug: () => undefined,
    info: (text) => line('info', about, text),
    warn: (text) => line('warn', about, text),
    error: (text) => line('error', about, text),
  });
  return { own: logOf(''), of: (serverId) => logOf(`[${serverId}] `) };
};
