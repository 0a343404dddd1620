// How a gateway leaves its port when it ends: to a keeper where it may be back soon, so that whoever calls meanwhile waits, and is
// not refused. While it is there the keeper takes what comes to the port, so that nothing is lost where it is killed.
// Not here: the keeper (portKeeper.ts), and what becomes of calls that were taken (sessions.ts).
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Clock, type Millis, sleep } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import { clientHeader } from '../core/clientEntry.ts';
import type { Door, Porter } from './door.ts';
import { type KeeperWish, PortKeeper, type PortKeeperPorts } from './portKeeper.ts';
import { redirectReply, send, textReply } from './reply.ts';

/** The agent of the editor goes and comes back with its window, and our bridge asks again and again. */
const waitByThemselves: ReadonlySet<string> = new Set(['vscode', 'bridge']);

const mostUnknown = 64;
/** The system frees the port of a process that has ended at once; another program may be quicker. */
const takeBackEvery: Millis = 20;
const takeBackTries = 50;
/** A keeper that ended sooner than this may do so again. */
const worthAnother: Millis = 10_000;

export class Leaving implements Disposable, Porter {
  readonly #ports: PortKeeperPorts | null;
  readonly #keeper: PortKeeper | null;
  readonly #standsBy: KeeperWish['standsBy'] | undefined;
  #isUsed = false;
  /** A keeper takes whoever comes now. */
  #isKept = false;
  #isOver = false;

  /** Without ports nobody keeps anything. */
  constructor(ports: PortKeeperPorts | null) {
    this.#ports = ports;
    this.#keeper = ports && new PortKeeper(ports);
    this.#standsBy = ports?.wish.standsBy;
  }

  async prepare(wasKept: boolean): Promise<void> {
    this.#isUsed ||= wasKept;
    if (this.#isWanted) await this.#keeper?.start();
  }

  async take(door: Door, port: number): Promise<void> {
    const { clock } = this.#ports ?? {};
    if (!this.#keeper || !clock || !this.#isWanted) return;
    if (this.#keeper.isElsewhere(port)) {
      this.#keeper.dismiss();
      await this.#keeper.start();
    }
    const { listeners } = door;
    const since = clock.steady();
    const isTaken = await this.#keeper.take(
      { port, listener: listeners.listener(port) },
      {
        came: (socket) => listeners.bring(port, socket),
        lost: () => void this.#takeBack(door, port, clock, clock.steady() - since),
      },
    );
    if (isTaken) listeners.yield(port);
  }

  settled(): void {
    this.#keeper?.settled();
  }

  /** A connection that nobody knows yet. So many only, so that a flood of them costs nothing. */
  meet(socket: Socket, connections: number): void {
    if (connections <= mostUnknown) this.#keeper?.share(socket);
  }

  /** Somebody comes in, by an entry of ours or without one. */
  serve(door: Door, entry: string | null, socket: Socket | null): void {
    if (!this.#isUsed && !(entry !== null && waitByThemselves.has(entry))) {
      this.#isUsed = true;
      if (this.#standsBy === 'once-used') void this.#standBy(door);
    }
    if (socket) this.#keeper?.share(socket);
  }

  /**
   * Whoever calls is served until a keeper has the port. False: nobody has it, because nobody is there who would call meanwhile, or it
   * could not be done.
   */
  async leavePort(door: Door): Promise<boolean> {
    const place = door.place.value;
    if (place.kind !== 'open' || !this.#keeper || !this.#isWanted) return false;
    const { port } = place;
    const listener = door.listeners.listener(port);
    this.#isKept = await this.#keeper.hold({ port, listener }, () => door.letGo());
    return this.#isKept;
  }

  /** Nobody comes back: the port is free at once. */
  giveUp(): void {
    this.#isOver = true;
    this.#keeper?.dismiss();
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
    this.#isOver = true;
    this.#keeper?.dispose();
  }

  get #isWanted(): boolean {
    return this.#standsBy === 'always' || this.#isUsed;
  }

  async #standBy(door: Door): Promise<void> {
    await this.prepare(false);
    const place = door.place.value;
    if (place.kind !== 'open' || this.#isOver) return;
    await this.take(door, place.port);
    this.settled();
  }

  /** The keeper is gone, and this process goes on. */
  async #takeBack(door: Door, port: number, clock: Clock, lasted: Millis): Promise<void> {
    for (let tries = 0; tries < takeBackTries && !this.#isOver; tries += 1) {
      if (await door.listeners.takeBack(port)) {
        this.#ports?.log.warn(
          'The process that took connections for the gateway has ended; the gateway takes them itself.',
        );
        if (lasted >= worthAnother) await this.#standBy(door);
        return;
      }
      await sleep(clock, takeBackEvery);
    }
    if (!this.#isOver) this.#ports?.log.warn(`Port ${port} is lost: another program has taken it.`);
  }
}
