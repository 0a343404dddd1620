// Holds what callers were told against what a server wrote down: every call that ran left one line on the server's disk
// before it was answered. Pure; not here: the calls (callers.ts) and the killing (killer.ts).
import type { JsonObject } from '../../src/core/rpc.ts';

/** One line of a server's ledger. */
export interface LedgerLine {
  readonly name: string;
  readonly args: unknown;
}

/**
 * What a caller was told. `wrong`: an answer that is not the one to this call. `rejected`: an error where a tool result is
 * owed. `hung`: nothing, long after its deadline. `unheard`: nobody took the call, or whoever took it died before the first
 * byte of an answer; only its own client can say so.
 */
export type Told = 'ok' | 'not-run' | 'unknown' | 'unheard' | 'wrong' | 'rejected' | 'hung';

/** A call. No other call of its storm has the same tool and arguments. */
export interface Asked {
  readonly tool: string;
  readonly args: JsonObject;
  /** It is marked as read-only on a trusted server, so it may be repeated once. */
  readonly mayRepeat: boolean;
}

/** A call that was made. */
export interface Made extends Asked {
  readonly told: Told;
  /** The words of the answer, for the reader of a violation. */
  readonly words: string;
  /** How long its caller waited, in milliseconds. */
  readonly waited: number;
}

export interface Reckoning {
  readonly calls: number;
  readonly told: Readonly<Record<Told, number>>;
  /** Of the calls told `unknown`, those that had run. */
  readonly unknownThatRan: number;
  /** Calls that were held together and whose order was looked at. */
  readonly ordered: number;
  /** The longest that a caller waited, in milliseconds. */
  readonly longest: number;
  /** Each with its reason; empty when every promise was kept. */
  readonly violations: readonly string[];
}

/** Why these runs do not fit what the caller was told; null where they do. */
const violationOf = ({ mayRepeat, told }: Made, runs: number): string | null => {
  if (told === 'wrong' || told === 'rejected' || told === 'hung') return told;
  if (runs > (mayRepeat ? 2 : 1)) return `doubled: ran ${runs} times`;
  if (told === 'ok' && runs === 0) return 'lost: answered, and never ran';
  if (told === 'not-run' && runs > 0) return 'a lie: told that it was not run, and it ran';
  return null;
};

/** No other call of its storm has the same. */
export const keyOf = (name: string, args: unknown): string => JSON.stringify([name, args]);

/** The places in the ledger of all runs of each call. */
const runsIn = (ledger: readonly LedgerLine[]): Map<string, number[]> => {
  const runs = new Map<string, number[]>();
  for (const [place, { name, args }] of ledger.entries()) {
    const key = keyOf(name, args);
    runs.set(key, [...(runs.get(key) ?? []), place]);
  }
  return runs;
};

const disorderIn = (
  group: readonly Asked[],
  runs: ReadonlyMap<string, readonly number[]>,
): string[] => {
  const ran = group.flatMap(({ tool, args }) => runs.get(keyOf(tool, args))?.slice(0, 1) ?? []);
  const isInOrder = ran.every((place, index) => index === 0 || place > (ran[index - 1] ?? 0));
  return isInOrder
    ? []
    : [
        `held in the order of ${JSON.stringify(group.map(({ args }) => args))}, ran at ${ran.join(', ')}`,
      ];
};

/** `groups`: calls that were held together, in the order in which they were made. */
export const reckon = (
  made: readonly Made[],
  ledger: readonly LedgerLine[],
  groups: readonly (readonly Asked[])[] = [],
): Reckoning => {
  const runs = runsIn(ledger);
  const told = { ok: 0, 'not-run': 0, unknown: 0, unheard: 0, wrong: 0, rejected: 0, hung: 0 };
  const violations = groups.flatMap((group) => disorderIn(group, runs));
  let unknownThatRan = 0;
  for (const call of made) {
    const ran = runs.get(keyOf(call.tool, call.args))?.length ?? 0;
    told[call.told] += 1;
    if (call.told === 'unknown' && ran > 0) unknownThatRan += 1;
    const violation = violationOf(call, ran);
    if (violation !== null)
      violations.push(`${call.tool} ${JSON.stringify(call.args)}: ${violation} (${call.words})`);
  }
  const asked = new Set(made.map(({ tool, args }) => keyOf(tool, args)));
  for (const key of runs.keys()) {
    if (!asked.has(key)) violations.push(`${key}: ran, and nobody asked for it`);
  }
  const ordered = groups.flat().length;
  const longest = Math.round(Math.max(0, ...made.map(({ waited }) => waited)));
  return { calls: made.length, told, unknownThatRan, ordered, longest, violations };
};

/** One line of figures. */
export const describeReckoning = (name: string, kills: number, reckoning: Reckoning): string => {
  const { calls, told, unknownThatRan, violations } = reckoning;
  return (
    `${name}: ${kills} kills, ${calls} calls: ${told.ok} ok, ${told['not-run']} not run, ` +
    `${told.unknown} unknown (${unknownThatRan} of them ran), ${told.hung} hung, ` +
    `${violations.length} violations`
  );
};
