// The connections of a gateway that may die. While it lives they are its own, and here they are only held open: those that it shared,
// and those that came here and were brought to it. When it is gone, those with an answer that has begun and is not whole end, so that
// their clients come back with a cursor. The others are the keeper's: a request may have come along them that was not read (to kill a
// process takes the system some ten milliseconds), or may come yet.
// Not here: what becomes of it (keeperDuty.ts), and who shows what has begun (begun.ts).
import type { SendHandle } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Clock, Millis } from '../base/clock.ts';
import { readBegun } from './begun.ts';
import { begunDescriptor, beginsRequest } from './keeperWords.ts';
import { handleOf, type SharedHandle, socketOf } from './sharedSockets.ts';

/** It is in this process at once, or there is nothing. */
const unreadWithin: Millis = 50;
/** So many may be on their way to the gateway, which drops what it does not want. A flood is stopped here. */
const mostOnTheirWay = 1024;

/** Brings a connection under its number; `brought` is called when it has left this process. */
export type Bring = (id: number, handle: SendHandle, brought: () => void) => void;

interface Held {
  close(): void;
  open(): Socket;
}

export class KeeperHeirs {
  readonly #clock: Clock;
  readonly #held = new Map<number, Held>();
  /** Even numbers are given by the gateway, odd ones here. */
  #next = 1;
  readonly #free: number[] = [];
  #onTheirWay = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  share(id: number, handle: SharedHandle): void {
    this.#held.set(id, { close: () => handle.close(), open: () => socketOf(handle) });
  }

  /** A connection has come here, and nothing of it was read. */
  bring(client: Socket, bring: Bring): void {
    const handle = handleOf(client);
    if (handle === null || this.#onTheirWay >= mostOnTheirWay) return void client.destroy();
    const id = this.#free.pop() ?? this.#next;
    if (id === this.#next) this.#next += 2;
    this.#held.set(id, { close: () => client.destroy(), open: () => client });
    this.#onTheirWay += 1;
    bring(id, handle, () => (this.#onTheirWay -= 1));
  }

  /** The gateway has ended this one. */
  close(id: number): void {
    this.#held.get(id)?.close();
    if (this.#held.delete(id) && id % 2 === 1) this.#free.push(id);
  }

  /** The gateway is gone. `keep` gets each connection on which no answer has begun; where nobody knows, those with a request. */
  inherit(knowsBegun: boolean, keep: (client: Socket) => void): void {
    const ids = [...this.#held.keys()];
    const begun = knowsBegun ? readBegun(begunDescriptor, ids) : new Set(ids);
    for (const [id, held] of this.#held)
      if (begun.has(id)) this.#end(held.open(), keep);
      else keep(held.open());
    this.#held.clear();
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
    });
    client.resume();
  }
}
