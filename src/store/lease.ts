// One owner per workspace's stored sessions (promise one-owner). The owner beats every 2 s; other windows wait, look
// every second, and take over at once when the owner has ended or died, after 10 s of silence, or when the owner gives
// way because nobody looks at it any more. Where SQLite cannot be used the lease is `unavailable`: every window
// then keeps its sessions to itself, because a doubled session is worse than a new one.
// The beat goes on where no server is configured: a lease without one is another window's after 10 s, and the gateway's
// port, token and clients' sessions, and the history, are under it whether there are servers or not.
// Not here: who may take it (leaseRules.ts) and how it is stored (leaseTable.ts).
import type { Millis } from '../base/clock.ts';
import { type Disposable, Mutable } from '../base/disposable.ts';
import { type Signal, Source } from '../base/signal.ts';
import { reasonOf } from './database.ts';
import {
  type LeaseLoss,
  type LeaseRow,
  type Sighting,
  askAgainAfter,
  heartbeatEvery,
  look,
  mayTake,
  pollEvery,
  sureFor,
  yieldFor,
} from './leaseRules.ts';
import type { LeaseTable } from './leaseTable.ts';
import type { LeaseOpening, LeasePorts, LeaseStatus } from './leasePorts.ts';
import { askWorkbench } from './workbench.ts';

const reopenAfter: Millis = 30_000;

export class Lease implements Disposable {
  readonly #ports: LeasePorts;
  readonly #status = new Source<LeaseStatus>('waiting');
  readonly #loss = new Source<LeaseLoss | null>(null);
  readonly #timer = new Mutable<Disposable>();
  readonly #table = new Mutable<LeaseTable>();
  readonly #question = new Mutable<Disposable>();
  /** Called before the lease is given away, while it is still held. */
  #beforeRelease: () => void = () => undefined;
  /** Clock readings of the last proof that we own it. */
  #provenAt = { wall: 0, steady: 0 };
  #sighting: Sighting | null = null;
  #lookedAt: Millis = 0;
  #mayAskAt: Millis = 0;
  #mayTakeAt: Millis = 0;
  #isForgotten = false;
  #isTrying = false;
  #isFailing = false;
  #disposed = false;

  constructor(ports: LeasePorts) {
    this.#ports = ports;
  }

  get status(): Signal<LeaseStatus> {
    return this.#status;
  }

  /** Null while it is owned, and while it never was. */
  get loss(): Signal<LeaseLoss | null> {
    return this.#loss;
  }

  /** Work to be finished while the lease is still ours, such as writing what waits. */
  beforeRelease(work: () => void): void {
    this.#beforeRelease = work;
  }

  /** Takes the lease if it may be taken now, and goes on trying otherwise. */
  acquire(): LeaseStatus {
    if (!this.#disposed && !this.#isTrying) {
      this.#isTrying = true;
      this.#turn();
    }
    return this.#status.value;
  }

  /**
   * Whether the stored sessions are ours at this moment. After a gap in our heartbeats (sleep, a stopped process, a
   * blocked event loop) somebody else may have them, so then the table is asked before the answer is given.
   */
  holds(): boolean {
    if (this.#status.value !== 'owner') return false;
    if (this.#isSure()) return true;
    this.#turn();
    return this.#status.value === 'owner';
  }

  /** Gives the lease away in good order and stops trying. */
  release(): void {
    this.#isTrying = false;
    this.#timer.value = undefined;
    this.#question.value = undefined;
    if (this.#status.value === 'owner') this.#giveAway();
  }

  dispose(): void {
    if (this.#disposed) return;
    this.release();
    this.#disposed = true;
    this.#timer.dispose();
    this.#question.dispose();
    this.#table.dispose();
    this.#loss.dispose();
    this.#status.dispose();
  }

  #isSure(): boolean {
    const { clock } = this.#ports;
    // A sleep shows on one clock only, on which depends on the operating system.
    const gap = Math.max(clock.now() - this.#provenAt.wall, clock.steady() - this.#provenAt.steady);
    return gap <= sureFor;
  }

  /** One look at the table, and the next one planned. */
  #turn(): void {
    let delay: Millis | null;
    try {
      delay = this.#status.value === 'owner' ? this.#keep() : this.#seek();
      this.#isFailing = false;
    } catch (error) {
      delay = this.#fail(error);
    }
    if (delay !== null) this.#turnIn(delay);
  }

  #turnIn(delay: Millis): void {
    // Whoever heard of the new status may have released the lease in answer.
    if (!this.#isTrying) return;
    this.#timer.value = this.#ports.clock.after(delay, () => this.#turn());
  }

  #keep(): Millis {
    const { clock, id, log } = this.#ports;
    const table = this.#table.value;
    if (table?.isCurrent() !== true) {
      log.warn('Lease: its file was removed, or another one is in its place.');
      this.#loss.set({ kind: 'replaced' });
      this.#lose();
      return pollEvery;
    }
    if (!table.beat(id, clock.now())) {
      this.#taken();
      this.#lose();
      return pollEvery;
    }
    this.#proven();
    if (table.read()?.requestedBy && this.#question.value === undefined) this.#considerRequest();
    return heartbeatEvery;
  }

  /** The delay until the next look, or null where none is of use. */
  #seek(): Millis | null {
    const opening = this.#openTable();
    return opening.kind === 'open' ? this.#seekIn(opening.table) : this.#explain(opening);
  }

  #seekIn(table: LeaseTable): Millis {
    const { clock, id, pid, processes } = this.#ports;
    const row = table.read();
    this.#sighting =
      row === null ? null : look(this.#sighting, row, clock.steady() - this.#lookedAt);
    this.#lookedAt = clock.steady();
    const sighting = this.#sighting;
    const allows = (now: LeaseRow | null): boolean => {
      // What another window has changed since the look is a sign of life.
      if (now?.beat !== row?.beat || now?.owner !== row?.owner) return false;
      // Our own row: the file could not be used for a while, and nobody took the lease meanwhile.
      return now?.owner === id || mayTake(now, sighting, processes, clock.now());
    };
    const isOpenToUs = clock.steady() >= this.#mayTakeAt && allows(row) && this.#isLookedAt();
    const claim = { owner: id, pid, machine: processes.machine, now: clock.now() };
    if (isOpenToUs && table.take(claim, allows)) return this.#becomeOwner();
    // While its file could not be used somebody else could.
    if (this.#loss.value?.kind === 'failing') this.#taken();
    this.#status.set('waiting');
    if (row !== null) this.#ask(table, row);
    return pollEvery;
  }

  /**
   * One that gave way because nobody looked at it asks first whether anybody does now: it would get the lease in the moment in
   * which the window that somebody looks at reloads, and that one would come back to sessions of another.
   */
  #isLookedAt(): boolean {
    if (this.#isForgotten)
      this.#question.value ??= askWorkbench(this.#ports, (isWatched) => {
        this.#isForgotten = !isWatched;
        this.#question.value = undefined;
      });
    return !this.#isForgotten;
  }

  #becomeOwner(): Millis {
    this.#sighting = null;
    this.#proven();
    this.#ports.log.info('Lease: this window owns the stored sessions.');
    this.#status.set('owner');
    this.#loss.set(null);
    return heartbeatEvery;
  }

