// Connections that two processes hold: when one is killed they stand on in the other, with what came along them and was not read yet.
// Node shows a socket's own handle nowhere, and so these two lines reach for it, as its `cluster` does; where it is not what
// it was, or cannot be shared (Windows), nothing is shared. Not here: who does what with them (portKeeper.ts, keeperHeirs.ts).
import type { SendHandle } from 'node:child_process';
import { type Server, Socket } from 'node:net';

/** What one process sends to another in place of a socket, which nobody reads from until `socketOf` makes one of it. */
export interface SharedHandle {
  close(): void;
}

export const isSharedHandle = (value: unknown): value is SharedHandle & SendHandle =>
  typeof value === 'object' &&
  value !== null &&
  'close' in value &&
  typeof value.close === 'function';

/** Null where it cannot be shared. A `Socket` itself would be read by whoever gets it, while it is still read here. */
export const handleOf = (socket: Socket | Server): (SharedHandle & SendHandle) | null => {
  const handle: unknown = Reflect.get(socket, '_handle');
  return process.platform !== 'win32' && isSharedHandle(handle) ? handle : null;
};

/**
 * Reads along this connection from now on. `allowHalfOpen`: whether it stands on when the other side has said all, as an HTTP server
 * needs it.
 */
export const socketOf = (
  handle: SharedHandle,
  { allowHalfOpen } = { allowHalfOpen: false },
): Socket => {
  const options = { handle, readable: true, writable: true, allowHalfOpen };
  return new Socket(options);
};
