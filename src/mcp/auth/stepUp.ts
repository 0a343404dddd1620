// Calls that need more rights than were granted (403, `insufficient_scope`): what a person is asked for, for how long, and that
// nobody is asked for the same twice in a row. Not here: asking (signingIn.ts).
import type { Clock, Millis } from '../../base/clock.ts';
import { type Disposable, Mutable } from '../../base/disposable.ts';
import { type Failure, wordedFailure } from '../../core/connection/failure.ts';
import { unsaid } from '../../core/wording/unsaid.ts';

/**
 * So long nothing is sent, which is what makes the need visible: a state, a notification, a reason for the call. Less than calls
 * are held for a person (`holdBudgetIn`), so that calls which need no more rights only wait for a moment and then go on.
 */
const pause: Millis = 4_000;
/** Who was asked in vain is left alone for so long. */
const restAfter: Millis = 10 * 60_000;

const keyOf = (scopes: readonly string[]): string => scopes.toSorted().join(' ');

/** What came of asking: nothing yet, or they are not to be had. */
export type Answer = 'open' | 'no';

export class StepUp implements Disposable {
  readonly #clock: Clock;
  readonly #changed: () => void;
  readonly #timer = new Mutable();
  /** Until when nobody is asked again; for ever where the person has signed in and it was refused all the same. */
  readonly #asked = new Map<string, { readonly until: Millis; readonly answer: Answer }>();
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

  /** What came of asking for these not long ago; null where they are to be asked for. */
  answerTo(scopes: readonly string[]): Answer | null {
    const asked = this.#asked.get(keyOf(scopes));
    return asked && asked.until > this.#clock.steady() ? asked.answer : null;
  }

  note(scopes: readonly string[]): void {
    this.#wanted = [...new Set([...this.#wanted, ...scopes])];
  }

  /** Asks the person for these; what is to be told. */
  ask(scopes: readonly string[]): Failure {
    this.note(scopes);
    const until = this.#clock.steady() + pause + restAfter;
    this.#asked.set(keyOf(scopes), { until, answer: 'open' });
    const text = unsaid(
      'The call needs more rights than you have granted ({0}). Sign in again to grant them.',
      scopes.join(' ').slice(0, 200),
    );
    this.#demand = wordedFailure('unauthorized', text, { status: 403 });
    this.#timer.value = this.#clock.after(pause, () => this.#end());
    return this.#demand;
  }

  /** A person has signed in, and was asked for `scopes`. */
  signedIn(scopes: readonly string[]): void {
    for (const key of this.#asked.keys())
      if (key.split(' ').every((scope) => scopes.includes(scope)))
        this.#asked.set(key, { until: Number.POSITIVE_INFINITY, answer: 'no' });
    this.#granted = this.#wanted;
    this.#end();
  }

  /** The authorization server does not grant these to anybody here: the next sign-in is to work without them. */
  refused(): void {
    this.#wanted = this.#granted;
    for (const [key, { until }] of this.#asked) this.#asked.set(key, { until, answer: 'no' });
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
