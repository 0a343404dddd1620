// What exchanges, pings and the push stream say about a connection: proof of life, troubles, loss. Turns observations
// into events. Not here: what the events change (core/connection/step.ts).
import type { Clock, Millis } from '../base/clock.ts';
import { type Disposable, Mutable, Store } from '../base/disposable.ts';
import { type Signal, Source } from '../base/signal.ts';
import type { Fate } from '../core/calls/fate.ts';
import { type Failure, failureTraits } from '../core/connection/failure.ts';
import { type ConnectionEvent, isUp, type Life, type Trouble } from '../core/connection/state.ts';
import type { PulseEvents } from './pulse.ts';
import type { Proof } from './watch.ts';

export interface ImpressionsDeps {
  readonly clock: Clock;
  readonly life: Signal<Life>;
  readonly dispatch: (event: ConnectionEvent) => void;
  /** Something broke under a call: ask the server now. */
  readonly suspect: () => void;
}

/** So many calls in a row without an answer make a connection degraded. */
const failingCalls = 3;
/** A server may close its push stream to be polled (SEP-1699); only a stream that stays away is trouble. */
const pushGrace: Millis = 2000;
/** Views need the age of a proof in seconds; a busy stream must not wake them for each byte. */
const proofGrain: Millis = 500;

/** A caller that gave up, or a request that the server takes from nobody like us, is no matter of the link. */
const isOfLink = ({ kind }: Failure): boolean =>
  kind !== 'cancelled' && !failureTraits[kind].isOfOneRequest;

export class Impressions implements Disposable {
  readonly #deps: ImpressionsDeps;
  readonly #store = new Store();
  readonly #pushGrace = this.#store.add(new Mutable<Disposable>());
  readonly proof = this.#store.add(new Source<Proof | null>(null));
  #lastUsed: Millis;
  #failing = 0;

  constructor(deps: ImpressionsDeps) {
    this.#deps = deps;
    this.#lastUsed = deps.clock.now();
  }

  /** Wall time of the last call. */
  get lastUsed(): Millis {
    return this.#lastUsed;
  }

  used(): void {
    this.#lastUsed = this.#deps.clock.now();
  }

  proved(by: Proof['by']): void {
    if (by === 'handshake') this.#failing = 0;
    const at = this.#deps.clock.now();
    const before = this.proof.value;
    if (!before || at - before.at >= proofGrain || at < before.at) this.proof.set({ at, by });
  }

  /** How an exchange ended, and what that says about the link of `epoch`. An older one is none of ours any more. */
  exchangeEnded(method: string, fate: Fate, epoch: number): void {
    if (epoch !== this.#epoch) return;
    switch (fate.kind) {
      case 'answered':
        this.proved(method === 'ping' ? 'ping' : 'answer');
        // A server may be healthy while every call on it fails.
        return method === 'ping' ? undefined : this.#callsWork();
      case 'accepted':
        return;
      case 'not-sent':
      case 'refused':
        return isOfLink(fate.failure) ? this.lost(fate.failure) : undefined;
      case 'broken':
        return this.#broken(method, fate.failure);
    }
  }

  push(state: 'off' | 'down' | 'fresh' | 'resumed'): void {
    if (state === 'down') {
      this.#pushGrace.value = this.#deps.clock.after(pushGrace, () =>
        this.#trouble('push-stream-down', true),
      );
      return;
    }
    this.#pushGrace.value = undefined;
    if (state !== 'off') this.proved('stream');
    this.#trouble('push-stream-down', false);
  }

  lost(failure: Failure): void {
    this.#deps.dispatch({ kind: 'lost', at: this.#now(), epoch: this.#epoch, failure });
  }

  /** What the pulse found out. */
  readonly pulseEvents: Omit<PulseEvents, 'ping' | 'reading'> = {
    healthFailing: () => this.#trouble('health-failing', true),
    healthMended: () => this.#trouble('health-failing', false),
    restarted: (failure) =>
      this.#deps.dispatch({ kind: 'restart-seen', at: this.#now(), epoch: this.#epoch, failure }),
    lost: (failure) => this.lost(failure),
    slow: (isSlow) => this.#trouble('slow', isSlow),
    nudge: (cause) => this.#deps.dispatch({ kind: 'nudged', at: this.#now(), cause }),
  };

  dispose(): void {
    this.#store.dispose();
  }

  /** A lost answer is no lost link: the stream alone may have been cut. The server is asked at once. */
  #broken(method: string, failure: Failure): void {
    if (failure.kind === 'cancelled' || method === 'ping') return;
    this.#failing += 1;
    if (this.#failing >= failingCalls) this.#trouble('calls-failing', true);
    this.#deps.suspect();
  }

  #callsWork(): void {
    this.#failing = 0;
    this.#trouble('calls-failing', false);
  }

  #trouble(trouble: Trouble, present: boolean): void {
    if (!isUp(this.#deps.life.value.state)) return;
    const kind = present ? 'troubled' : 'mended';
    this.#deps.dispatch({ kind, at: this.#now(), epoch: this.#epoch, trouble });
  }

  #now(): Millis {
    return this.#deps.clock.now();
  }

  get #epoch(): number {
    return this.#deps.life.value.epoch;
  }
}
