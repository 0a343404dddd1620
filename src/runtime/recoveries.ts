// Writes down each loss that is over: how long it lasted, what brought the connection back, and what became of the calls meanwhile.
// Some of these end a moment after the recovery, which is why its entry is put again while they do.
// Not here: what a loss is (core/chronicle/episode.ts).
import type { Clock, Millis } from '../base/clock.ts';
import { type Disposable, Mutable, Store } from '../base/disposable.ts';
import type { CallToll, ChronicleEntry, RecoveryEntry } from '../core/chronicle.ts';
import {
  addToll,
  type Episode,
  isToll,
  noToll,
  recoveryOf,
  rungOf,
  stepEpisode,
} from '../core/chronicle/episode.ts';
import type { CallNews } from '../core/chronicle/minute.ts';
import type { Recovered } from '../core/connection/state.ts';
import type { HistoryEntry } from '../core/history.ts';
import type { Whose } from './chronicle.ts';

export interface RecoveriesDeps {
  readonly clock: Clock;
  /** Of this window. */
  readonly life: string;
  readonly put: (entry: ChronicleEntry, key: string | null) => void;
}

/** A recovery whose calls still come in. */
interface Settling {
  readonly episode: Episode;
  readonly until: Millis;
  readonly recovered: Recovered;
  readonly key: string;
}

interface Course {
  readonly whose: Whose;
  episode: Episode | null;
  settling: Settling | null;
  toll: CallToll;
  /** Reading of the steady clock when the last of the toll came. */
  tollAt: Millis;
  hasResumed: boolean;
  readonly timer: Mutable<Disposable>;
}

/** Calls that the loss met are answered, or their streams resumed, within this time. */
const settleFor: Millis = 2_000;
/** The call that found the loss out ends just before the state says so. */
const justBefore: Millis = 1_000;
const mostCourses = 2_000;

const tollOf = (news: CallNews): CallToll => {
  if (news.kind === 'held') return { ...noToll, held: 1 };
  if (news.kind === 'repeated') return { ...noToll, repeated: 1 };
  if (news.how === 'unknown') return { ...noToll, unknown: 1 };
  return news.how === 'refused' ? { ...noToll, refused: 1 } : noToll;
};

const keyOf = ({ serverId, client }: Whose): string => JSON.stringify([serverId, client]);

export class Recoveries implements Disposable {
  readonly #deps: RecoveriesDeps;
  readonly #store = new Store();
  readonly #courses = new Map<string, Course>();
  /** By server: its own connection, where one is lost or has just come back. */
  readonly #own = new Map<string, Course>();
  #count = 0;

  constructor(deps: RecoveriesDeps) {
    this.#deps = deps;
  }

  /** The recovery, where this was one that is written down. */
  moved(whose: Whose, entry: HistoryEntry): RecoveryEntry | null {
    const known = this.#courses.get(keyOf(whose));
    const step = stepEpisode(known?.episode ?? null, entry);
    if (step.kind === 'over') return this.#over(this.#courseOf(whose), step);
    if (step.open !== null) this.#open(this.#courseOf(whose), step.open);
    else if (known) known.episode = null;
    this.#tidy(whose);
    return null;
  }

  resumed(whose: Whose): void {
    const course = this.#courses.get(keyOf(whose));
    if (!course || course.hasResumed || (!course.episode && !course.settling)) return;
    course.hasResumed = true;
    if (course.settling) this.#write(course, course.settling);
  }

  call(whose: Whose, news: CallNews): void {
    const toll = tollOf(news);
    if (!isToll(toll)) return;
    const course = this.#courseOf(whose);
    const now = this.#deps.clock.steady();
    const isOld = !course.episode && !course.settling && now - course.tollAt > justBefore;
    course.toll = addToll(isOld ? noToll : course.toll, toll);
    course.tollAt = now;
    if (course.settling) this.#write(course, course.settling);
  }

  forget(serverId: string | null): void {
    for (const [key, course] of this.#courses) {
      if (serverId !== null && course.whose.serverId !== serverId) continue;
      // A loss that lasts is still to be told.
      if (course.settling) this.#settled(course);
      else if (!course.episode) this.#courses.delete(key);
    }
  }

  dispose(): void {
    this.#store.dispose();
  }

  #courseOf(whose: Whose): Course {
    const known = this.#courses.get(keyOf(whose));
    if (known) return known;
    const course: Course = {
      ...{ whose, episode: null, settling: null, toll: noToll, hasResumed: false },
      tollAt: -Infinity,
      timer: this.#store.add(new Mutable<Disposable>()),
    };
    this.#courses.set(keyOf(whose), course);
    if (whose.label === null) this.#own.set(whose.serverId, course);
    const [longestKnown] = this.#courses.values();
    // A program that left during a loss never came back from it.
    if (this.#courses.size > mostCourses && longestKnown) this.#drop(longestKnown);
    return course;
  }

  #open(course: Course, episode: Episode): void {
    if (course.episode === null) {
      // Lost again before the last recovery had settled: what comes now belongs to this loss.
      if (course.settling) this.#end(course);
      const isFresh = this.#deps.clock.steady() - course.tollAt <= justBefore;
      if (!isFresh) course.toll = noToll;
      course.hasResumed = false;
    }
    course.episode = episode;
  }

  #over(
    course: Course,
    { episode, until, recovered }: Omit<Settling, 'key'>,
  ): RecoveryEntry | null {
    course.episode = null;
    const own = this.#own.get(course.whose.serverId);
    // What a loss of the server does to the calls of all its clients is told in one place.
    if (course.whose.label !== null && own && (own.episode || own.settling)) {
      own.toll = addToll(own.toll, course.toll);
      if (own.settling) this.#write(own, own.settling);
      this.#settled(course);
      return null;
    }
    this.#count += 1;
    const settling = { episode, until, recovered, key: `${this.#deps.life} loss ${this.#count}` };
    course.settling = settling;
    course.timer.value = this.#deps.clock.after(settleFor, () => this.#settled(course));
    return this.#write(course, settling);
  }

  #write(course: Course, settling: Settling): RecoveryEntry {
    const { serverId, label, startsProcess } = course.whose;
    const rung = rungOf(settling.recovered, { startsProcess, hasResumed: course.hasResumed });
    const entry = recoveryOf({ serverId, client: label }, settling, rung, course.toll);
    this.#deps.put(entry, settling.key);
    return entry;
  }

  #settled(course: Course): void {
    this.#end(course);
    this.#tidy(course.whose);
  }

  #end(course: Course): void {
    course.settling = null;
    course.toll = noToll;
    course.tollAt = -Infinity;
    course.timer.value = undefined;
  }

  /** Programs come and go: nothing is kept of one that lost nothing. */
  #tidy(whose: Whose): void {
    const course = this.#courses.get(keyOf(whose));
    if (!course || course.episode || course.settling) return;
    if (this.#deps.clock.steady() - course.tollAt <= justBefore) return;
    this.#drop(course);
  }

  #drop({ whose, timer }: Course): void {
    this.#store.drop(timer);
    this.#courses.delete(keyOf(whose));
    if (whose.label === null) this.#own.delete(whose.serverId);
  }
}
