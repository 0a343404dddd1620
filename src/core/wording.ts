// The state of a connection -> icon, colour and words, for the tree, the status bar and screen readers. The same
// everywhere, and derived from the state and its last proof each time, never kept.
// Not here: failures (wording/failure.ts), causes (wording/cause.ts), refusals of a call (wording/refusal.ts).
import type { Millis } from '../base/clock.ts';
import {
  type ConnectionState,
  type Life,
  type Phase,
  type StateKind,
  failureOf,
} from './connection/state.ts';
import { describeRecovered, describeTrouble, explainTrouble } from './wording/cause.ts';
import { describeFailure } from './wording/failure.ts';
import type { Say } from './wording/say.ts';
import { formatAge, spokenAge, timeLeft } from './wording/time.ts';

export type { Say };

export interface StateWords {
  /** Id of a codicon. */
  readonly icon: string;
  /** Id of a theme colour. */
  readonly color: string;
  /** `ready · proven 3 s ago` */
  readonly short: string;
  /** A whole sentence for screen readers. */
  readonly sentence: string;
  /** What happened, what we are doing, what you can do. */
  readonly explanation: string;
}

/** Codicon and theme colour of each state. */
export const looks: Readonly<Record<StateKind, readonly [icon: string, color: string]>> = {
  disabled: ['circle-slash', 'disabledForeground'],
  idle: ['circle-outline', 'disabledForeground'],
  connecting: ['loading~spin', 'testing.iconQueued'],
  ready: ['pass-filled', 'testing.iconPassed'],
  degraded: ['warning', 'list.warningForeground'],
  reconnecting: ['sync~spin', 'testing.iconQueued'],
  // Calls fail here, but it mends itself: a warning, no error.
  suspended: ['debug-disconnect', 'list.warningForeground'],
  'needs-auth': ['key', 'list.warningForeground'],
  'needs-input': ['question', 'list.warningForeground'],
  'crash-loop': ['error', 'testing.iconFailed'],
  failed: ['error', 'testing.iconFailed'],
  stopping: ['debug-pause', 'disabledForeground'],
  stopped: ['debug-stop', 'disabledForeground'],
};

export const nameOf = (kind: StateKind, say: Say): string => {
  switch (kind) {
    case 'disabled':
      return say('disabled');
    case 'idle':
      return say('idle');
    case 'connecting':
      return say('connecting');
    case 'ready':
      return say('ready');
    case 'degraded':
      return say('degraded');
    case 'reconnecting':
      return say('reconnecting');
    case 'suspended':
      return say('suspended');
    case 'needs-auth':
      return say('sign-in needed');
    case 'needs-input':
      return say('input needed');
    case 'crash-loop':
      return say('crash loop');
    case 'failed':
      return say('failed');
    case 'stopping':
      return say('stopping');
    case 'stopped':
      return say('stopped');
  }
};

/** What the words depend on besides the state. */
interface Moment {
  readonly proofAt: Millis | null;
  readonly now: Millis;
  readonly say: Say;
  /** `formatAge` for the eye, `spokenAge` for the ear. */
  readonly age: (length: Millis, say: Say) => string;
}

/** A server that waits for leave is told from one that waits for a value: another deed is wanted. */
const isUnapproved = (state: ConnectionState): boolean => failureOf(state)?.kind === 'unapproved';

const lookOf = (state: ConnectionState): readonly [icon: string, color: string] =>
  isUnapproved(state) ? ['shield', 'list.warningForeground'] : looks[state.kind];

const nameIn = (state: ConnectionState, say: Say): string =>
  isUnapproved(state) ? say('waits for your leave') : nameOf(state.kind, say);

const proof = ({ proofAt, now, say, age }: Moment): string => {
  if (proofAt === null) return say('not proven yet');
  return now - proofAt < 1000
    ? say('proven just now')
    : say('proven {0} ago', age(now - proofAt, say));
};

const plan = (phase: Phase | null, { now, say, age }: Moment): string => {
  if (phase === null) return say('no further try');
  return phase.kind === 'trying' || phase.until <= now
    ? say('trying now')
    : say('next try in {0}', age(timeLeft(phase.until, now), say));
};

