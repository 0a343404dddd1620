// One extension host after the other dies without a goodbye in the middle of its calls, at moments that it knows best
// (test/support/hostDoom.ts) and at moments that nobody chose, with a living server or a dead one. Each successor finds a
// journal; a person runs some of what it offers. Not here: what to think of it (hostStory.ts).
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { FleetProcess } from '../support/fleetProcess.ts';
import { type Called, until } from '../support/fleetRig.ts';
import { type HostDoomPoint, hostDoomPoints, type HostFate } from '../support/hostDoom.ts';
import type { StateKind } from '../../src/core/connection/state.ts';
import type { PendingCall } from '../../src/runtime/watch.ts';
import { type Chance, chanceOf } from './chance.ts';
import { type Heard, reckonStory, runsOf, type StoryReckoning, type Tale } from './hostStory.ts';
import type { LedgerLine } from './ledger.ts';

/** A server that outlives the hosts. */
export interface HostTarget {
  /** Its entry in `mcpLifeline.servers`. */
  readonly entry: Readonly<Record<string, unknown>>;
  /** Takes it away, and resolves with what brings it back; null for one that lives and dies with its host. */
  readonly takeAway: (() => Promise<() => void>) | null;
  ledger(): readonly LedgerLine[];
  stop(): Promise<void>;
}

const callsPerLife = 12;
/** Of a host that makes calls, in milliseconds. */
const momentWithin = 250;
/** A fate may ask for more calls than come about. */
const fateLimit = 3000;
const standstill = 60_000;

export type HostDeath = HostDoomPoint | 'moment' | 'outage';

export interface HostStorm extends StoryReckoning {
  readonly deaths: readonly HostDeath[];
}

type Plan =
  | { readonly kind: 'point'; readonly fate: HostFate }
  | { readonly kind: 'moment'; readonly after: number }
  /** The server is away, so that calls are held when the host dies. */
  | { readonly kind: 'outage' };

const drawPlan = (chance: Chance, canBeAway: boolean): Plan => {
  const dice = chance.roll();
  if (dice < 0.2 && canBeAway) return { kind: 'outage' };
  if (dice < 0.45) return { kind: 'moment', after: chance.below(momentWithin) };
  const point = hostDoomPoints[chance.below(hostDoomPoints.length)] ?? 'after-send';
  return { kind: 'point', fate: { point, nth: 1 + chance.below(6) } };
};

const answerTo = ({ tool, args }: Pick<Tale, 'tool' | 'args'>): string =>
  tool === 'append' ? `appended ${String(args['text'])}` : `slept ${String(args['ms'])}`;

const heardOf = (tale: Tale, { text, isError, outcome }: Called): Heard => {
  if (outcome !== null) return outcome;
  if (isError) return 'rejected';
  return text === answerTo(tale) ? 'ok' : 'wrong';
};

const textIn = ({ result }: PendingCall): unknown => {
  const content: unknown = result?.['content'];
  const first: unknown = Array.isArray(content) ? content[0] : undefined;
  return typeof first === 'object' && first !== null && 'text' in first ? first.text : undefined;
};

class Story {
  readonly tales: Tale[] = [];
  readonly deaths: HostDeath[] = [];
  readonly early: string[] = [];
  readonly #target: HostTarget;
  readonly #chance: Chance;
  /** Of the life that runs: what it calls, and what a person does in it. Each life has its own, whatever came before. */
  #calls: Chance;
  #person: Chance;
  readonly #folder: string;

  constructor(target: HostTarget, chance: Chance, folder: string) {
    this.#target = target;
    this.#chance = chance;
    this.#calls = chance;
    this.#person = chance;
    this.#folder = folder;
  }

  async tell(kills: number): Promise<void> {
    while (this.deaths.length < kills)
      await this.#live(drawPlan(this.#chance, this.#target.takeAway !== null));
    await this.#end();
  }

  #begin(fate: HostFate | null): FleetProcess {
    this.#calls = chanceOf(this.#chance.below(2 ** 32));
    this.#person = chanceOf(this.#chance.below(2 ** 32));
    const settings = { servers: { dev: this.#target.entry } };
    return new FleetProcess({ settings, folder: this.#folder, ...(fate === null ? {} : { fate }) });
  }

  async #live(plan: Plan): Promise<void> {
    const host = this.#begin(plan.kind === 'point' ? plan.fate : null);
    const death: HostDeath = plan.kind === 'point' ? plan.fate.point : plan.kind;
    try {
      await untilState(host, 'ready');
      await this.#readJournal(host, death);
      if (plan.kind === 'outage') await this.#outage(host);
      else await this.#callUntilDeath(host, plan, death);
    } catch (error) {
      // Its fate may have struck while a person was at it.
      if (!hasDied(error)) throw error;
    } finally {
      await host.kill9();
    }
    this.deaths.push(death);
  }

  /** The last host lives until nothing is left open. */
  async #end(): Promise<void> {
    const host = this.#begin(null);
    try {
      await untilState(host, 'ready');
      const limit = performance.now() + standstill;
      await until(async () => {
        if (performance.now() > limit) throw new Error('Calls that were left behind never ended.');
        return (await host.pending()).every(({ phase }) => phase !== 'orphan-running');
      });
      await this.#readJournal(host, 'moment');
    } finally {
      await host.kill9();
    }
  }

  async #callUntilDeath(
    host: FleetProcess,
    plan: Exclude<Plan, { readonly kind: 'outage' }>,
    death: HostDeath,
  ): Promise<void> {
    const calls = await this.#makeCalls(host, death);
    const after = plan.kind === 'moment' ? plan.after : fateLimit;
    const over = new AbortController();
    const late = delay(after, undefined, { signal: over.signal }).catch(() => undefined);
    await Promise.race([host.exited, late]);
    over.abort();
    await host.kill9();
    await Promise.all(calls);
  }

