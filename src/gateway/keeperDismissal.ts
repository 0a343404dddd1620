// Sends a port keeper of an earlier life away, so that this one can listen where it listened. Whoever else listens there is asked
// for nothing but its health. Not here: the keeper.
import { request } from 'node:http';
import type { Millis } from '../base/clock.ts';
import { leaveRequest, leftHeader } from './keeperWords.ts';

/** It is on this machine, and does nothing else. */
const patience: Millis = 1000;

/** True: there was one, and the port is free now. */
export const dismissKeeper = (port: number, token: string): Promise<boolean> =>
  new Promise((resolve) => {
    const asked = request({
      ...leaveRequest(token),
      host: '127.0.0.1',
      port,
      agent: false,
      timeout: patience,
    });
    asked.once('response', (response) => {
      resolve(response.headers[leftHeader] === 'left');
      response.destroy();
    });
    // Who does not answer is no keeper of ours.
    asked.once('timeout', () => asked.destroy());
    asked.once('close', () => resolve(false));
    asked.on('error', () => undefined);
    asked.end();
  });
