// Six callers who never rest, and a killer: the server process is killed at random moments of their calls and comes back
// at once. Every call is written down with what its caller was told. Not here: what to think of it (ledger.ts).
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { RawSettings } from '../../src/core/parseSettings.ts';
import { type Called, FleetRig, until } from '../support/fleetRig.ts';
import { type Chance, chanceOf } from './chance.ts';
import { type Made, type Reckoning, reckon } from './ledger.ts';
import type { Target } from './targets.ts';

const callers = 6;
/** Far beyond every deadline below: a caller that waits this long was forgotten. */
const patience = 30_000;
/** From the start of a call; some kills come before it is written, some during its answer, some after. */
const killWithin = 30;
/** Of a starting server: before it listens, during the handshake, or under the first calls. */
const killOnWayUpWithin = 800;

/**
 * How long a call may wait for the server, in milliseconds. Patient: longer than a restart takes, so that whatever waits,
 * and whatever a fault would repeat, runs afterwards. Hasty: shorter, so that callers must be told that nothing was run.
 */
export const moods = { patient: 8000, hasty: 300 };
export type Mood = keyof typeof moods;

/** Whatever would only make the storm slow, or end it, is made small, or large. */
const settingsIn = (mood: Mood): RawSettings => ({
  'backoff.delays': [0, 50, 100, 100, 100, 100, 100, 100],
  'backoff.localCap': 100,
  'backoff.stableAfter': 0,
  'crashLoop.exits': 100,
  'crashLoop.within': 1000,
  'health.reconnectingLocal': 100,
  'calls.holdBudget': moods[mood],
  'calls.patientHoldBudget': moods[mood],
  notifyAfterAttempts: 1000,
});

type Wanted = Omit<Made, 'told' | 'words'> & { readonly answer: string };

const wantedOf = (number: number, chance: Chance): Wanted => {
  const text = `call ${number}`;
  const dice = chance.roll();
  if (dice < 0.25) return { tool: 'echo', args: { text }, mayRepeat: true, answer: text };
  if (dice < 0.8)
    return { tool: 'append', args: { text }, mayRepeat: false, answer: `appended ${text}` };
  // The fraction makes each of its kind: the tool takes no text.
  const ms = 20 + chance.below(230) + number / 2 ** 20;
  return { tool: 'slow', args: { ms }, mayRepeat: false, answer: `slept ${ms}` };
};

const toldOf = ({ text, isError, outcome }: Called, answer: string): Made['told'] => {
  if (outcome !== null) return outcome;
  if (isError) return 'rejected';
  return text === answer ? 'ok' : 'wrong';
};

class Storm {
  readonly made: Made[] = [];
  readonly #rig: FleetRig;
  readonly #chance: Chance;
  #number = 0;
  #begun = 0;
  #answered = 0;
  #isOver = false;

  constructor(rig: FleetRig, chance: Chance) {
    this.#rig = rig;
    this.#chance = chance;
  }

  /** Resolves when so many kills were done and every caller has heard what became of its last call. */
  async rage(target: Target, kills: number): Promise<void> {
    // Each caller and the killer have a chance of their own, or their order in time would change each other's numbers.
    const mouths = Array.from({ length: callers }, () => this.#callOn(this.#newChance()));
    try {
      await this.#killOn(target, kills, this.#newChance());
    } finally {
      this.#isOver = true;
      await Promise.all(mouths);
    }
  }

  #newChance(): Chance {
    return chanceOf(this.#chance.below(2 ** 32));
  }

  async #callOn(chance: Chance): Promise<void> {
    while (!this.#isOver) {
      const { answer, ...call } = wantedOf(this.#number++, chance);
      const heard = await this.#ask(call, answer);
      this.made.push({ ...call, ...heard });
      await delay(chance.below(20));
    }
  }

  async #ask(
    { tool, args }: Omit<Wanted, 'answer'>,
    answer: string,
  ): Promise<Pick<Made, 'told' | 'words'>> {
    const heard = new AbortController();
    this.#begun += 1;
    // Who wants progress keeps a stream open on which it comes.
    const called = this.#rig.call(tool, args, { onProgress: () => undefined }).then(
      (result) => ({ told: toldOf(result, answer), words: result.text }),
      (error: unknown) => ({ told: 'rejected' as const, words: String(error) }),
    );
    const hung = delay(patience, { told: 'hung', words: 'no answer' } as const, {
      signal: heard.signal,
    }).catch(() => ({ told: 'hung', words: 'no answer' }) as const);
    const said = await Promise.race([called, hung]);
    heard.abort();
    if (said.told === 'ok') this.#answered += 1;
    return said;
  }

  async #killOn(target: Target, kills: number, chance: Chance): Promise<void> {
    for (let done = 0; done < kills;) {
      const answered = this.#answered;
      const onWayUp = chance.roll() < 0.15;
      if (onWayUp) {
        await delay(chance.below(killOnWayUpWithin));
      } else {
        await this.#untilGrown(() => this.#answered, answered, 'an answer');
        await this.#untilGrown(() => this.#begun, this.#begun, 'a call');
        await delay(chance.below(killWithin));
      }
      if (await target.kill(this.#rig)) done += 1;
    }
    // The last kill must be survived too.
    await this.#untilGrown(() => this.#answered, this.#answered, 'an answer');
  }

  async #untilGrown(count: () => number, from: number, what: string): Promise<void> {
    const limit = performance.now() + 2 * patience;
    await until(() => {
      if (performance.now() > limit)
        throw new Error(`Nobody saw ${what} in a minute:\n${this.#rig.log.slice(-30).join('\n')}`);
      return count() > from;
    });
  }
}

/** Rages, and compares. Everything that it started has ended afterwards. */
export const storm = async (
  makeTarget: () => Promise<Target>,
  { kills, seed, mood }: { readonly kills: number; readonly seed: number; readonly mood: Mood },
): Promise<Reckoning> => {
  const folder = mkdtempSync(join(tmpdir(), 'lifeline-chaos-'));
  const target = await makeTarget();
  const servers = { dev: target.entry };
  const rig = new FleetRig({ settings: { ...settingsIn(mood), servers }, folder });
  try {
    await rig.untilState('ready');
    // Before the tools were listed, nobody knows which calls may be repeated.
    await until(() => rig.server().catalog.value.listedAt !== null);
    const raging = new Storm(rig, chanceOf(seed));
    await raging.rage(target, kills);
    return reckon(raging.made, target.ledger());
  } finally {
    await rig.close();
    await target.stop();
    rmSync(folder, { recursive: true, force: true });
  }
};
