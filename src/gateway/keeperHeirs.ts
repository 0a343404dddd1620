// The connections of a gateway that may die. While it lives they are its own, and here they are only held open; what came along
// them and was not read when it was killed (which takes the system some ten milliseconds) is a request like any other.
// Not here: what becomes of it (keeperDuty.ts).
import type { Socket } from 'node:net';
import type { Clock, Millis } from '../base/clock.ts';
import { type SharedHandle, socketOf } from './sharedSockets.ts';

/** It is in this process at once, or there is nothing. */
const unreadWithin: Millis = 50;
const beginsRequest = (chunk: Buffer): boolean =>
  /^(?:POST|GET|DELETE) \//.test(chunk.toString('latin1', 0, 8));

export class KeeperHeirs {
  readonly #clock: Clock;
  readonly #handles = new Map<number, SharedHandle>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  share(id: number, handle: SharedHandle): void {
    this.#handles.set(id, handle);
  }

  /** The gateway has ended this one. */
  close(id: number): void {
    this.#handles.get(id)?.close();
    this.#handles.delete(id);
  }

  /**
   * The gateway is gone. `request` gets each connection along which a request has come that it did not read, and which has not been read
   * from; the others end: whoever waits for the rest of an answer asks for it anew.
   */
  inherit(request: (client: Socket) => void): void {
    for (const handle of this.#handles.values()) this.#look(socketOf(handle), request);
    this.#handles.clear();
  }

  #look(client: Socket, request: (client: Socket) => void): void {
    const late = this.#clock.after(unreadWithin, () => client.destroy());
    // `close` follows.
    client.on('error', () => undefined);
    client.once('close', () => late.dispose());
    client.once('data', (chunk: Buffer) => {
      late.dispose();
      // The rest of a request whose beginning died with the gateway.
      if (!beginsRequest(chunk)) return void client.destroy();
      client.pause();
      client.unshift(chunk);
      request(client);
      client.resume();
    });
  }
}
