// Follows the calls of one connection for the figures: which of them waited, how each ended and how long it took. Calls that are
// questions of our own views about lists count for nobody. Not here: what the figures are (core/chronicle).
import type { Clock, Millis } from '../base/clock.ts';
import { type Call, isWaiting, type Verdict } from '../core/calls/call.ts';
import type { CallEnd, CallNews } from '../core/chronicle/minute.ts';
import { isObject } from '../core/rpc.ts';

/** What a person means by a call; lists, pings and settings are the protocol's own business. */
const counted: ReadonlySet<string> = new Set(['tools/call', 'resources/read', 'prompts/get']);

interface Course {
  /** Reading of the steady clock at its arrival; null where it arrived in an earlier life. */
  readonly from: Millis | null;
  wasHeld: boolean;
  wasRepeated: boolean;
}

const endOf = (verdict: Verdict): CallEnd => {
  if (verdict.kind === 'unknown') return 'unknown';
  if (verdict.kind === 'not-run') return 'refused';
  const { response } = verdict;
  if ('error' in response) return 'error';
  return isObject(response.result) && response.result['isError'] === true ? 'error' : 'answered';
};

export class CallTally {
  readonly #clock: Clock;
  readonly #tell: (news: CallNews) => void;
  readonly #open = new Map<number, Course>();

  constructor(clock: Clock, tell: (news: CallNews) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  arrived(key: number, method: string): void {
    if (!counted.has(method)) return;
    const from = this.#clock.steady();
    this.#open.set(key, { from, wasHeld: false, wasRepeated: false });
  }

  /** The calls as they are now. */
  moved(calls: readonly Call[]): void {
    for (const call of calls) {
      if (!counted.has(call.method) || call.isOrphan) continue;
      const isHeld = isWaiting(call);
      if (isHeld || call.repeats > 0) this.#note(this.#courseOf(call), isHeld, call.repeats > 0);
    }
  }

  finished(call: Call, verdict: Verdict): void {
    if (!counted.has(call.method) || call.isOrphan) return;
    const { from } = this.#courseOf(call);
    this.#open.delete(call.key);
    const latency =
      from === null ? Math.max(0, this.#clock.now() - call.arrivedAt) : this.#clock.steady() - from;
    this.#tell({ kind: 'ended', how: endOf(verdict), latency });
  }

  forgotten(key: number): void {
    this.#open.delete(key);
  }

  #courseOf({ key }: Call): Course {
    const known = this.#open.get(key);
    if (known) return known;
    const course: Course = { from: null, wasHeld: false, wasRepeated: false };
    this.#open.set(key, course);
    return course;
  }

  #note(course: Course, isHeld: boolean, isRepeated: boolean): void {
    if (isHeld && !course.wasHeld) this.#tell({ kind: 'held' });
    if (isRepeated && !course.wasRepeated) this.#tell({ kind: 'repeated' });
    course.wasHeld ||= isHeld;
    course.wasRepeated ||= isRepeated;
  }
}