/** A narrow view cuts the line off at its end, and the countdown is what a person looks for. */
const reconnectingLine = (
  state: Extract<ConnectionState, { kind: 'reconnecting' }>,
  moment: Moment,
): readonly string[] => {
  const { now, say, age } = moment;
  const name = nameOf(state.kind, say);
  const tries = say('attempt {0}', state.attempt);
  const { phase } = state;
  return phase.kind === 'waiting' && phase.until > now
    ? [say('reconnecting in {0}', age(timeLeft(phase.until, now), say)), tries]
    : [name, tries, plan(phase, moment)];
};

/** What follows the name of the state on one line. */
const particulars = (state: ConnectionState, moment: Moment): readonly string[] => {
  const { now, say, age } = moment;
  switch (state.kind) {
    case 'ready':
      return [proof(moment)];
    case 'degraded':
      return [...state.troubles.map((trouble) => describeTrouble(trouble, say)), proof(moment)];
    case 'reconnecting':
      return [say('attempt {0}', state.attempt), plan(state.phase, moment)];
    case 'suspended':
      return [plan(state.phase, moment), say('down for {0}', age(now - state.since, say))];
    case 'failed':
      return [describeFailure(state.failure, say).title, plan(state.phase, moment)];
    case 'crash-loop':
      return [say('{0} exits', state.exits)];
    case 'disabled':
    case 'idle':
    case 'connecting':
    case 'needs-auth':
    case 'needs-input':
    case 'stopping':
    case 'stopped':
      return [];
  }
};

/** Words of ours that begin small, as a sentence of its own. */
export const sentenceOf = (text: string, say: Say): string =>
  say('{0}.', `${text.charAt(0).toUpperCase()}${text.slice(1)}`);

/** What we are doing about it, and what that means for calls. */
const doing = (state: ConnectionState, say: Say): readonly string[] => {
  switch (state.kind) {
    case 'disabled':
      return [
        say('You have disabled this server; calls are refused. Use Enable to bring it back.'),
      ];
    case 'idle':
      return [say('The server is not connected. It is with the next call, or when you use Start.')];
    case 'connecting':
      return [say('The connection is being made. Calls are held until it is.')];
    case 'ready':
      return [say('The server works.'), sentenceOf(describeRecovered(state.recovered, say), say)];
    case 'degraded':
      return [say('Calls work.'), ...state.troubles.map((trouble) => explainTrouble(trouble, say))];
    case 'reconnecting':
      return [say('We are reconnecting. Calls are held, and run when the server is back.')];
    case 'suspended':
      return [
        say('It has been down for longer than calls are held, so calls are refused.'),
        say('We go on trying; use Reconnect to try at once.'),
      ];
    case 'needs-auth':
    case 'needs-input':
      return [say('Calls are held for a short time. We go on as soon as you have acted.')];
    case 'crash-loop':
      return [
        say('The process of the server keeps exiting, so it was stopped and calls are refused.'),
        say('Use Start when its trouble is mended.'),
      ];
    case 'failed':
      return [
        state.phase === null
          ? say('Trying again would not help, so calls are refused until its settings change.')
          : say('This looks permanent, so calls are refused. We still look again now and then.'),
      ];
    case 'stopping':
      return [say('The server is being stopped. Running calls may finish; new ones are refused.')];
    case 'stopped':
      return [say('You have stopped this server; calls are refused. Use Start to connect again.')];
  }
};

const explain = (state: ConnectionState, say: Say): string => {
  const failure = failureOf(state);
  if (failure === null) return doing(state, say).join(' ');
  const { happened, advice } = describeFailure(failure, say);
  return [happened, ...doing(state, say), advice].join(' ');
};

/** The state in words at the time `now`; `proofAt` is when the connection last proved to work. */
export const describeState = (
  life: Life,
  proofAt: Millis | null,
  now: Millis,
  say: Say,
): StateWords => {
  const { state } = life;
  const [icon, color] = lookOf(state);
  const name = nameIn(state, say);
  const seen: Moment = { proofAt, now, say, age: formatAge };
  const forEye =
    state.kind === 'reconnecting'
      ? reconnectingLine(state, seen)
      : [name, ...particulars(state, seen)];
  const forEar = particulars(state, { proofAt, now, say, age: spokenAge });
  const failure = failureOf(state);
  const spoken = [sentenceOf([name, ...forEar].join(', '), say)];
  if (failure !== null) spoken.push(describeFailure(failure, say).happened);
  return {
    icon,
    color,
    short: forEye.join(' · '),
    sentence: spoken.join(' '),
    explanation: explain(state, say),
  };
};
