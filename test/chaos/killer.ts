// Ends one life of a server after the other without a goodbye: at moments of a call that the server itself knows best
// (test/servers/doom.ts), at moments that nobody chose, and on its way up. Not here: the calls (callers.ts).
import { setTimeout as delay } from 'node:timers/promises';
import { isUp } from '../../src/core/connection/state.ts';
import { type DoomPoint, doomPoints, type Fate } from '../servers/doom.ts';
import { type FleetRig, until } from '../support/fleetRig.ts';
import type { Callers } from './callers.ts';
import type { Chance } from './chance.ts';
import type { Target } from './targets.ts';

/** From the start of a call, in milliseconds. */
const momentWithin = 30;
/** Of a starting server: before it listens, during the handshake, or under the first calls. */
const wayUpWithin = 800;
/** A fate may ask for calls that nobody makes. */
const fateLimit = 4000;
/** A busy machine is slow, and a storm that stands still is broken. */
const standstill = 60_000;

/** How a life ended. */
export type Death = DoomPoint | 'moment' | 'way-up';

type Plan =
  | { readonly kind: 'point'; readonly point: DoomPoint; readonly nth: number }
  | { readonly kind: 'moment' | 'way-up'; readonly after: number };

const peace: Plan = { kind: 'moment', after: 0 };

const fateIn = (plan: Plan): Fate =>
  plan.kind === 'point' ? { point: plan.point, nth: plan.nth } : { point: null, nth: 0 };

const drawPlan = (chance: Chance): Plan => {
  const dice = chance.roll();
  if (dice < 0.1) return { kind: 'way-up', after: chance.below(wayUpWithin) };
  if (dice < 0.3) return { kind: 'moment', after: chance.below(momentWithin) };
  const point = doomPoints[chance.below(doomPoints.length)] ?? 'after-run';
  return { kind: 'point', point, nth: 1 + chance.below(6) };
};

export interface KillerDeps {
  readonly target: Target;
  readonly rig: FleetRig;
  readonly callers: Callers;
  readonly chance: Chance;
}

export class Killer {
  readonly #deps: KillerDeps;
  readonly deaths: Death[] = [];
  #last: number | null = null;

  constructor(deps: KillerDeps) {
    this.#deps = deps;
  }

  /** Resolves when so many lives have ended, and the next one has answered somebody. */
  async rage(kills: number): Promise<void> {
    const { target, callers, chance } = this.#deps;
    // The life that runs already knows of no fate, and the last one has none.
    let plan: Plan = peace;
    while (this.deaths.length < kills) {
      const next = this.deaths.length + 1 < kills ? drawPlan(chance) : peace;
      this.deaths.push(await this.#end(plan, next));
      const crowd = chance.roll() < 0.4 ? 3 + chance.below(8) : 0;
      if (crowd > 0) await this.#callInVain(crowd);
      target.revive();
      plan = next;
    }
    await this.#untilMore(() => callers.answered, 'an answer');
  }

  async #end(plan: Plan, next: Plan): Promise<Death> {
    const { target } = this.#deps;
    const pid = await this.#nextLife();
    if (plan.kind === 'way-up') {
      await delay(plan.after);
      await this.#kill(pid);
      target.foretell(fateIn(next));
      return 'way-up';
    }
    await this.#until(() => target.isForetold() || this.#isOver(pid), 'a life that knows its fate');
    target.foretell(fateIn(next));
    if (plan.kind === 'point' && (await this.#hasDied(pid))) return plan.point;
    if (plan.kind === 'moment') await this.#awaitMoment(plan.after);
    await this.#kill(pid);
    return 'moment';
  }

  async #nextLife(): Promise<number> {
    const { target, rig } = this.#deps;
    const newest = (): number | null => {
      const pid = target.pid(rig);
      // Its number may belong to somebody else by now.
      return pid === this.#last ? null : pid;
    };
    await this.#until(() => newest() !== null, 'a new life');
    this.#last = newest();
    return this.#last ?? 0;
  }

  #isOver(pid: number): boolean {
    return this.#deps.target.pid(this.#deps.rig) !== pid;
  }

  async #hasDied(pid: number): Promise<boolean> {
    const limit = performance.now() + fateLimit;
    await until(() => this.#isOver(pid) || performance.now() > limit);
    return this.#isOver(pid);
  }

  async #awaitMoment(after: number): Promise<void> {
    const { callers } = this.#deps;
    await this.#untilMore(() => callers.answered, 'an answer');
    await this.#untilMore(() => callers.begun, 'a call');
    await delay(after);
  }

  async #kill(pid: number): Promise<void> {
    if (!this.#isOver(pid)) process.kill(pid, 'SIGKILL');
    await this.#until(() => this.#isOver(pid), 'a death');
  }

  /** Calls while the product knows that nobody is there; it may notice only with the next call. */
  async #callInVain(size: number): Promise<void> {
    const { rig, callers } = this.#deps;
    const limit = performance.now() + 1000;
    await until(() => !isUp(rig.server().life.value.state) || performance.now() > limit);
    await callers.crowd(size);
  }

  async #untilMore(count: () => number, what: string): Promise<void> {
    const from = count();
    await this.#until(() => count() > from, what);
  }

  async #until(condition: () => boolean, what: string): Promise<void> {
    const limit = performance.now() + standstill;
    await until(() => {
      if (performance.now() > limit)
        throw new Error(
          `Waited too long for ${what}:\n${this.#deps.rig.log.slice(-30).join('\n')}`,
        );
      return condition();
    });
  }
}
