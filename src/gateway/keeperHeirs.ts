// The connections of a gateway that may die. While it lives they are its own, and here they are only held open. When it is gone, those with
// an answer that has begun and is not whole end, so that their clients come back with a cursor. The others are the keeper's: a
// request may have come along them that was not read (to kill a process takes the system some ten milliseconds), or may come yet.
// Not here: what becomes of it (keeperDuty.ts), and who shows what has begun (begun.ts).
import type { Socket } from 'node:net';
import type { Clock, Millis } from '../base/clock.ts';
import { readBegun } from './begun.ts';
import { beginsRequest, inheritedDescriptors } from './keeperWords.ts';
import { type SharedHandle, socketOf } from './sharedSockets.ts';

/** It is in this process at once, or there is nothing. */
const unreadWithin: Millis = 50;

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

  /** The gateway is gone. `keep` gets each connection on which no answer has begun; where nobody knows, those with a request. */
  inherit(knowsBegun: boolean, keep: (client: Socket) => void): void {
    const ids = [...this.#handles.keys()];
    const begun = knowsBegun ? readBegun(inheritedDescriptors.begun, ids) : new Set(ids);
    for (const [id, handle] of this.#handles)
      if (begun.has(id)) this.#end(socketOf(handle), keep);
      else keep(socketOf(handle));
    this.#handles.clear();
  }

  /** Unless a request is there: its client would not have sent it before the end of that answer. */
  #end(client: Socket, keep: (client: Socket) => void): void {
    const late = this.#clock.after(unreadWithin, () => client.destroy());
    // `close` follows.
    client.on('error', () => undefined);
    client.once('close', () => late.dispose());
    client.once('data', (chunk: Buffer) => {
      late.dispose();
      if (!beginsRequest(chunk)) return void client.destroy();
      client.pause();
      client.unshift(chunk);
      keep(client);
      client.resume();
    });
  }
}
