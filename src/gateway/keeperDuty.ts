// The port keeper: it takes the connections that come to a gateway's port, and brings them to the gateway, so that none dies with it. While
// the gateway is away they wait, and the next one gets them as soon as it is there: whoever calls while a window reloads waits a
// few seconds, and is not refused. It understands nothing of what it holds but how a request begins; whoever may come in is
// decided by the gateway.
// Not here: one connection (keptConnection.ts), what is said (keeperWords.ts), and its process (keeper.ts).
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { type Clock, type Millis, sleep } from '../base/clock.ts';
import { type Disposable, Mutable } from '../base/disposable.ts';
import { hereResponse, type KeeperOrders, leaveCommand, leftAnswer } from './keeperWords.ts';
import type { SharedHandle } from './sharedSockets.ts';
import { KeptConnection, type Origin } from './keptConnection.ts';

/** Streams that only wait for news are cut when so much time has passed and nobody is owed an answer: they come again by themselves. */
const lastConnections: Millis = 2000;
const askAgain: Millis = 10;
/** Connections along which the token has not come yet. The oldest makes room, so that a flood of them competes with itself. */
const mostStrangers = 64;
/** A gateway that ended without a goodbye lets go of its port at once; another program never does. */
const askFor: Millis = 1000;

export class KeeperDuty implements Disposable {
  readonly #orders: KeeperOrders;
  readonly #clock: Clock;
  readonly #ended: () => void;
  readonly #server: Server;
  /** Oldest first. */
  readonly #kept = new Set<KeptConnection>();
  readonly #limit = new Mutable<Disposable>();
  #bring: (client: Socket) => void = () => undefined;
  #state: 'standing by' | 'serving' | 'holding' | 'leaving' | 'ended' = 'standing by';
  #hasSettled = false;

  /** `ended` is called once, when nothing is left to do. */
  constructor(orders: KeeperOrders, clock: Clock, ended: () => void) {
    this.#orders = orders;
    this.#clock = clock;
    this.#ended = ended;
    // Nobody reads what is for the gateway.
    this.#server = createServer({ noDelay: true, pauseOnConnect: true }, (client) => {
      if (this.#state === 'serving') this.#bring(client);
      else this.#admit(client);
    });
    // Of one connection; the others are not concerned.
    this.#server.on('error', () => undefined);
  }

  /** Takes what comes to a listening socket, for others. Rejects, and has ended, where that cannot be. */
  async serve(listener: SharedHandle, bring: (client: Socket) => void): Promise<void> {
    this.#bring = bring;
    await this.#begin('serving', listener);
  }

  /** Takes what comes, and keeps it. Without a listening socket at its port. Rejects, and has ended, where that cannot be had. */
  async hold(listener: SharedHandle | null): Promise<void> {
    if (this.#state === 'serving') {
      this.#state = 'holding';
      // It has one already, and a second would go on listening after the first.
      listener?.close();
    } else if (this.#state === 'standing by') await this.#begin('holding', listener);
    else return;
    this.#limit.value = this.#clock.after(this.#orders.holdFor, () => this.#giveUp());
  }

  /** A connection of the gateway that is gone, on which nothing goes on that has begun. */
  inherit(client: Socket): void {
    const kept = this.#enter(client, 'inherited');
    if (this.#state === 'leaving') kept.pass();
  }

  dispose(): void {
    this.#state = 'ended';
    this.#limit.dispose();
    this.#server.close();
    for (const kept of this.#kept) kept.destroy();
  }

  async #begin(state: 'serving' | 'holding', listener: SharedHandle | null): Promise<void> {
    this.#state = state;
    const until = this.#clock.steady() + askFor;
    while (!(await this.#isListening(listener))) {
      if (this.#clock.steady() < until) await sleep(this.#clock, askAgain);
      else {
        this.#end();
        throw new Error(`Port ${this.#orders.port} is taken.`);
      }
    }
  }

  async #isListening(listener: SharedHandle | null): Promise<boolean> {
    try {
      this.#server.listen(
        listener ?? { host: '127.0.0.1', port: this.#orders.port, exclusive: true },
      );
      await once(this.#server, 'listening');
      return true;
    } catch {
      return false;
    }
  }

  #admit(client: Socket): void {
    const strangers = [...this.#kept].filter(isStranger);
    if (strangers.length >= mostStrangers) strangers[0]?.destroy();
    this.#enter(client, 'new');
  }

  #enter(client: Socket, origin: Origin): KeptConnection {
    const kept = new KeptConnection(client, origin, this.#orders, this.#clock, {
      known: () => {
        if ([...this.#kept].filter(isKnown).length > this.#orders.maxConnections) kept.destroy();
      },
      met: (gateway) => this.#meet(gateway),
      over: () => {
        this.#kept.delete(kept);
        this.#endIfDone();
      },
    });
    this.#kept.add(kept);
    return kept;
  }

  /** The next gateway is there, and wants the port: in a moment, or never where it dies before. */
  #meet(gateway: Socket): void {
    let heard = '';
    gateway.on('data', (chunk: Buffer) => {
      heard += chunk.toString('latin1');
      if (heard.startsWith(leaveCommand)) this.#leave(gateway);
    });
    gateway.write(hereResponse);
  }

  #leave(gateway: Socket): void {
    if (this.#state !== 'holding') return;
    this.#state = 'leaving';
    // Before it is told: where two cannot listen at a port, it listens then.
    this.#server.close();
    gateway.end(leftAnswer);
    for (const kept of this.#kept) kept.pass();
    this.#limit.value = this.#clock.after(lastConnections, () => {
      this.#hasSettled = true;
      this.#endIfDone();
    });
  }

  /** It does not come back. */
  #giveUp(): void {
    this.#state = 'leaving';
    this.#hasSettled = true;
    this.#server.close();
    for (const kept of this.#kept) kept.refuse();
    this.#endIfDone();
  }

  #endIfDone(): void {
    if (this.#state === 'leaving' && this.#hasSettled && ![...this.#kept].some(isUnfinished))
      this.#end();
  }

  #end(): void {
    if (this.#state === 'ended') return;
    this.dispose();
    this.#ended();
  }
}

const isUnfinished = ({ isOwed }: KeptConnection): boolean => isOwed;
const isStranger = (kept: KeptConnection): boolean => kept.isStranger;
const isKnown = (kept: KeptConnection): boolean => kept.isKnown;
