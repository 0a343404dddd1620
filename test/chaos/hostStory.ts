// Holds the journal's story against a server's ledger: what each life of the extension host was told, what its successors
// found in the journal, and what a person made of it, against what ran. Pure; not here: the killing (hostStorm.ts).
import type { JsonObject } from '../../src/core/rpc.ts';
import type { PendingCall } from '../../src/runtime/watch.ts';
import type { LedgerLine } from './ledger.ts';

export type Phase = PendingCall['phase'];

/** What a client heard; null where its host died first. */
export type Heard = 'ok' | 'not-run' | 'unknown' | 'wrong' | 'rejected' | null;

/** One call, over all lives. */
export interface Tale {
  readonly tool: string;
  readonly args: JsonObject;
  heard: Heard;
  /** A person had it run by a later life, which counts as a call of that one. */
  isRunAgain: boolean;
  /** As later lives found it in the journal, in order. */
  found: Phase[];
  /** The journal said that it waits, when its host was killed. */
  wasHeld: boolean;
  /** How its host died. */
  death: string;
  /** The answer in the journal was the right one; true while there is none. */
  isRight: boolean;
}

const lastOf = ({ found }: Tale): Phase | undefined => found.at(-1);

/**
 * The one moment in which a call that ran may be neither answered nor written down: when it was just answered. Several may
 * be answered in one turn, of which the erasing of the last one is the death.
 */
const wasAnsweredDying = ({ death }: Tale): boolean =>
  ['before-erase', 'after-erase', 'moment'].includes(death);

const isSilent = (tale: Tale, runs: number): boolean =>
  tale.heard === null && tale.found.length === 0 && runs > 0;

/** Each rule with what its breach is called. */
const rules: readonly (readonly [string, (tale: Tale, runs: number) => boolean])[] = [
  ['doubled', (_, runs) => runs > 1],
  ['a wrong answer', ({ heard }) => heard === 'wrong'],
  ['an error where a result is owed', ({ heard }) => heard === 'rejected'],
  ['answered, and never ran', ({ heard }, runs) => heard === 'ok' && runs === 0],
  ['told that it was not run, and it ran', ({ heard }, runs) => heard === 'not-run' && runs > 0],
  [
    'the journal says that it was never sent, and it ran',
    (tale, runs) => lastOf(tale) === 'orphan-held' && runs > 0,
  ],
  ['a wrong answer in the journal', ({ isRight }) => !isRight],
  [
    'the journal has an answer, and it never ran',
    ({ found }, runs) => found.includes('answered') && runs === 0,
  ],
  [
    'it was held, and the journal does not say so',
    ({ wasHeld, found }) => wasHeld && found[0] !== 'orphan-held',
  ],
  [
    'it ran, and nobody was ever told',
    (tale, runs) => isSilent(tale, runs) && !wasAnsweredDying(tale),
  ],
];

export interface StoryReckoning {
  readonly calls: number;
  readonly answered: number;
  /** Calls that their hosts left behind, by what the journal said of them at last. */
  readonly left: Readonly<Record<string, number>>;
  readonly runAgain: number;
  readonly violations: readonly string[];
}

const textOf = ({ tool, args }: Tale): string => `${tool} ${JSON.stringify(args)}`;

export const runsOf = (tale: Pick<Tale, 'tool' | 'args'>, ledger: readonly LedgerLine[]): number =>
  ledger.filter(
    ({ name, args }) => name === tale.tool && JSON.stringify(args) === JSON.stringify(tale.args),
  ).length;

const fateOf = (tale: Tale, runs: number): string =>
  lastOf(tale) ?? (runs > 0 ? 'answered while dying' : 'never written down');

export const reckonStory = (
  tales: readonly Tale[],
  ledger: readonly LedgerLine[],
): StoryReckoning => {
  const violations: string[] = [];
  const left: Record<string, number> = {};
  for (const tale of tales) {
    const runs = runsOf(tale, ledger);
    for (const [what, isBroken] of rules)
      if (isBroken(tale, runs))
        violations.push(`${textOf(tale)}: ${what}: ${JSON.stringify({ ...tale, runs })}`);
    if (tale.heard !== null) continue;
    const fate = fateOf(tale, runs);
    left[fate] = (left[fate] ?? 0) + 1;
  }
  return {
    calls: tales.length,
    answered: tales.filter(({ heard }) => heard !== null).length,
    left,
    runAgain: tales.filter(({ isRunAgain }) => isRunAgain).length,
    violations,
  };
};
