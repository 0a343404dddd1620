// Every entry of the history in words: a line for the eye and a whole sentence, with the reason. Not here: the figures
// (wording/figures.ts), and how an entry is drawn (host).
import {
  type CallsEntry,
  type CallToll,
  type ChronicleEntry,
  type HealthEntry,
  type MarkEntry,
  type RecoveryEntry,
  type Rung,
  type SessionEntry,
  type TransitionEntry,
} from '../chronicle.ts';
import { aFailure, type FailureKind } from '../connection/failure.ts';
import type { Cause } from '../connection/state.ts';
import { exactAge } from '../timeline/words.ts';
import { looks, nameOf } from '../wording.ts';
import { describeCause, describeRecovered } from './cause.ts';
import { describeFailure } from './failure.ts';
import type { Say } from './say.ts';

export interface EntryWords {
  /** Id of a codicon; nothing of the past spins. */
  readonly icon: string;
  /** Id of a theme colour. */
  readonly color: string;
  /** A few words. */
  readonly title: string;
  /** The reason in a few words, or nothing. */
  readonly reason: string;
  /** Whole sentences. */
  readonly sentence: string;
}

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

const asSentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** Why it happened: by the failure where there is one, which says more. */
const reasonOf = (failure: FailureKind | null, cause: Cause, say: Say): string =>
  failure === null ? describeCause(cause, say) : describeFailure(aFailure(failure, ''), say).title;

export const rungWords = (rung: Rung, say: Say): string => {
  switch (rung) {
    case 'resumed-stream':
      return say('same session, its stream went on where it broke');
    case 'same-session':
      return say('same session');
    case 'new-session':
      return say('new session');
    case 'restarted-process':
      return say('process started again');
    case 'stateless':
      return say('no session needed');
  }
};

const plural = (count: number, one: string, many: string): readonly string[] =>
  count === 0 ? [] : [count === 1 ? one : many];

/** What became of calls, each in a few words; empty where none was met. */
export const tollWords = ({ held, repeated, unknown, refused }: CallToll, say: Say): string[] => [
  ...plural(held, say('1 call held'), say('{0} calls held', held)),
  ...plural(repeated, say('1 call repeated'), say('{0} calls repeated', repeated)),
  ...plural(unknown, say('1 call may have run'), say('{0} calls may have run', unknown)),
  ...plural(refused, say('1 call not run'), say('{0} calls not run', refused)),
  ...(held > 0 && unknown === 0 && refused === 0 ? [say('none lost')] : []),
];

const ofRecovery = (entry: RecoveryEntry, say: Say): EntryWords => {
  const { calls, rung, client, attempts } = entry;
  const length = exactAge(entry.until - entry.at, say);
  const reason = reasonOf(entry.failure, entry.cause, say);
  const how = [rungWords(rung, say), ...tollWords(calls, say)].join(', ');
  const isHarmed = calls.unknown > 0 || calls.refused > 0;
  const lead =
    client === null
      ? say('Down for {0}: {1}.', length, reason)
      : say('{0} was cut off for {1}: {2}.', client, length, reason);
  const tries = attempts > 1 ? [say('It took {0} attempts.', attempts)] : [];
  return {
    icon: isHarmed ? 'warning' : 'debug-restart',
    color: isHarmed ? 'list.warningForeground' : 'testing.iconPassed',
    title:
      client === null
        ? say('Recovered after {0}', length)
        : say('{0} recovered after {1}', client, length),
    reason: `${reason} · ${how}`,
    sentence: [lead, asSentence(capital(how)), ...tries].join(' '),
  };
};

const ofTransition = (entry: TransitionEntry, say: Say): EntryWords => {
  const { from, to, cause, failure, recovered, attempt } = entry;
  const [icon, color] = looks[to];
  const reason = reasonOf(failure, cause, say);
  const title =
    from === to ? nameOf(to, say) : say('{0} → {1}', nameOf(from, say), nameOf(to, say));
  // A state goes on telling how its session came about, which is news only where a try has succeeded.
  const isMade = cause === 'attempt-succeeded' && recovered !== null;
  const more = [
    ...(isMade ? [describeRecovered(recovered, say)] : []),
    ...(attempt !== null && attempt > 1 ? [say('attempt {0}', attempt)] : []),
  ];
  const state =
    from === to
      ? say('It is still {0}: {1}.', nameOf(to, say), reason)
      : say('It went from {0} to {1}: {2}.', nameOf(from, say), nameOf(to, say), reason);
  return {
    icon: icon.replace('~spin', ''),
    color,
    title: capital(title),
    // How it came back says that a try succeeded.
    reason: (isMade ? more : [reason, ...more]).join(' · '),
    sentence: [state, ...more.map((text) => asSentence(capital(text)))].join(' '),
  };
};

