// The health endpoint and the port of the fake server, in virtual time: its uptime runs, it can be sick, deaf or silent.
import type { Clock, Millis } from '../../src/base/clock.ts';
import { ConnectionError, type Failure } from '../../src/core/connection/failure.ts';
import { aFailure } from '../../src/core/connection/failure.ts';
import type { HealthBody, HealthReading } from '../../src/core/connection/health.ts';
import type { Prober } from '../../src/runtime/ports.ts';

/** As the real prober's limit at the default settings. */
const patience: Millis = 3000;

type Mood =
  | { readonly kind: 'well' }
  | { readonly kind: 'none' }
  | { readonly kind: 'sick'; readonly failure: Failure }
  | { readonly kind: 'silent' }
  | { readonly kind: 'bug'; readonly error: Error };

export class FakeProber implements Prober {
  readonly #clock: Clock;
  isLocal = true;
  /** How often it was asked. */
  healths = 0;
  knocks = 0;
  #bornAt: Millis = -100_000;
  #mood: Mood = { kind: 'none' };
  #listening: boolean | null = true;
  #hesitation = Promise.resolve();
  #identity: Partial<HealthBody> = {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  offerNoHealth(): void {
    this.#mood = { kind: 'none' };
  }

  beWell(identity: Partial<HealthBody> = {}): void {
    this.#mood = { kind: 'well' };
    this.#identity = { ...this.#identity, ...identity };
  }

  beSick(failure: Failure = aFailure('server-error', 'health says 500', { status: 500 })): void {
    this.#mood = { kind: 'sick', failure };
  }

  goSilent(): void {
    this.#mood = { kind: 'silent' };
  }

  /** Answers wait until `speakAgain`, whoever has lost patience meanwhile. */
  hesitate(): void {
    this.#hesitation = new Promise((resolve) => {
      this.speakAgain = resolve;
    });
  }

  speakAgain = (): void => {};

  haveBug(error: Error): void {
    this.#mood = { kind: 'bug', error };
  }

  /** The process is another one, `age` old. */
  restart(age: Millis = 0): void {
    this.#bornAt = this.#clock.steady() - age;
  }

  goDeaf(): void {
    this.#listening = false;
  }

  listen(): void {
    this.#listening = true;
  }

  async health(signal: AbortSignal): Promise<HealthReading | null> {
    this.healths += 1;
    await this.#hesitation;
    const mood = this.#mood;
    switch (mood.kind) {
      case 'well':
        return this.#reading();
      case 'none':
        return null;
      case 'sick':
        throw new ConnectionError(mood.failure);
      case 'silent':
        return this.#noAnswer(signal);
      case 'bug':
        throw mood.error;
    }
  }

  listening(_signal: AbortSignal): Promise<boolean | null> {
    this.knocks += 1;
    return Promise.resolve(this.isLocal ? this.#listening : null);
  }

  #reading(): HealthReading {
    const uptimeSecs = Math.floor((this.#clock.steady() - this.#bornAt) / 1000);
    return {
      at: this.#clock.now(),
      steadyAt: this.#clock.steady(),
      latency: 0,
      status: 200,
      body: {
        status: 'ok',
        uptimeSecs,
        version: '1',
        instanceId: null,
        sessions: null,
        jobs: null,
        ...this.#identity,
      },
    };
  }

  #noAnswer(signal: AbortSignal): Promise<never> {
    return new Promise((_, reject) => {
      const end = (kind: 'cancelled' | 'timeout'): void => {
        timer.dispose();
        signal.removeEventListener('abort', abort);
        reject(new ConnectionError(aFailure(kind, 'health did not answer')));
      };
      const abort = (): void => end('cancelled');
      const timer = this.#clock.after(patience, () => end('timeout'));
      signal.addEventListener('abort', abort, { once: true });
    });
  }
}
