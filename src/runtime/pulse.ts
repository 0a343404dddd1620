// Asks a server "are you there?" on a schedule, and says what the answers mean to the connection.
// Not here: the judgement of an answer (core/connection/health.ts) and what follows from it (core/connection/step.ts).
import { type Clock, type Millis, sleep } from '../base/clock.ts';
import { type Disposable, Mutable, Store, toDisposable } from '../base/disposable.ts';
import { type Signal, Source, whenever } from '../base/signal.ts';
import { ConnectionError, type Failure } from '../core/connection/failure.ts';
import {
  type HealthReading,
  judgeRun,
  type RunVerdict,
  nextPoll,
  silenceVerdict,
} from '../core/connection/health.ts';
import type { RunMark } from '../core/record.ts';
import type { HealthSettings } from '../core/settings.ts';
import { Knocker } from './knocker.ts';
import { pingsMissed, restartSeen } from './ownFailures.ts';
import type { Fate, Prober } from './ports.ts';

export interface PulseDeps {
  readonly clock: Clock;
  readonly prober: Prober;
  readonly settings: () => HealthSettings;
  readonly view: () => PulseView;
  readonly load: Signal<{ readonly held: number; readonly running: number }>;
  readonly events: PulseEvents;
}

/** What the pulse must know of the connection to choose its pace. */
export interface PulseView {
  readonly state: 'up' | 'down' | 'off';
  /** Wall time of the last call. */
  readonly lastUsed: Millis;
  readonly run: RunMark | null;
}

export interface PulseEvents {
  /** Sends a ping on the session. */
  ping(limit: Millis): Promise<Fate>;
  /** `restarted`: by another process than the reading before. */
  reading(reading: HealthReading, restarted: boolean): void;
  healthFailing(failure: Failure): void;
  healthMended(): void;
  restarted(failure: Failure): void;
  lost(failure: Failure): void;
  /** The answer to a ping took longer than `slowAfter`, or no longer does. */
  slow(isSlow: boolean): void;
  /** A server that did not listen, or was not healthy, now is. */
  nudge(why: 'listening' | 'health'): void;
}

const slowAfter: Millis = 1000;
/** A dev server gets a new instance with each restart; only the latest can still be answering. */
const maxInstances = 16;
/** How often silence is looked at while a call waits. */
const silenceTick: Millis = 500;

export class Pulse implements Disposable {
  readonly #deps: PulseDeps;
  readonly #store = new Store();
  readonly #rounds: Mutable<Disposable>;
  /** The last health reading, null where there is none. */
  readonly health = new Source<HealthReading | null>(null);
  #followed: PulseView['state'] = 'off';
  #offersHealth = true;
  #wasHealthy = true;
  #lastHeard: Millis = 0;
  #slept = false;
  #probing: Promise<void> | null = null;
  readonly #instances = new Set<string>();
  #balanced = false;

  constructor(deps: PulseDeps) {
    this.#deps = deps;
    this.#rounds = this.#store.add(new Mutable<Disposable>());
  }

  /** Any byte from the server. */
  heard(): void {
    this.#lastHeard = this.#deps.clock.steady();
  }

