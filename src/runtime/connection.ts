// One server on behalf of one client: holds the life, runs `step`, performs its effects. A client sees a pipe for
// JSON-RPC messages that keeps the promises. Not here: any decision about states (core/connection) or calls (core/calls).
import type { Clock, Millis } from '../base/clock.ts';
import { type Disposable, Mutable, Store } from '../base/disposable.ts';
import { type Signal, Source } from '../base/signal.ts';
import type { LedgerGate, LedgerRules } from '../core/calls/ledger.ts';
import type { Policy } from '../core/connection/failing.ts';
import { aFailure, ConnectionError, type Failure } from '../core/connection/failure.ts';
import {
  type Cause,
  type ConnectionEffect,
  type ConnectionEvent,
  type ConnectionState,
  endsCalls,
  gateOf,
  isRecovering,
  isUp,
  type Life,
  newLife,
  pulseOf,
} from '../core/connection/state.ts';
import { step } from '../core/connection/step.ts';
import type { HealthSettings } from '../core/settings.ts';
import { Attempts } from './attempts.ts';
import { Caller } from './caller.ts';
import type { ClientEnd } from './clientEnd.ts';
import { type Established, establish } from './handshake.ts';
import { Impressions } from './impressions.ts';
import { LinkSlot } from './linkSlot.ts';
import { Pipe } from './pipe.ts';
import type { Dialer, LinkEvents, Log, Prober } from './ports.ts';
import { Pulse } from './pulse.ts';
import type { SessionMemory } from './sessionMemory.ts';
import type { Proof } from './watch.ts';

export interface ConnectionDeps {
  readonly outside: {
    readonly dialer: Dialer;
    readonly prober: Prober;
    readonly clock: Clock;
    readonly random: () => number;
  };
  readonly memory: SessionMemory;
  readonly settings: () => ConnectionSettings;
  readonly events: ConnectionEvents;
  readonly log: Log;
}

export interface ConnectionSettings {
  readonly policy: Policy;
  readonly health: HealthSettings;
  readonly connectTimeout: Millis;
  readonly ledger: LedgerRules;
}

export interface ConnectionEvents {
  transition(from: Life, to: Life, cause: Cause): void;
  tellUser(about: Extract<ConnectionEffect, { kind: 'tell-user' }>['about']): void;
  /** What a refused call is told about the state. */
  refusal(life: Life): string;
}

/** How long calls on their way may take to finish once the user said *Stop*. */
const finishLimit: Millis = 5000;

export class Connection implements Disposable {
  readonly #deps: ConnectionDeps;
  readonly #store = new Store();
  readonly #life: Source<Life>;
  readonly #slot: LinkSlot;
  readonly #pipe: Pipe;
  readonly #caller: Caller;
  readonly #attempts: Attempts;
  readonly #impressions: Impressions;
  readonly #stability = this.#store.add(new Mutable<Disposable>());
  readonly #holdBudget = this.#store.add(new Mutable<Disposable>());
  readonly #finishing = this.#store.add(new Mutable<Disposable>());
  readonly pulse: Pulse;