  #proven(): void {
    const { clock } = this.#ports;
    this.#provenAt = { wall: clock.now(), steady: clock.steady() };
  }

  /** Asks the owner to give way; a request that was answered with no is repeated after a while. */
  #ask(table: LeaseTable, row: LeaseRow): void {
    const { clock, id } = this.#ports;
    if (row.requestedBy !== null || clock.steady() < this.#mayAskAt) return;
    this.#mayAskAt = clock.steady() + askAgainAfter;
    table.request(id, row.owner);
  }

  #considerRequest(): void {
    this.#question.value = askWorkbench(this.#ports, (isWatched) => {
      this.#answerRequest(isWatched);
      // Only now, because the beat in between sees the same request.
      this.#question.value = undefined;
    });
  }

  #answerRequest(isWatched: boolean): void {
    // A beat first: the lease may have been lost while the question was open.
    this.#turn();
    if (this.#status.value !== 'owner') return;
    if (isWatched) {
      this.#table.value?.refuse(this.#ports.id);
      return;
    }
    this.#ports.log.info(
      'Lease: nobody looks at this window; the stored sessions go to the one that asked.',
    );
    this.#isForgotten = true;
    this.#mayTakeAt = this.#ports.clock.steady() + yieldFor;
    this.#mayAskAt = this.#ports.clock.steady() + askAgainAfter;
    this.#giveAway();
    this.#turnIn(pollEvery);
  }

  #giveAway(): void {
    const { id, log } = this.#ports;
    try {
      this.#beforeRelease();
      this.#table.value?.release(id);
    } catch (error) {
      // The others find out by our silence or our end.
      log.warn(`Lease: it could not be released in good order (${reasonOf(error)}).`);
    }
    this.#lose();
  }

  #taken(): void {
    this.#ports.log.warn('Lease: the stored sessions belong to another window now.');
    this.#loss.set({ kind: 'taken' });
  }

  #lose(): void {
    this.#sighting = null;
    this.#question.value = undefined;
    // A file that was replaced under its name is opened anew at the next look.
    if (this.#table.value?.isCurrent() === false) this.#table.value = undefined;
    this.#status.set('waiting');
  }

  #openTable(): LeaseOpening {
    if (this.#table.value?.isCurrent() === false) this.#table.value = undefined;
    const table = this.#table.value;
    if (table !== undefined) return { kind: 'open', table };
    const opening = this.#ports.open();
    if (opening.kind === 'open') this.#table.value = opening.table;
    return opening;
  }

  #explain(opening: Extract<LeaseOpening, { kind: 'unavailable' }>): Millis | null {
    if (this.#status.value !== 'unavailable') {
      this.#ports.log.warn(
        `Lease: this window uses no stored sessions, because ${opening.reason}.`,
      );
    }
    this.#status.set('unavailable');
    return opening.permanent ? null : reopenAfter;
  }

  #fail(error: unknown): Millis {
    if (!this.#isFailing)
      this.#ports.log.warn(`Lease: its file cannot be used (${reasonOf(error)}).`);
    this.#isFailing = true;
    if (this.#status.value !== 'owner') return pollEvery;
    // A short lock passes; after a longer failure nobody can say whose the sessions are.
    if (this.#isSure()) return heartbeatEvery;
    this.#loss.set({ kind: 'failing', reason: reasonOf(error) });
    this.#lose();
    return pollEvery;
  }
}
