// Whether something is a transition as this version knows it: another version of the extension may have written it. Not here: the
// other kinds of entries (chronicleEntry.ts).
import { failureTraits } from '../core/connection/failure.ts';
import type { Cause, Recovered, StateKind } from '../core/connection/state.ts';
import type { HistoryEntry } from '../core/history.ts';
import { isObject } from '../core/rpc.ts';
import type { Detailed } from '../core/wording/detail.ts';
import { isUnsaid, type Unsaid } from '../core/wording/unsaid.ts';

// Tables and not lists, because the compiler then notices a word that is missing here.
const stateKinds: Readonly<Record<StateKind, true>> = {
  disabled: true,
  idle: true,
  connecting: true,
  ready: true,
  degraded: true,
  reconnecting: true,
  suspended: true,
  'needs-auth': true,
  'needs-input': true,
  'crash-loop': true,
  failed: true,
  stopping: true,
  stopped: true,
};

export const causes: Readonly<Record<Cause, true>> = {
  start: true,
  call: true,
  lost: true,
  'retry-due': true,
  listening: true,
  wake: true,
  user: true,
  stable: true,
  settings: true,
  'hold-budget': true,
  health: true,
  'restart-seen': true,
  'attempt-failed': true,
  'attempt-succeeded': true,
  shutdown: true,
};

const recoveries: Readonly<Record<Recovered, true>> = {
  first: true,
  'same-session': true,
  'new-session': true,
  stateless: true,
};

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isNumber: Check = (value) => typeof value === 'number';
const wordOf =
  (table: object): Check =>
  (value) =>
    typeof value === 'string' && Object.hasOwn(table, value);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);

const checks: Readonly<Record<keyof Omit<HistoryEntry, 'words'>, Check>> = {
  serverId: isText,
  at: isNumber,
  from: wordOf(stateKinds),
  to: wordOf(stateKinds),
  cause: wordOf(causes),
  epoch: isNumber,
  attempt: orNull(isNumber),
  nextTry: orNull(isNumber),
  recovered: orNull(wordOf(recoveries)),
  failure: orNull(wordOf(failureTraits)),
  detail: orNull(isText),
};

export const isHistoryEntry = (value: unknown): value is HistoryEntry =>
  isObject(value) && Object.entries(checks).every(([field, check]) => check(value[field]));

/** The words of the detail, if there are any that can be said: without them it is shown in English, as it was written down. */
export const wordsIn = (value: unknown): Unsaid | undefined =>
  isUnsaid(value) ? value : undefined;

// An error text may be as long as a server likes.
const longestDetail = 2000;

/** Words about something too long are not kept; the English line is, cut. */
export const shorten = <Entry extends Detailed>(entry: Entry): Entry =>
  entry.detail === null || entry.detail.length <= longestDetail
    ? entry
    : { ...entry, detail: `${entry.detail.slice(0, longestDetail)}…`, words: undefined };