const grey = 'disabledForeground';

const markTitle = ({ what }: MarkEntry, say: Say): string => {
  switch (what) {
    case 'started':
      return say('MCP Lifeline started');
    case 'reloaded':
      return say('Window reloaded');
    case 'ended':
      return say('Window closed or reloaded');
    case 'slept':
      return say('Computer slept');
    case 'restarted':
      return say('Server restarted');
  }
};

const markIcons: Readonly<Record<MarkEntry['what'], string>> = {
  started: 'play-circle',
  reloaded: 'refresh',
  ended: 'circle-large-outline',
  slept: 'watch',
  restarted: 'sync',
};

const ofMark = (entry: MarkEntry, say: Say): EntryWords => {
  const title = markTitle(entry, say);
  const reason = entry.length === null ? '' : say('lasted {0}', exactAge(entry.length, say));
  return {
    icon: markIcons[entry.what],
    color: grey,
    title,
    reason,
    sentence: reason === '' ? asSentence(title) : say('{0}, {1}.', title, reason),
  };
};

const sessionTitle = ({ what }: SessionEntry, say: Say): string => {
  if (what === 'new') return say('New session');
  return what === 'same' ? say('Same session goes on') : say('Session ended');
};

const ofSession = (entry: SessionEntry, say: Say): EntryWords => {
  const title = sessionTitle(entry, say);
  const { protocolVersion, serverVersion } = entry;
  const reason = [
    ...(serverVersion === null ? [] : [say('server version {0}', serverVersion)]),
    ...(protocolVersion === null ? [] : [`MCP ${protocolVersion}`]),
  ].join(' · ');
  return {
    icon: entry.what === 'ended' ? 'debug-stop' : 'link',
    color: grey,
    title,
    reason,
    sentence: asSentence(title),
  };
};

const ofHealth = (entry: HealthEntry, say: Say): EntryWords => {
  const what = entry.by === 'health' ? say('Health check') : say('Ping');
  const isAnswered = entry.latency !== null;
  const reason =
    entry.latency === null
      ? describeFailure(aFailure(entry.failure ?? 'timeout', ''), say).title
      : exactAge(entry.latency, say);
  return {
    icon: isAnswered ? 'pulse' : 'warning',
    color: isAnswered ? grey : 'list.warningForeground',
    title: what,
    reason,
    sentence: isAnswered
      ? say('{0} was answered in {1}.', what, reason)
      : say('{0} was not answered: {1}.', what, reason),
  };
};

const ofCalls = (entry: CallsEntry, say: Say): EntryWords => {
  const title = entry.count === 1 ? say('1 call') : say('{0} calls', entry.count);
  const reason = [
    ...plural(
      entry.errors,
      say('1 answered with an error'),
      say('{0} answered with errors', entry.errors),
    ),
    ...tollWords({ ...entry, held: 0 }, say),
  ].join(' · ');
  const isHarmed = entry.unknown > 0 || entry.refused > 0;
  return {
    icon: isHarmed ? 'warning' : 'arrow-swap',
    color: isHarmed ? 'list.warningForeground' : grey,
    title,
    reason,
    sentence: reason === '' ? asSentence(title) : say('{0}: {1}.', title, reason),
  };
};

export const describeEntry = (entry: ChronicleEntry, say: Say): EntryWords => {
  switch (entry.kind) {
    case 'transition':
      return ofTransition(entry, say);
    case 'recovery':
      return ofRecovery(entry, say);
    case 'health':
      return ofHealth(entry, say);
    case 'session':
      return ofSession(entry, say);
    case 'calls':
      return ofCalls(entry, say);
    case 'mark':
      return ofMark(entry, say);
  }
};
