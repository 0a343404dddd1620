// A gateway's side of its port keeper: gives it the listening socket where the system allows it, and gets every connection from there, so
// that none dies with this process. When the gateway ends, or is gone without a goodbye, the keeper keeps what comes.
// Not here: its process (keeperProcess.ts), what it does (keeperDuty.ts), and how it is sent away (keeperMeeting.ts).
import type { SendHandle } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import type { Log } from '../runtime/ports.ts';
import { KeeperProcess } from './keeperProcess.ts';
import { type KeeperOrders, ordersFor } from './keeperWords.ts';
import type { SharedHandle } from './sharedSockets.ts';

export interface KeeperWish {
  /** Of the keeper's program. */
  readonly script: string;
  /**
   * When one is there: as soon as the gateway listens, or when somebody uses it who cannot wait by himself. It costs some 10 MiB of memory.
   */
  readonly standsBy: 'always' | 'once-used';
}

export interface PortKeeperPorts {
  readonly wish: KeeperWish;
  readonly token: string;
  readonly clock: Clock;
  readonly log: Pick<Log, 'info' | 'warn'>;
  readonly terms: () => Pick<KeeperOrders, 'holdFor' | 'maxConnections'>;
}

/** Where the gateway listens. `listener`: the listening socket; null where it cannot be given away. */
export interface KeptPlace {
  readonly port: number;
  readonly listener: (SharedHandle & SendHandle) | null;
}

export interface KeeperEvents {
  /** A connection has come to the port. */
  readonly came: (socket: Socket) => void;
  /** Nobody takes what comes there any more. */
  readonly lost: () => void;
}

interface Standing {
  readonly keeper: KeeperProcess;
  /** The port that it is for. */
  port: number | null;
  /** It takes what comes there. */
  isServing: boolean;
}

export class PortKeeper implements Disposable {
  readonly #ports: PortKeeperPorts;
  #standing: Standing | null = null;
  /** Holds the port, and our connections. */
  #heir: KeeperProcess | null = null;
  /** All that there were. */
  readonly #keepers = new Set<KeeperProcess>();

  constructor(ports: PortKeeperPorts) {
    this.#ports = ports;
  }

  /** Has one stand by. Resolves when it is there, or does not come. */
  async start(): Promise<void> {
    if (this.#isOff) return;
    if (!this.#standing || this.#standing.keeper.hasEnded) this.#standing = this.#launch();
    await this.#standing.keeper.isReady;
  }

  /** Whether one stands by for another port than this. */
  isElsewhere(port: number): boolean {
    const there = this.#standing?.port ?? port;
    return there !== port;
  }

  /** Has the one that stands by take what comes to a port. False: it does not, and whoever listens there has to go on. */
  async take({ port, listener }: KeptPlace, { came, lost }: KeeperEvents): Promise<boolean> {
    const standing = this.#standing;
    if (!standing || standing.keeper.hasEnded) return false;
    const { keeper } = standing;
    this.#order(standing, port);
    if (listener === null) return false;
    const answered = keeper.hears('serving');
    keeper.onCame(came);
    keeper.onExit(() => {
      if (standing.isServing && this.#heir !== keeper) lost();
    });
    keeper.tell({ kind: 'serve' }, listener);
    standing.isServing = await answered;
    // What somebody may come along is this, and no socket of ours.
    if (standing.isServing) keeper.keepsAlive(true);
    return standing.isServing;
  }

  /** No other keeper has the port. */
  settled(): void {
    this.#standing?.keeper.tell({ kind: 'alone' });
  }

  /**
   * Has the one that stands by hold this connection open, so that a request that comes along it while this process is being killed is not
   * lost. Once for each is enough.
   */
  share(socket: Socket): void {
    this.#standing?.keeper.share(socket);
  }

  /**
   * Leaves the port to a keeper; `letGo` closes it here. False: there is none, and `letGo` may or may not have been called.
   */
  async hold({ port, listener }: KeptPlace, letGo: () => void): Promise<boolean> {
    if (this.#isOff) return false;
    const { keeper, isServing } = this.#standingAt(port);
    this.#standing = null;
    this.#heir = keeper;
    const answered = keeper.hears('holding');
    const given = isServing ? null : listener;
    if (!isServing && given === null) letGo();
    keeper.tell({ kind: 'hold' }, given ?? undefined);
    const isHolding = await answered;
    keeper.keepsAlive(false);
    if (isHolding) {
      keeper.letInherit();
      letGo();
    } else this.#refuse(keeper);
    return isHolding;
  }

  /** Nothing is read here any more: what comes along our connections is for whoever holds the port. */
  bequeath(): void {
    this.#heir?.tell({ kind: 'inherit' });
  }

  /** Ends the one that stands by: its port is free. */
  dismiss(): void {
    // It must not begin to hold anything.
    this.#standing?.keeper.kill();
    this.#standing = null;
  }

  dispose(): void {
    this.dismiss();
    for (const keeper of this.#keepers) keeper.close();
  }

  get #isOff(): boolean {
    return this.#ports.terms().holdFor === 0;
  }

  /** The one for this port, or a new one. */
  #standingAt(port: number): Standing {
    if (this.#standing?.port === port && !this.#standing.keeper.hasEnded) return this.#standing;
    this.dismiss();
    const standing = this.#launch();
    this.#order(standing, port);
    return standing;
  }

  #refuse(keeper: KeeperProcess): void {
    this.#heir = null;
    keeper.kill();
    this.#ports.log.warn(
      'Nobody keeps the port while the gateway is away: programs that call now are refused.',
    );
  }

  #order(standing: Standing, port: number): void {
    const { token, terms } = this.#ports;
    const { knowsBegun } = standing.keeper;
    standing.port = port;
    const orders = ordersFor(token, { ...terms(), port, knowsBegun });
    standing.keeper.tell({ kind: 'orders', orders });
  }

  #launch(): Standing {
    const { wish, clock, log } = this.#ports;
    const keeper = new KeeperProcess(wish.script, clock, (why) =>
      log.warn(`The process that keeps the port while the gateway is away did not start: ${why}`),
    );
    this.#keepers.add(keeper);
    return { keeper, port: null, isServing: false };
  }
}
