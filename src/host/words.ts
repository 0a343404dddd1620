// A server's state in the user's language, as every view says it. The words themselves are core/wording.ts; here
// they meet the editor's language, its icons and the clock.
import * as vscode from 'vscode';
import type { Clock, Millis } from '../base/clock.ts';
import { failureOf, isUp } from '../core/connection/state.ts';
import { describeState, nameOf, type StateWords } from '../core/wording.ts';
import { describeTrouble } from '../core/wording/cause.ts';
import { describeFailure } from '../core/wording/failure.ts';
import type { ServerWatch } from '../runtime/watch.ts';
import { moodOf } from './statusSummary.ts';

export interface ServerWords {
  now(): Millis;
  icon(server: ServerWatch): vscode.ThemeIcon;
  /** One line with the age of the last proof or the countdown, and what waits. */
  short(server: ServerWatch): string;
  /** The same without the age of the proof, for what is not redrawn every second. */
  shortNow(server: ServerWatch): string;
  /** The time of day of the last proof, which does not go stale. */
  lastProof(server: ServerWatch): string;
  /** What happened and what can be done; where nothing happened, what the state means. */
  reason(server: ServerWatch): string;
  /** What happened, what we are doing, what you can do. */
  explanation(server: ServerWatch): string;
  /** A sentence for screen readers. */
  spoken(server: ServerWatch): string;
  /** Whether somebody is signed in to it. */
  isSignedIn(server: ServerWatch): boolean;
  /** Whether nothing stands between its entry and its use. */
  isAllowed(server: ServerWatch): boolean;
  /** The product that it was taken over from, with the file; null: it is ours by birth. */
  takenFrom(server: ServerWatch): string | null;
  /** Whether a summary should name the server. */
  deservesMention(server: ServerWatch): boolean;
}

// A number that changes every second draws the eye to what needs none.
const ageStep: Millis = 5_000;
const minute: Millis = 60_000;

/** For a server that works, the age of its proof is shown in steps; countdowns are exact. */
const momentFor = (server: ServerWatch, now: Millis): Millis => {
  const proofAt = server.proof.value?.at;
  if (proofAt === undefined || !isUp(server.life.value.state)) return now;
  const age = Math.max(0, now - proofAt);
  return age < minute ? proofAt + Math.floor(age / ageStep) * ageStep : now;
};

/** Calls that wait are said on the line of the server that they wait for. */
const waiting = (server: ServerWatch): readonly string[] => {
  const { held } = server.calls.value;
  if (held === 0) return [];
  return [held === 1 ? vscode.l10n.t('1 call held') : vscode.l10n.t('{0} calls held', held)];
};

export const peopleWords = (people: number): string =>
  people === 1
    ? vscode.l10n.t('1 MCP server needs you')
    : vscode.l10n.t('{0} MCP servers need you', people);

export const decisionWords = (calls: number): string =>
  calls === 1
    ? vscode.l10n.t('1 call waits for your decision')
    : vscode.l10n.t('{0} calls wait for your decision', calls);

export const formatTime = (at: Millis, now: Millis): string => {
  const isToday = new Date(at).toDateString() === new Date(now).toDateString();
  const style = isToday
    ? { timeStyle: 'medium' as const }
    : { dateStyle: 'short' as const, timeStyle: 'medium' as const };
  return new Intl.DateTimeFormat(vscode.env.language, style).format(at);
};

/** One word, so that a narrow column does not break it. */
const proofTime = (server: ServerWatch, now: Millis): string => {
  const at = server.proof.value?.at;
  return at === undefined
    ? vscode.l10n.t('none yet')
    : formatTime(at, now).replaceAll(' ', '\u00a0');
};

export const createServerWords = (
  clock: Clock,
  isSignedIn: (server: ServerWatch) => boolean = () => false,
  isAllowed: (server: ServerWatch) => boolean = () => true,
  takenFrom: (server: ServerWatch) => string | null = () => null,
): ServerWords => {
  const say = vscode.l10n.t;
  const describe = (server: ServerWatch): StateWords => {
    const now = momentFor(server, clock.now());
    return describeState(server.life.value, server.proof.value?.at ?? null, now, say);
  };
  const shortNow = (server: ServerWatch): string => {
    const { state } = server.life.value;
    if (!isUp(state)) return [describe(server).short, ...waiting(server)].join(' · ');
    const troubles = state.kind === 'degraded' ? state.troubles : [];
    return [
      nameOf(state.kind, say),
      ...troubles.map((trouble) => describeTrouble(trouble, say)),
    ].join(' · ');
  };
  const reason = (server: ServerWatch): string => {
    const failure = failureOf(server.life.value.state);
    if (failure === null) return describe(server).explanation;
    const { happened, advice } = describeFailure(failure, say);
    return `${happened} ${advice}`;
  };
  return {
    now: () => clock.now(),
    icon: (server) => {
      const { icon, color } = describe(server);
      return new vscode.ThemeIcon(icon, new vscode.ThemeColor(color));
    },
    short: (server) => [describe(server).short, ...waiting(server)].join(' · '),
    shortNow,
    lastProof: (server) => proofTime(server, clock.now()),
    reason,
    explanation: (server) => describe(server).explanation,
    spoken: (server) => {
      const { sentence } = describe(server);
      const [held] = waiting(server);
      return held === undefined
        ? say('{0}: {1}', server.id, sentence)
        : say('{0}: {1} {2}.', server.id, sentence, held);
    },
    isSignedIn,
    isAllowed,
    takenFrom,
    deservesMention: (server) => moodOf(server.life.value.state) !== 'well',
  };
};