  async #outage(host: FleetProcess): Promise<void> {
    const bringBack = await this.#target.takeAway?.();
    try {
      await untilState(host, 'reconnecting');
      const calls = await this.#makeCalls(host, 'outage');
      await this.#untilHeld(host);
      await host.kill9();
      await Promise.all(calls);
    } finally {
      bringBack?.();
    }
  }

  async #makeCalls(host: FleetProcess, death: HostDeath): Promise<readonly Promise<void>[]> {
    const calls: Promise<void>[] = [];
    for (let made = 0; made < callsPerLife && !host.isGone; made += 1) {
      calls.push(this.#call(host, death));
      await delay(this.#calls.below(10));
    }
    return calls;
  }

  async #untilHeld(host: FleetProcess): Promise<void> {
    let held: readonly PendingCall[] = [];
    const limit = performance.now() + standstill;
    await until(async () => {
      if (performance.now() > limit) throw new Error('Calls were never held.');
      held = (await host.pending()).filter(({ phase }) => phase === 'held');
      return held.length === callsPerLife;
    });
    for (const call of held) {
      const tale = this.#taleOf(call);
      if (tale) tale.wasHeld = true;
    }
  }

  async #call(host: FleetProcess, death: HostDeath): Promise<void> {
    const number = this.tales.length;
    const [tool, args] =
      this.#calls.roll() < 0.6
        ? ['append', { text: `call ${number}` }]
        : // The fraction makes each of its kind: the tool takes no text.
          ['slow', { ms: 20 + this.#calls.below(400) + number / 2 ** 20 }];
    const facts = { heard: null, isRunAgain: false, found: [], wasHeld: false, isRight: true };
    const tale: Tale = { tool, args, death, ...facts };
    this.tales.push(tale);
    tale.heard = await hearing(host.call(tool, args), tale);
  }

  #taleOf({ tool, args }: PendingCall): Tale | undefined {
    return this.tales.find(
      (tale) => tale.tool === tool && JSON.stringify(tale.args) === JSON.stringify(args),
    );
  }

  /** What the lives before have left, and what a person does about some of it. */
  async #readJournal(host: FleetProcess, death: HostDeath): Promise<void> {
    for (const call of await host.pending()) {
      const tale = this.#taleOf(call);
      if (!tale) {
        this.early.push(
          `${call.tool} ${JSON.stringify(call.args)}: in the journal, and never made`,
        );
        continue;
      }
      tale.found.push(call.phase);
      if (call.phase === 'orphan-held' && runsOf(tale, this.#target.ledger()) > 0)
        this.early.push(`${call.tool} ${JSON.stringify(call.args)}: called never sent, and it ran`);
      if (call.phase === 'answered') tale.isRight &&= textIn(call) === answerTo(tale);
      await this.#treat(host, call, tale, death);
    }
  }

  async #treat(
    host: FleetProcess,
    { key, phase }: PendingCall,
    tale: Tale,
    death: HostDeath,
  ): Promise<void> {
    const dice = this.#person.roll();
    // What may have run is not run again: the ledger could not tell the two apart.
    if (phase === 'orphan-held' && dice < 0.4) {
      // From now on it is a call of this life, which may end over it.
      Object.assign(tale, { death, isRunAgain: true, found: [], wasHeld: false });
      tale.heard = await hearing(host.runPending(key), tale);
    } else if (phase === 'answered' && dice < 0.5) await host.discardPending(key);
  }
}

const untilState = async (host: FleetProcess, kind: StateKind): Promise<void> => {
  const over = new AbortController();
  const late = delay(standstill, 'late', { signal: over.signal }).catch(() => 'over');
  const reached = await Promise.race([host.untilState(kind), late]);
  over.abort();
  if (reached === 'late') throw new Error(`A host was never ${kind}.`);
};

const hasDied = (error: unknown): boolean => String(error).includes('was killed');

/** Null where the host died. */
const hearing = async (call: Promise<Called>, tale: Tale): Promise<Heard> => {
  try {
    return heardOf(tale, await call);
  } catch (error) {
    return hasDied(error) ? null : 'rejected';
  }
};

/** Everything that it started has ended afterwards. */
export const hostStorm = async (
  makeTarget: () => Promise<HostTarget>,
  { kills, seed }: { readonly kills: number; readonly seed: number },
): Promise<HostStorm> => {
  const folder = mkdtempSync(join(tmpdir(), 'lifeline-host-chaos-'));
  const target = await makeTarget();
  try {
    const story = new Story(target, chanceOf(seed), folder);
    await story.tell(kills);
    const reckoning = reckonStory(story.tales, target.ledger());
    const violations = [...story.early, ...reckoning.violations];
    return { ...reckoning, violations, deaths: story.deaths };
  } finally {
    await target.stop();
    rmSync(folder, { recursive: true, force: true });
  }
};

const countsOf = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([what, count]) => `${count} ${what}`)
    .join(', ');

/** A few lines of figures. */
export const describeHostStorm = (name: string, storm: HostStorm): string => {
  const deaths: Record<string, number> = {};
  for (const death of storm.deaths) deaths[death] = (deaths[death] ?? 0) + 1;
  return [
    `${name}: ${storm.deaths.length} kills, ${storm.calls} calls: ${storm.answered} answered, ` +
      `${storm.calls - storm.answered} left behind (${countsOf(storm.left)}), ` +
      `${storm.runAgain} of them run by a person later, ${storm.violations.length} violations`,
    `  kills: ${countsOf(deaths)}`,
  ].join('\n');
};
