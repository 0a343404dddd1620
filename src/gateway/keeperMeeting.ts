// Meets a port keeper of an earlier life, so that this one can listen where it listened. Along one connection from the greeting to the
// farewell: where two may listen at a port, another one might come to ourselves. Whoever else listens there is asked for nothing but
// its health. Not here: the keeper (keeperDuty.ts).
import { connect, type Socket } from 'node:net';
import type { Millis } from '../base/clock.ts';
import { isKeeperHere, leaveCommand, leaveRequest, leftAnswer } from './keeperWords.ts';

/** It is on this machine, and does nothing else. */
const patience: Millis = 1000;

export type Listener =
  | { readonly kind: 'nobody' }
  /** Or a keeper of somebody else. */
  | { readonly kind: 'other' }
  /** `leave` resolves with whether the port is free of it now. One of the two has to be called. */
  | { readonly kind: 'keeper'; readonly leave: () => Promise<boolean>; readonly stay: () => void };

const nobody: Listener = { kind: 'nobody' };
const other: Listener = { kind: 'other' };

/** Who listens at this port of ours? */
export const meetListener = (port: number, token: string): Promise<Listener> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    let heard = '';
    const met = (listener: Listener): void => {
      socket.off('data', hear);
      // Whoever was met has time before he says what he wants.
      socket.setTimeout(0);
      resolve(listener);
      if (listener.kind !== 'keeper') socket.destroy();
    };
    const hear = (chunk: Buffer): void => {
      heard += chunk.toString('latin1');
      if (isKeeperHere(heard)) met(keeperAt(socket));
      // Its health, or whatever it says.
      else if (heard.includes('\r\n\r\n')) met(other);
    };
    socket.on('data', hear);
    // Refused at once where nobody is, since it is this machine.
    socket.on('error', (error) =>
      met('code' in error && error.code === 'ECONNREFUSED' ? nobody : other),
    );
    socket.once('close', () => met(other));
    socket.setTimeout(patience, () => met(other));
    socket.once('connect', () => socket.write(leaveRequest(port, token)));
  });

const keeperAt = (socket: Socket): Listener => ({
  kind: 'keeper',
  leave: () =>
    new Promise((resolve) => {
      // It has given up meanwhile, or was ended.
      if (socket.destroyed) return resolve(false);
      let heard = '';
      socket.on('data', (chunk: Buffer) => {
        heard += chunk.toString('latin1');
        if (heard.includes(leftAnswer)) resolve(true);
      });
      socket.once('close', () => resolve(false));
      socket.setTimeout(patience, () => socket.destroy());
      socket.write(leaveCommand);
    }),
  stay: () => void socket.destroy(),
});
