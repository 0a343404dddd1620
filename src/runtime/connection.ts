// One server on behalf of one client: holds the life, runs `step`, performs its effects. A client sees a pipe for
// JSON-RPC messages that keeps the promises. Not here: any decision about states (core/connection) or calls (core/calls).
import { type Disposable, Store } from '../base/disposable.ts';
import { type Signal, Source } from '../base/signal.ts';
import { type LedgerGate, rulesIn } from '../core/calls/ledger.ts';
import {
  type ConnectionEffect,
  type ConnectionEvent,
  type ConnectionState,
  endsCalls,
  gateOf,
  isUp,
  type Life,
  newLife,
  pulseOf,
} from '../core/connection/state.ts';
import { step } from '../core/connection/step.ts';
import { attempt, type LinkUser } from './attempt.ts';
import { Attempts } from './attempts.ts';
import { CallDesk } from './callDesk.ts';
import type { ClientEnd } from './clientEnd.ts';
import type { ConnectionDeps } from './connectionDeps.ts';
import { Doubts } from './doubts.ts';
import type { Established } from './handshake.ts';
import { Impressions } from './impressions.ts';
import { LifeTimers } from './lifeTimers.ts';
import { LinkSlot } from './linkSlot.ts';
import { OwedSettings } from './owedSettings.ts';
import { endedBy, serverRemoved } from './ownFailures.ts';
import { Pipe } from './pipe.ts';
import { Pulse } from './pulse.ts';
import type { Proof } from './watch.ts';

export class Connection implements Disposable {
  readonly #deps: ConnectionDeps;
  readonly #store = new Store();
  readonly #life: Source<Life>;
  readonly #slot: LinkSlot;
  readonly #pipe: Pipe;
  readonly #attempts: Attempts;
  readonly #impressions: Impressions;
  readonly #timers: LifeTimers;
  readonly #doubts = new Doubts({ changed: () => this.#openGate() });
  readonly calls: CallDesk;
  /** What was set while the server was away. */
  readonly owed: OwedSettings;
  readonly pulse: Pulse;

