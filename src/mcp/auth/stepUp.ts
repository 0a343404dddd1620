// Calls that need more rights than were granted (403, `insufficient_scope`): what a person is asked for, for how long, and that
// nobody is asked for the same twice in a row. Not here: asking (signingIn.ts).
import type { Clock, Millis } from '../../base/clock.ts';
import { type Disposable, Mutable } from '../../base/disposable.ts';
import { aFailure, type Failure } from '../../core/connection/failure.ts';

/** So long nothing else is sent, so that the person notices; then the server is used with the rights that there are. */
const patience: Millis = 60_000;
/** Who was asked in vain is left alone for so long. */
const restAfter: Millis = 10 * 60_000;

const keyOf = (scopes: readonly string[]): string => scopes.toSorted().join(' ');

export class StepUp implements Disposable {
  readonly #clock: Clock;
  readonly #changed: () => void;
  readonly #timer = new Mutable();
  /** Until when each was asked for; for ever where the person has signed in and it was refused all the same. */
  readonly #asked = new Map<string, Millis>();
  #wanted: readonly string[] = [];
  /** Those of them that a sign-in was made with. */
  #granted: readonly string[] = [];
  #demand: Failure | null = null;

  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  get demand(): Failure | null {
    return this.#demand;
  }

  /** Everything that calls have needed, for the next sign-in. */
  get wanted(): readonly string[] {
    return this.#wanted;
  }

  /** Whether asking for these again is of no use now. */
  isAsked(scopes: readonly string[]): boolean {
    return (this.#asked.get(keyOf(scopes)) ?? 0) > this.#clock.steady();
  }

  note(scopes: readonly string[]): void {
    this.#wanted = [...new Set([...this.#wanted, ...scopes])];
  }

  /** Asks the person for these; what is to be told. */
  ask(scopes: readonly string[]): Failure {
    this.note(scopes);
    this.#asked.set(keyOf(scopes), this.#clock.steady() + patience + restAfter);
    const text = `The call needs more rights than you have granted (${scopes.join(' ').slice(0, 200)}). Sign in again to grant them.`;
    this.#demand = aFailure('unauthorized', text, { status: 403 });
    this.#timer.value = this.#clock.after(patience, () => this.#end());
    return this.#demand;
  }

  /** A person has signed in, and was asked for `scopes`. */
  signedIn(scopes: readonly string[]): void {
    for (const key of this.#asked.keys())
      if (key.split(' ').every((scope) => scopes.includes(scope)))
        this.#asked.set(key, Number.POSITIVE_INFINITY);
    this.#granted = this.#wanted;
    this.#end();
  }

  /** The authorization server does not grant these to anybody here: the next sign-in is to work without them. */
  refused(): void {
    this.#wanted = this.#granted;
    this.#end();
  }

  /** A person has signed out: whoever signs in next may grant other rights. */
  forget(): void {
    this.#asked.clear();
    this.#wanted = [];
    this.#granted = [];
    this.#end();
  }

  dispose(): void {
    this.#timer.dispose();
  }

  #end(): void {
    this.#timer.value = undefined;
    if (this.#demand === null) return;
    this.#demand = null;
    this.#changed();
  }
}