  constructor(deps: ConnectionDeps, enabled: boolean) {
    this.#deps = deps;
    const { memory, outside } = deps;
    const { clock } = outside;
    this.#life = this.#store.add(
      new Source(newLife(enabled ? 'idle' : 'disabled', memory.session !== null)),
    );
    this.#slot = this.#store.add(new LinkSlot());
    this.#caller = this.#store.add(
      new Caller({
        clock,
        rules: () => deps.settings().ledger,
        firstId: memory.record.value.nextId,
        answer: (response) => this.#pipe.answer(response),
        events: {
          idsUsedUpTo: (nextId) => memory.idsUsedUpTo(nextId),
          ended: (method, fate, epoch) => this.#impressions.exchangeEnded(method, fate, epoch),
          refusal: () => deps.events.refusal(this.#life.value),
          answered: (request, response) => memory.noteAnswer(request, response),
        },
      }),
    );
    this.#impressions = this.#store.add(
      new Impressions({
        clock,
        life: this.#life,
        dispatch: (event) => this.dispatch(event),
        suspect: () => this.pulse.suspect(),
      }),
    );
    this.#pipe = this.#store.add(
      new Pipe({
        memory,
        upstream: {
          greeted: () => this.#greeted(),
          call: (request) => this.#call(() => this.#caller.call(request)),
          cancel: (clientId) => this.#caller.cancel(clientId),
          tell: (message) => this.#slot.tell(message, deps.log),
          running: (upstreamId) => this.#caller.findByUpstreamId(upstreamId),
        },
      }),
    );
    this.#attempts = this.#store.add(
      new Attempts({ clock, attempt: (signal) => this.#attempt(signal) }),
    );
    this.pulse = this.#store.add(this.#makePulse());
  }

  get end(): ClientEnd {
    return this.#pipe.end;
  }

  get life(): Signal<Life> {
    return this.#life;
  }

  get proof(): Signal<Proof | null> {
    return this.#impressions.proof;
  }

  get load(): Signal<{ held: number; running: number; heldBytes: number }> {
    return this.#caller.load;
  }

  /** Moves the life; performs what follows. */
  dispatch(event: ConnectionEvent): void {
    if (this.#store.isDisposed) return;
    const before = this.#life.value;
    const [life, effects] = step(before, event, this.#deps.settings().policy);
    this.#life.set(life);
    if (life.state !== before.state) this.#stateChanged(before.state, life.state);
    for (const effect of effects) this.#perform(effect, before);
  }

  /** After sleep, a network change or a window's return. */
  woke(): void {
    this.#slot.link?.reset();
    this.pulse.prove();
    this.dispatch({ kind: 'nudged', at: this.#now(), cause: 'wake' });
  }

  /** Ends everything without a word to the server: its session waits for the next life of the extension. */
  async shutdown(): Promise<void> {
    this.#attempts.cease();
    const link = this.#slot.detach();
    this.dispose();
    await link?.close(false);
  }

  /** The server was removed from the settings: the session is ended too. */
  async retire(): Promise<void> {
    this.#attempts.cease();
    const link = this.#slot.detach();
    const gone = aFailure('cancelled', 'the server was removed from the settings');
    this.#caller.endAll(gone);
    this.#pipe.close();
    this.#deps.memory.forget();
    this.dispose();
    await link?.close(true);
  }

  dispose(): void {
    this.#store.dispose();
  }

  #now(): Millis {
    return this.#deps.outside.clock.now();
  }

  #greeted(): void {
    this.dispatch({ kind: 'started', at: this.#now() });
  }

  /** A call wakes what sleeps or waits. It is put in the queue first, so that a quick repair finds it there. */
  #call(put: () => void): void {
    this.#impressions.used();
    put();
    if (gateOf(this.#life.value.state) !== 'send')
      this.dispatch({ kind: 'call-arrived', at: this.#now() });
  }

  #stateChanged(from: ConnectionState, to: ConnectionState): void {
    if (isUp(from) && !isUp(to)) this.#deps.memory.lost();
    this.#openGate();
    if (endsCalls(to) && !endsCalls(from))
      this.#caller.endAll(aFailure('cancelled', `the connection is ${to.kind}`));
    if (pulseOf(from) !== pulseOf(to)) this.pulse.follow(pulseOf(to));
  }

  /** Lets calls go, wait or be refused, as the state says. */
  #openGate(): void {
    const { link } = this.#slot;
    const { epoch, state } = this.#life.value;
    this.#caller.setGate(this.#gate(state), link && { link, epoch });
  }

  #gate(state: ConnectionState): LedgerGate {
    const gate = gateOf(state);
    if (gate === 'send') return { kind: 'send', session: this.#deps.memory.sessionNumber };
    return { kind: gate === 'refuse' ? 'refuse' : 'hold' };
  }

  #perform(effect: ConnectionEffect, before: Life): void {
    const { clock } = this.#deps.outside;
    switch (effect.kind) {
      case 'attempt':
        return this.#attempts.plan(effect.delay);
      case 'cease':
        return this.#attempts.cease();
      case 'close-link':
        return this.#slot.release(effect.goodbye);
      case 'forget-session':
        return this.#deps.memory.forget();
      case 'watch-stability':
        this.#stability.value = clock.after(effect.delay, () =>
          this.dispatch({ kind: 'stood', at: this.#now(), epoch: effect.epoch }),
        );
        return;
      case 'watch-hold-budget':
        this.#holdBudget.value = clock.after(effect.delay, () =>
          this.dispatch({ kind: 'hold-budget-spent', at: this.#now() }),
        );
        return;
      case 'finish-calls':
        return this.#finishCalls();
      case 'transition':
        return this.#deps.events.transition(before, this.#life.value, effect.cause);
      case 'tell-user':
        return this.#deps.events.tellUser(effect.about);
    }
  }

  #finishCalls(): void {
    const done = (): void => {
      this.#finishing.value = undefined;
      this.dispatch({ kind: 'goodbye-done', at: this.#now() });
    };
    if (this.#caller.load.value.running === 0) return done();
    const store = new Store();
    store.add(this.#deps.outside.clock.after(finishLimit, done));
    store.add(this.#caller.load.onChange((load) => load.running === 0 && done()));
    this.#finishing.value = store;
  }

  async #attempt(signal: AbortSignal): Promise<void> {
    if (!isRecovering(this.#life.value.state)) return;
    this.dispatch({ kind: 'attempt-begun', at: this.#now() });
    const { epoch, mustRenew } = this.#life.value;
    const { memory } = this.#deps;
    try {
      const wishes = { hello: memory.hello ?? {}, renew: mustRenew };
      const established = await establish(this.#handshake(), wishes, this.#eventsOf(epoch), signal);
      if (signal.aborted || this.#life.value.epoch !== epoch) {
        await established.link.close(false);
        return;
      }
      this.#adopt(established, epoch);
    } catch (error) {
      // What is no ConnectionError is a bug of ours: it must not end recovery, and it must be seen.
      if (!(error instanceof ConnectionError)) this.#deps.log.error(String(error instanceof Error ? error.stack : error));
      this.#failed(error instanceof ConnectionError ? error.failure : aFailure('malformed', String(error)), epoch, signal);
      throw error;
    }
  }

  #failed(failure: Failure, epoch: number, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.#deps.log.info(`attempt ${this.#life.value.tries} failed: ${failure.kind}: ${failure.detail}`);
    const random = this.#deps.outside.random();
    this.dispatch({ kind: 'attempt-failed', at: this.#now(), epoch, failure, random });
  }

  #handshake(): Parameters<typeof establish>[0] {
    const { outside, memory, settings } = this.#deps;
    const { connectTimeout, health } = settings();
    return {
      dialer: outside.dialer,
      prober: outside.prober,
      clock: outside.clock,
      memory,
      takeId: () => this.#caller.takeId(),
      limits: { connect: connectTimeout, probe: health.probeTimeout },
    };
  }

  #adopt({ link, how }: Established, epoch: number): void {
    const { memory } = this.#deps;
    const { hadSession } = this.#life.value;
    const same = how === 'same-session';
    this.#slot.take(link);
    if (same) memory.resumed();
    else if (hadSession) memory.renewed();
    this.#impressions.proved('handshake');
    link.listen(same ? memory.cursorOf('standalone') : null);
    if (!same) this.#pipe.sessionReplaced();
    // Before the gate opens: a client that waits for `initialize` gets its answer before any other.
    this.#pipe.welcomed();
    this.dispatch({ kind: 'attempt-succeeded', at: this.#now(), epoch, how });
    // While we were away anything may have changed, the same session or not.
    this.#pipe.announceChanges();
  }

  #eventsOf(epoch: number): LinkEvents {
    const current = (run: () => void): void => {
      if (!this.#store.isDisposed && this.#life.value.epoch === epoch) run();
    };
    let opened = false;
    return {
      message: (message) => current(() => this.#pipe.fromServer(message)),
      heard: () => current(() => this.pulse.heard()),
      cursor: (stream, cursor) => current(() => this.#deps.memory.cursor(stream, cursor)),
      push: (push) =>
        current(() => {
          // A stream that was down may have missed notifications, replay or not (facts on server event stores differ).
          if ((push === 'fresh' || push === 'resumed') && opened) this.#pipe.announceChanges();
          opened ||= push === 'fresh' || push === 'resumed';
          this.#impressions.push(push);
          if (push === 'down') void this.#doubt();
        }),
      lost: (failure) => this.dispatch({ kind: 'lost', at: this.#now(), epoch, failure }),
    };
  }

  /** Holds calls for the moment that it takes to ask whether the server was restarted under us. */
  async #doubt(): Promise<void> {
    const { memory } = this.#deps;
    if (memory.record.value.run === null || !isUp(this.#life.value.state)) return;
    this.#caller.setGate({ kind: 'hold' }, null);
    await this.pulse.checkRun();
    if (!this.#store.isDisposed) this.#openGate();
  }

  #makePulse(): Pulse {
    const { outside, settings, memory } = this.#deps;
    return new Pulse({
      clock: outside.clock,
      prober: outside.prober,
      settings: () => settings().health,
      view: () => ({
        state: pulseOf(this.#life.value.state),
        ...this.#caller.load.value,
        lastUsed: this.#impressions.lastUsed,
        run: memory.record.value.run,
      }),
      events: {
        ...this.#impressions.pulseEvents,
        ping: async (limit) => {
          const { epoch } = this.#life.value;
          const fate = await this.#slot.ping(outside.clock, limit, this.#caller.takeId());
          this.#impressions.exchangeEnded('ping', fate, epoch);
          return fate;
        },
        reading: (reading) => memory.markRun(reading),
      },
    });
  }
}
