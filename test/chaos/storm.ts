// Callers who never rest, and a killer: the server process dies at chosen and at random moments of their calls and comes back
// at once. Long storms rage in rounds, each on a fresh server with fresh files, so that the last kill costs no more than the
// first. Not here: what to think of what was heard (ledger.ts).
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RawSettings } from '../../src/core/parseSettings.ts';
import { FleetRig, until } from '../support/fleetRig.ts';
import { Callers, type Wanted } from './callers.ts';
import { type Chance, chanceOf } from './chance.ts';
import { type Death, Killer } from './killer.ts';
import { describeReckoning, type Reckoning, reckon } from './ledger.ts';
import type { Target } from './targets.ts';

const killsPerRound = 50;

/**
 * How long a call may wait for the server, in milliseconds. Patient: longer than a restart takes, so that whatever waits,
 * and whatever a fault would repeat, runs afterwards. Hasty: shorter, so that callers must be told that nothing was run.
 */
export const moods = { patient: 5000, hasty: 300 };
export type Mood = keyof typeof moods;

/** A call that was held, ran, lost its stream and waited for it again has had all of its deadlines one after the other. */
const patienceIn = (mood: Mood): number => 3 * moods[mood] + 15_000;

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

const wantedOn =
  ({ keepsJobs }: Target) =>
  (number: number, chance: Chance): Wanted => {
    const text = `call ${number}`;
    const dice = chance.roll();
    const ms = 20 + chance.below(230);
    if (dice < 0.25) return { tool: 'echo', args: { text }, mayRepeat: true, answer: text };
    if (dice < 0.7)
      return { tool: 'append', args: { text }, mayRepeat: false, answer: `appended ${text}` };
    if (dice < 0.85 && keepsJobs)
      return { tool: 'job', args: { text, ms }, mayRepeat: false, answer: `finished ${text}` };
    // The fraction makes each of its kind: the tool takes no text.
    const odd = ms + number / 2 ** 20;
    return { tool: 'slow', args: { ms: odd }, mayRepeat: false, answer: `slept ${odd}` };
  };

export interface Storm extends Reckoning {
  readonly deaths: readonly Death[];
  /** Answers that came because a stream was resumed from its cursor. */
  readonly resumed: number;
  /** Handshakes that made a session. */
  readonly sessions: number;
}

export interface StormOptions {
  readonly kills: number;
  readonly seed: number;
  readonly mood: Mood;
}

const rage = async (
  makeTarget: () => Promise<Target>,
  { kills, seed, mood }: StormOptions,
): Promise<Storm> => {
  const folder = mkdtempSync(join(tmpdir(), 'lifeline-chaos-'));
  const target = await makeTarget();
  const servers = { dev: target.entry };
  const rig = new FleetRig({ settings: { ...settingsIn(mood), servers }, folder });
  try {
    await rig.untilState('ready');
    // Before the tools were listed, nobody knows which calls may be repeated.
    await until(() => rig.server().catalog.value.listedAt !== null);
    const chance = chanceOf(seed);
    const newChance = (): Chance => chanceOf(chance.below(2 ** 32));
    const wants = wantedOn(target);
    const callers = new Callers({ rig, chance: newChance(), wants, patience: patienceIn(mood) });
    const killer = new Killer({ target, rig, callers, chance: newChance() });
    try {
      await killer.rage(kills);
    } finally {
      await callers.hush();
    }
    const { resumed, sessions } = rig.traffic;
    const reckoning = reckon(callers.made, target.ledger(), callers.groups);
    return { ...reckoning, deaths: killer.deaths, resumed, sessions };
  } finally {
    await rig.close();
    await target.stop();
    rmSync(folder, { recursive: true, force: true });
  }
};

const addUp = (rounds: readonly Storm[]): Storm => {
  const sum = (what: (round: Storm) => number): number =>
    rounds.reduce((total, round) => total + what(round), 0);
  return {
    calls: sum(({ calls }) => calls),
    told: {
      ok: sum(({ told }) => told.ok),
      'not-run': sum(({ told }) => told['not-run']),
      unknown: sum(({ told }) => told.unknown),
      unheard: sum(({ told }) => told.unheard),
      wrong: sum(({ told }) => told.wrong),
      rejected: sum(({ told }) => told.rejected),
      hung: sum(({ told }) => told.hung),
    },
    unknownThatRan: sum(({ unknownThatRan }) => unknownThatRan),
    ordered: sum(({ ordered }) => ordered),
    longest: Math.max(...rounds.map(({ longest }) => longest)),
    violations: rounds.flatMap(({ violations }) => violations),
    deaths: rounds.flatMap(({ deaths }) => deaths),
    resumed: sum(({ resumed }) => resumed),
    sessions: sum(({ sessions }) => sessions),
  };
};

/** Rages, and compares. Everything that it started has ended afterwards. */
export const storm = async (
  makeTarget: () => Promise<Target>,
  { kills, seed, mood }: StormOptions,
): Promise<Storm> => {
  const rounds: Storm[] = [];
  for (let left = kills; left > 0; left -= killsPerRound) {
    const round = { kills: Math.min(left, killsPerRound), seed: seed + rounds.length, mood };
    rounds.push(await rage(makeTarget, round));
  }
  return addUp(rounds);
};

const countsOf = (deaths: readonly Death[]): string =>
  [...Map.groupBy(deaths, (death) => death)]
    .map(([death, all]) => `${all.length} ${death}`)
    .toSorted()
    .join(', ');

/** A few lines of figures. */
export const describeStorm = (name: string, storm: Storm): string => {
  const { deaths } = storm;
  return [
    describeReckoning(name, deaths.length, storm),
    `  kills: ${countsOf(deaths)}`,
    `  ${storm.resumed} answers through a cursor, ${storm.sessions} handshakes, ` +
      `${storm.ordered} held calls looked at for their order, longest wait ${storm.longest} ms`,
  ].join('\n');
};