  /** Starts the rounds that suit the state; called after each change of it. */
  follow(state: PulseView['state']): void {
    if (this.#store.isDisposed) return;
    const wasUp = this.#followed === 'up';
    this.#followed = state;
    this.heard();
    if (state === 'down') this.#wasHealthy = false;
    if (state === 'up') this.#offersHealth = this.#deps.settings().path !== false;
    this.#rounds.value = state === 'off' ? undefined : this.#roundsFor(state, wasUp);
  }

  /** After sleep, a network change or a window's return: prove it now. */
  prove(): void {
    this.#slept = true;
    if (this.#isUp) void this.#probe();
  }

  /** Something broke under a call: find out whether the server is gone. Resolves when that is known. */
  async suspect(): Promise<void> {
    if (this.#isUp) await this.#probe();
  }

  get #isUp(): boolean {
    return this.#deps.view().state === 'up';
  }

  dispose(): void {
    this.#store.dispose();
    this.health.dispose();
  }

  #roundsFor(state: 'up' | 'down', wasUp: boolean): Disposable {
    const abort = new AbortController();
    const { signal } = abort;
    const listening = (): void => this.#deps.events.nudge('listening');
    const knocker = new Knocker({ ...this.#deps, listening });
    const rounds =
      state === 'up'
        ? [this.#pollWhileUp(signal), this.#watchSilence(signal)]
        : [this.#pollWhileDown(signal), knocker.run(signal, wasUp)];
    // The only way out of a round is the abort; anything else is a bug that must show.
    for (const round of rounds)
      round.catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
    return toDisposable(() => abort.abort(new Error('the pulse moved on')));
  }

  async #pollWhileUp(signal: AbortSignal): Promise<void> {
    // At once: a restart is only known by comparison with a reading from before it.
    await this.#askHealth(signal);
    for (;;) {
      signal.throwIfAborted();
      const { clock, settings, view } = this.#deps;
      const idleFor = clock.now() - view().lastUsed;
      const mode = this.#offersHealth ? 'health' : 'ping';
      await sleep(
        clock,
        nextPoll({ state: 'up', mode, idleFor, local: true, settings: settings() }),
        signal,
      );
      if (this.#offersHealth) await this.#askHealth(signal);
      else await this.#probe();
    }
  }

  async #pollWhileDown(signal: AbortSignal): Promise<void> {
    const { clock, settings, prober } = this.#deps;
    while (this.#offersHealth) {
      const local = prober.isLocal;
      await sleep(
        clock,
        nextPoll({ state: 'down', mode: 'health', idleFor: 0, local, settings: settings() }),
        signal,
      );
      await this.#askHealth(signal);
      signal.throwIfAborted();
    }
  }

  /**
   * The push stream broke, as it does when a server restarts. One that accepts old session ids gives no other sign, so
   * its health is read at once. Resolves when the restart, if it was one, has been reported.
   */
  async checkRun(): Promise<void> {
    if (!this.#isUp || !this.#offersHealth) return;
    const limit = new AbortController();
    const end = (): void => limit.abort();
    const timer = this.#store.add(new Store());
    timer.add(toDisposable(end));
    timer.add(this.#deps.clock.after(this.#deps.settings().probeTimeout, end));
    try {
      await this.#askHealth(limit.signal);
    } catch (error) {
      // Too slow to tell: the rounds go on asking.
      if (!limit.signal.aborted) throw error;
    } finally {
      this.#store.drop(timer);
    }
  }

  async #askHealth(signal: AbortSignal): Promise<void> {
    if (!this.#offersHealth) return;
    try {
      const reading = await this.#deps.prober.health(signal);
      signal.throwIfAborted();
      if (reading === null) this.#offersHealth = false;
      else await this.#onReading(reading);
    } catch (error) {
      if (signal.aborted || !(error instanceof ConnectionError)) throw error;
      await this.#onHealthFailure(error.failure);
    }
  }

  async #onReading(reading: HealthReading): Promise<void> {
    const { events, view } = this.#deps;
    const before = view().run;
    const verdict = this.#compare(before, reading);
    this.health.set(reading);
    const restarted = verdict?.kind === 'restarted';
    events.reading(reading, restarted);
    const wasHealthy = this.#wasHealthy;
    this.#wasHealthy = true;
    if (restarted && this.#isUp) events.restarted(restartSeen(verdict.sign));
    else if (!wasHealthy) {
      if (view().state === 'down') events.nudge('health');
      else {
        events.healthMended();
        // Being up says nothing about our session.
        await this.#probe();
      }
    }
  }

  #compare(before: RunMark | null, reading: HealthReading): RunVerdict | null {
    const last = this.health.value;
    // A mark that the handshake made is younger than our last reading: the time since that one says nothing about it.
    const elapsed = last && last.at === before?.at ? reading.steadyAt - last.steadyAt : null;
    const comparable = before !== null && !this.#isBalanced(reading, before.instanceId);
    const verdict = comparable ? judgeRun(before, reading, elapsed, this.#slept) : null;
    this.#slept = false;
    return verdict;
  }

  /**
   * Several instances behind one address answer in turn. An instance that comes back was never restarted, so from then on
   * nothing is concluded from who answers.
   */
  #isBalanced({ body: { instanceId } }: HealthReading, before: string | null): boolean {
    if (instanceId === null) return this.#balanced;
    if (this.#instances.has(instanceId) && before !== instanceId) this.#balanced = true;
    this.#instances.add(instanceId);
    for (const oldest of this.#instances) {
      if (this.#instances.size <= maxInstances) break;
      this.#instances.delete(oldest);
    }
    return this.#balanced;
  }

  async #onHealthFailure(failure: Failure): Promise<void> {
    const { events } = this.#deps;
    const first = this.#wasHealthy;
    this.#wasHealthy = false;
    if (!this.#isUp) return;
    // Nobody listens at the server's port: the session is out of reach too, whatever it is.
    if (failure.kind === 'refused') return events.lost(failure);
    events.healthFailing(failure);
    if (first) await this.#probe();
  }

  /** One probe at a time, for all who ask. */
  #probe(): Promise<void> {
    this.#probing ??= this.#pingUntilKnown().finally(() => {
      this.#probing = null;
    });
    return this.#probing;
  }

  /** Pings until it is answered or the silence counts as loss. */
  async #pingUntilKnown(): Promise<void> {
    const rounds = this.#rounds.value;
    // A ping that was lost with an older link is no miss of the present one.
    for (let misses = 0; this.#isUp && this.#rounds.value === rounds; misses += 1) {
      const silence = { callWaits: true, lasted: Number.POSITIVE_INFINITY, misses };
      const verdict = silenceVerdict(silence, this.#deps.settings());
      if (verdict.kind === 'loss') this.#deps.events.lost(pingsMissed(misses));
      if (verdict.kind !== 'probe' || (await this.#pingOnce(verdict.limit))) return;
    }
  }

  async #pingOnce(limit: Millis): Promise<boolean> {
    const { clock, events } = this.#deps;
    const from = clock.steady();
    const fate = await events.ping(limit);
    if (fate.kind === 'answered') events.slow(clock.steady() - from > slowAfter);
    // A refusal was heard by the connection already, which repairs; it is no silence.
    return fate.kind === 'answered' || fate.kind === 'refused';
  }

  async #watchSilence(signal: AbortSignal): Promise<void> {
    const { clock, settings, load } = this.#deps;
    let waitsSince: Millis | null = null;
    for (;;) {
      // Nothing is looked at while nobody waits: hundreds of connections may idle.
      if (waitsSince === null) await whenever(load, ({ running }) => running > 0, signal);
      // A server that nobody asked had nothing to say: its silence begins with the call.
      waitsSince ??= clock.steady();
      await sleep(clock, silenceTick, signal);
      if (load.value.running === 0) waitsSince = null;
      if (waitsSince === null) continue;
      const silence = clock.steady() - Math.max(this.#lastHeard, waitsSince);
      if (silence < settings().callSilence) continue;
      await this.#probe();
      signal.throwIfAborted();
    }
  }
}
