// How a gateway leaves its port when it ends: to a keeper where it may be back soon, so that whoever calls meanwhile waits, and is
// not refused. Not here: the keeper (portKeeper.ts), and what becomes of calls that were taken (sessions.ts).
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Disposable } from '../base/disposable.ts';
import { clientHeader } from '../core/clientEntry.ts';
import type { Door } from './door.ts';
import { type KeeperWish, type KeptPlace, PortKeeper, type PortKeeperPorts } from './portKeeper.ts';
import { redirectReply, send, textReply } from './reply.ts';

/** The agent of the editor goes and comes back with its window, and our bridge asks again and again. */
const waitByThemselves: ReadonlySet<string> = new Set(['vscode', 'bridge']);

const mostUnknown = 64;

export class Leaving implements Disposable {
  readonly #keeper: PortKeeper | null;
  readonly #standsBy: KeeperWish['standsBy'] | undefined;
  #isUsed = false;
  /** A keeper takes whoever comes now. */
  #isKept = false;

  /** Without ports nobody keeps anything. */
  constructor(ports: PortKeeperPorts | null) {
    this.#keeper = ports && new PortKeeper(ports);
    this.#standsBy = ports?.wish.standsBy;
  }

  /** The gateway is found at another port, or for the first time. */
  settle(door: Door): void {
    if (this.#standsBy === 'always' || this.#isUsed) this.#standBy(door);
  }

  /** A connection that nobody knows yet. So many only, so that a flood of them costs nothing. */
  meet(socket: Socket, connections: number): void {
    if (connections <= mostUnknown) this.#keeper?.share(socket);
  }

  /** Somebody comes in, by an entry of ours or without one. */
  serve(door: Door, entry: string | null, socket: Socket | null): void {
    if (!this.#isUsed && !(entry !== null && waitByThemselves.has(entry))) {
      this.#isUsed = true;
      if (this.#standsBy === 'once-used') this.#standBy(door);
    }
    if (socket) this.#keeper?.share(socket);
  }

  /**
   * Whoever calls is served until a keeper has the port. False: nobody has it, because nobody is there who would call meanwhile, or it
   * could not be done.
   */
  async leavePort(door: Door): Promise<boolean> {
    const place = keptPlaceOf(door);
    const isWanted = this.#standsBy === 'always' || this.#isUsed;
    if (!place || !this.#keeper || !isWanted) return false;
    this.#isKept = await this.#keeper.hold(place, () => door.letGo());
    return this.#isKept;
  }

  /** Nothing of this request was done: it is sent once more, to the keeper, or by whoever sent it. */
  readonly sayGoodbye = (response: ServerResponse): void => {
    const { url = '/', headers } = response.req;
    // Our bridge waits by itself.
    const mayFollow = this.#isKept && headers[clientHeader] !== 'bridge';
    const again = { 'Retry-After': '1', Connection: 'close' };
    const sorry = 'The gateway is restarting. Try again in a moment.';
    send(response, mayFollow ? redirectReply(url) : textReply(503, sorry, again));
  };

  /** The door is closed. */
  end(): void {
    this.#keeper?.bequeath();
  }

  dispose(): void {
    this.#keeper?.dispose();
  }

  #standBy(door: Door): void {
    const place = keptPlaceOf(door);
    if (place) this.#keeper?.standBy(place);
  }
}

const keptPlaceOf = (door: Door): KeptPlace | null => {
  const place = door.place.value;
  if (place.kind !== 'open') return null;
  return { port: place.port, descriptor: door.descriptor(place.port) };
};