  constructor(deps: ConnectionDeps, enabled: boolean) {
    this.#deps = deps;
    const { memory, outside } = deps;
    const { clock } = outside;
    const dispatch = (event: ConnectionEvent): void => this.dispatch(event);
    const first = enabled ? 'idle' : 'disabled';
    this.#life = this.#store.add(new Source(newLife(first, memory.session !== null)));
    this.#slot = this.#store.add(new LinkSlot(clock));
    this.calls = this.#store.add(this.#makeDesk());
    this.owed = new OwedSettings({ ...deps, clock, takeId: this.#takeId });
    const suspect = (): void => void this.#doubts.until(this.pulse.suspect());
    const impressions = new Impressions({ clock, life: this.#life, dispatch, suspect });
    this.#impressions = this.#store.add(impressions);
    const holdBudget = (): number => deps.settings().ledger.holdBudget;
    this.#pipe = this.#store.add(
      new Pipe({
        memory,
        greeting: { clock, life: this.#life, holdBudget, refusal: this.#refusal },
        upstream: {
          greeted: (anew) => this.#greeted(anew),
          call: (request) => this.#call(() => this.calls.call(request)),
          cancel: (clientId) => this.calls.cancel(clientId),
          tell: (message) => this.#slot.tell(message, deps.log),
          progress: (message) => this.calls.progress(message),
        },
      }),
    );
    this.#timers = this.#store.add(new LifeTimers({ clock, load: this.calls.load, dispatch }));
    const attempts = new Attempts({ clock, attempt: (signal) => this.#attempt(signal) });
    this.#attempts = this.#store.add(attempts);
    this.pulse = this.#store.add(this.#makePulse());
    this.#openGate();
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
  async shutdown(tellClient = false): Promise<void> {
    this.#attempts.cease();
    const link = this.#slot.detach();
    if (tellClient) this.#pipe.close();
    this.dispose();
    await link?.close(false);
  }

  /** The server was removed from the settings: the session is ended too. */
  async retire(): Promise<void> {
    this.#attempts.cease();
    const link = this.#slot.detach();
    this.calls.endAll(serverRemoved);
    this.#pipe.close();
    this.#deps.memory.forget();
    this.dispose();
    await link?.close(true);
  }

  dispose(): void {
    this.#store.dispose();
  }

  readonly #now = (): number => this.#deps.outside.clock.now();
  readonly #takeId = (): number => this.calls.takeId();

  /** `anew`: another client than before, whose capabilities the server has yet to hear of. */
  #greeted(anew: boolean): void {
    const { state } = this.#life.value;
    // Saying hello starts what sleeps; what is down is tried as for a call, and what was stopped stays so.
    const kind = state.kind === 'idle' ? 'started' : 'call-arrived';
    const renew = anew && pulseOf(state) !== 'off';
    this.dispatch({ kind: renew ? 'new-session-asked' : kind, at: this.#now() });
  }

  /** A call wakes what sleeps or waits. It is put in the queue first, so that a quick repair finds it there. */
  #call(put: () => void): void {
    this.#impressions.used();
    put();
    if (gateOf(this.#life.value.state) !== 'send')
      this.dispatch({ kind: 'call-arrived', at: this.#now() });
  }

  #stateChanged(from: ConnectionState, to: ConnectionState): void {
    if (isUp(from) && !isUp(to)) {
      this.#doubts.clear();
      this.#deps.memory.lost();
    }
    this.#openGate();
    // While we were away anything may have changed, the same session or not.
    if (!isUp(from) && isUp(to)) {
      this.#pipe.announceChanges();
      void this.owed.settle(this.#slot.link);
    }
    if (endsCalls(to) && !endsCalls(from)) this.calls.endAll(endedBy(to.kind));
    if (pulseOf(from) !== pulseOf(to)) this.pulse.follow(pulseOf(to));
  }

  /** Lets calls go, wait or be refused, as the state says. */
  #openGate(): void {
    if (this.#store.isDisposed) return;
    const { link } = this.#slot;
    const { epoch, state } = this.#life.value;
    this.calls.setGate(this.#gate(state), link && { link, epoch });
  }

  #gate(state: ConnectionState): LedgerGate {
    const gate = gateOf(state);
    if (gate === 'send' && !this.#doubts.any)
      return { kind: 'send', session: this.#deps.memory.sessionNumber };
    return { kind: gate === 'refuse' ? 'refuse' : 'hold' };
  }

  #perform(effect: ConnectionEffect, before: Life): void {
    switch (effect.kind) {
      case 'attempt':
        return this.#attempts.plan(effect.delay);
      case 'cease':
        return this.#attempts.cease();
      case 'close-link':
        return this.#slot.release(effect.goodbye);
      case 'leave-link':
        return this.#slot.leave();
      case 'forget-session':
        return this.#deps.memory.forget();
      case 'watch-stability':
        return this.#timers.watchStability(effect.epoch, effect.delay);
      case 'watch-hold-budget':
        return this.#timers.watchHoldBudget(effect.delay);
      case 'finish-calls':
        return this.#timers.finishCalls();
      case 'transition':
        return this.#deps.events.transition(before, this.#life.value, effect.cause);
      case 'tell-user':
        return this.#deps.events.tellUser(effect.about);
    }
  }

  #attempt(signal: AbortSignal): Promise<void> {
    const { outside, memory, settings, log } = this.#deps;
    const { connectTimeout, health } = settings();
    const limits = { connect: connectTimeout, probe: health.probeTimeout };
    const handshake = { ...outside, memory, takeId: this.#takeId, limits };
    return attempt(
      {
        life: this.#life,
        dispatch: (event) => this.dispatch(event),
        handshake: () => handshake,
        hello: (waiting) => memory.greeting(waiting),
        link: this.#linkUser,
        log,
      },
      signal,
    );
  }

  readonly #refusal = (): string => this.#deps.events.refusal(this.#life.value);

  readonly #linkUser: LinkUser = {
    adopt: (established) => this.#adopt(established),
    message: (message, stream) => this.#pipe.fromServer(message, this.calls.causeOf(stream)),
    heard: () => this.pulse.heard(),
    cursor: (stream, cursor) => this.calls.cursor(stream, cursor),
    push: (state, again) => {
      // A stream that was down may have missed notifications, replay or not: servers' event stores differ.
      if (again && (state === 'fresh' || state === 'resumed')) this.#pipe.announceChanges();
      this.#impressions.push(state);
      // Calls wait for the moment that it takes to ask whether the server was restarted under us.
      const { run } = this.#deps.memory.record.value;
      if (state === 'down' && run !== null) void this.#doubts.until(this.pulse.checkRun());
    },
  };

  #adopt({ link, how }: Established): void {
    const { memory } = this.#deps;
    const same = how === 'same-session';
    this.#slot.take(link);
    if (memory.isDoubted) this.calls.strand();
    if (same) memory.resumed();
    else if (this.#life.value.hadSession) memory.renewed();
    this.#impressions.proved('handshake');
    link.listen(same ? memory.cursorOf('standalone') : null);
    if (!same) this.#pipe.sessionReplaced();
    // Before the gate opens: a client that waits for `initialize` gets its answer before any other.
    this.#pipe.welcomed();
  }

  #makeDesk(): CallDesk {
    const { settings, events } = this.#deps;
    return new CallDesk({
      ...this.#deps,
      rules: () => rulesIn(this.#life.value.state, settings().ledger),
      tellClient: (message, cause) => this.#pipe.toClient(message, cause),
      events: {
        ...events,
        ended: (method, fate, epoch) => this.#impressions.exchangeEnded(method, fate, epoch),
        refusal: this.#refusal,
        waiting: () => events.waiting(this.#life.value),
      },
    });
  }

  #makePulse(): Pulse {
    const { outside, settings, memory } = this.#deps;
    return new Pulse({
      clock: outside.clock,
      prober: outside.prober,
      settings: () => settings().health,
      load: this.calls.load,
      view: () => ({
        state: pulseOf(this.#life.value.state),
        lastUsed: this.#impressions.lastUsed,
        run: memory.record.value.run,
      }),
      events: {
        ...this.#impressions.pulseEvents,
        ping: async (limit) => {
          const { epoch } = this.#life.value;
          const fate = await this.#slot.ping(outside.clock, limit, this.calls.takeId());
          this.#impressions.exchangeEnded('ping', fate, epoch);
          return fate;
        },
        reading: (reading, restarted) => memory.markRun(reading, restarted),
      },
    });
  }
}
