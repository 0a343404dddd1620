// A gateway's side of its port keeper: starts that process, gives it the listening socket where the system allows it, and has it hold
// the port when the gateway ends. One that stands by holds it by itself as soon as its gateway is gone without a goodbye.
// Not here: what the keeper does (keeperDuty.ts), and how it is sent away (keeperMeeting.ts).
import { type ChildProcess, type SendHandle, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { type Clock, type Millis, sleep } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import type { Log } from '../runtime/ports.ts';
import { BegunMarks, showBegunAt } from './begun.ts';
import { holdingAnswer, type KeeperMessage, type KeeperOrders, ordersFor } from './keeperWords.ts';
import { handleOf } from './sharedSockets.ts';

export interface KeeperWish {
  /** Of the keeper's program. */
  readonly script: string;
  /**
   * When one begins to stand by, for the case that this process is killed: as soon as the gateway listens, or when somebody uses it who
   * cannot wait by himself. It costs some 10 MiB of memory.
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

/** Where the gateway listens. `descriptor`: of the listening socket; null where it cannot be inherited. */
export interface KeptPlace {
  readonly port: number;
  readonly descriptor: number | null;
}

/** A bare process is there in some 50 ms; who waits for our end is not to wait longer than this. */
const startLimit: Millis = 1500;

/** What a bare Node needs of the environment; the rest, which may hold credentials, is none of its business. */
const needed = ['PATH', 'SystemRoot', 'TEMP', 'TMP', 'TMPDIR', 'HOME', 'USERPROFILE'] as const;

/** The program may be that of the editor, which runs scripts only when it is told to. */
export const keeperEnvironment = (own: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(needed.flatMap((name) => (own[name] ? [[name, own[name]]] : []))),
  ELECTRON_RUN_AS_NODE: '1',
});

const tell = (child: ChildProcess, message: KeeperMessage, handle?: SendHandle): void => {
  // One that has gone is noticed by its end.
  if (child.connected) child.send(message, handle, { keepOpen: true }, () => undefined);
};

const nowhere = ['ignore', 'ignore', 'ignore'] as const;

const start = (script: string, { descriptor }: KeptPlace, marks: BegunMarks | null): ChildProcess =>
  spawn(process.execPath, [script], {
    // Ctrl+C in a terminal, and the end of an editor, is for us.
    detached: true,
    windowsHide: true,
    env: keeperEnvironment(process.env),
    stdio: [...nowhere, descriptor ?? 'ignore', marks?.descriptor ?? 'ignore', 'ipc'],
  });

/** It must not keep us alive. */
const letRun = (child: ChildProcess): void => {
  child.unref();
  child.channel?.unref();
};

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode !== null || signalCode !== null;

const hasAnswered = (child: ChildProcess): Promise<boolean> =>
  new Promise((resolve) => {
    child.on('message', (message) => {
      if (message === holdingAnswer) resolve(true);
    });
    child.once('error', () => resolve(false));
    child.once('exit', () => resolve(false));
  });

interface Standing {
  readonly child: ChildProcess;
  readonly place: KeptPlace;
  /** Null where nobody can know what has begun. */
  readonly marks: BegunMarks | null;
  readonly shared: WeakSet<Socket>;
}

export class PortKeeper implements Disposable {
  readonly #ports: PortKeeperPorts;
  #standing: Standing | null = null;
  /** Holds the port, and our connections. */
  #heir: ChildProcess | null = null;
  #marks: BegunMarks | null = null;
  #shared = 0;
  /** Of connections that have ended, for others. */
  #free: number[] = [];

  constructor(ports: PortKeeperPorts) {
    this.#ports = ports;
  }

  /** One stands by for this place from now on. */
  standBy(place: KeptPlace): void {
    if (this.#isOff) return;
    this.#dismiss();
    this.#marks?.dispose();
    this.#marks = BegunMarks.open();
    this.#shared = 0;
    this.#free = [];
    const child = this.#start(place, this.#marks);
    this.#standing = { child, place, marks: this.#marks, shared: new WeakSet() };
  }

  /**
   * Has the one that stands by hold this connection open, so that a request that comes along it while this process is being killed is not
   * lost. Once for each is enough.
   */
  share(socket: Socket): void {
    const standing = this.#standing;
    if (!standing || standing.shared.has(socket)) return;
    standing.shared.add(socket);
    const { child } = standing;
    const handle = handleOf(socket);
    if (handle === null || socket.destroyed) return;
    const free = this.#free;
    const id = free.pop() ?? this.#shared++;
    const mark = standing.marks?.of(id);
    if (mark) showBegunAt(socket, mark);
    tell(child, { kind: 'shared', id }, handle);
    socket.once('close', () => {
      // What is closed at the end may have got a request that nobody has read yet.
      if (this.#heir === child) return;
      tell(child, { kind: 'closed', id });
      mark?.clear();
      free.push(id);
    });
  }

  /**
   * Leaves the port to a keeper; `letGo` closes it here. False: there is none, and `letGo` may or may not have been called.
   */
  async hold(place: KeptPlace, letGo: () => void): Promise<boolean> {
    if (this.#isOff) return false;
    const { clock, log } = this.#ports;
    if (this.#standing?.place.port !== place.port || hasEnded(this.#standing.child))
      this.#dismiss();
    const { child } = this.#standing ?? { child: this.#start(place, null) };
    this.#standing = null;
    const answered = hasAnswered(child);
    if (place.descriptor === null) letGo();
    tell(child, { kind: 'hold' });
    const limit = new AbortController();
    const late = sleep(clock, startLimit, limit.signal).then(
      () => false,
      () => false,
    );
    const isHolding = await Promise.race([answered, late]);
    limit.abort();
    if (isHolding) {
      this.#heir = child;
      letGo();
    } else {
      child.kill('SIGKILL');
      log.warn(
        'Nobody keeps the port while the gateway is away: programs that call now are refused.',
      );
    }
    return isHolding;
  }

  /** Nothing is read here any more: what comes along our connections is for whoever holds the port. */
  bequeath(): void {
    if (this.#heir) tell(this.#heir, { kind: 'inherit' });
  }

  /** Ends the one that stands by: nobody comes back. */
  dispose(): void {
    this.#dismiss();
    this.#marks?.dispose();
  }

  #dismiss(): void {
    // It holds nothing yet, and must not begin to.
    this.#standing?.child.kill('SIGKILL');
    this.#standing = null;
  }

  get #isOff(): boolean {
    return this.#ports.terms().holdFor === 0;
  }

  #start(place: KeptPlace, marks: BegunMarks | null): ChildProcess {
    const { wish, token, terms, log } = this.#ports;
    const { port, descriptor } = place;
    const seen = { inherits: descriptor !== null, knowsBegun: marks !== null };
    const orders = ordersFor(token, { ...terms(), port, ...seen });
    const child = start(wish.script, place, marks);
    child.once('error', ({ message }) =>
      log.warn(
        `The process that keeps the port while the gateway is away did not start: ${message}`,
      ),
    );
    // A channel that breaks is noticed by the end of the process.
    child.on('disconnect', () => undefined);
    tell(child, { kind: 'orders', orders });
    letRun(child);
    return child;
  }
}
