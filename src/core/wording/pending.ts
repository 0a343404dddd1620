// A call that has no answer yet, or whose answer nobody waited for -> icon, colour and words, for the Pending Calls view
// and screen readers. Not here: what an agent is told of its call (refusal.ts, core/calls/answers.ts).
import type { Millis } from '../../base/clock.ts';
import type { Say } from './say.ts';
import { formatAge, spokenAge, timeLeft } from './time.ts';

/** `held` and `running` belong to somebody who waits; the others were left behind when whoever asked was gone. */
export type PendingPhase =
  | 'held'
  | 'running'
  | 'orphan-held'
  | 'orphan-running'
  | 'orphan-unknown'
  | 'answered';

export interface PendingFacts {
  readonly phase: PendingPhase;
  readonly tool: string;
  readonly serverId: string;
  readonly since: Millis;
  /** Null where none is set. */
  readonly deadline: Millis | null;
  /** Whether there is an answer and it is an error. */
  readonly isError: boolean;
}

export interface PendingWords {
  /** Id of a codicon. */
  readonly icon: string;
  /** Id of a theme colour. */
  readonly color: string;
  /** `held · alpha · 12 s left`: what matters most comes first, for a narrow view cuts the rest. */
  readonly short: string;
  /** For screen readers: the call, and what is to be said of it. */
  readonly sentence: string;
  /** What happened, what we are doing, what you can do. */
  readonly explanation: string;
}

type Look = readonly [icon: string, color: string];

const looks: Readonly<Record<PendingPhase, Look>> = {
  held: ['clock', 'testing.iconQueued'],
  running: ['loading~spin', 'testing.iconQueued'],
  // Nothing was done: it waits for a decision, and there is no harm in it.
  'orphan-held': ['debug-pause', 'list.warningForeground'],
  'orphan-running': ['loading~spin', 'testing.iconQueued'],
  'orphan-unknown': ['warning', 'list.warningForeground'],
  answered: ['pass-filled', 'testing.iconPassed'],
};
const failedLook: Look = ['error', 'testing.iconFailed'];

const lookOf = ({ phase, isError }: PendingFacts): Look => (isError ? failedLook : looks[phase]);

const nameOf = ({ phase, isError }: PendingFacts, say: Say): string => {
  switch (phase) {
    case 'held':
      return say('held');
    case 'running':
      return say('running');
    case 'orphan-held':
      return say('has not run');
    case 'orphan-running':
      return say('still running');
    case 'orphan-unknown':
      return say('may have run');
    case 'answered':
      return isError ? say('answered with an error') : say('answered');
  }
};

/** A countdown where an answer is due, otherwise how long ago the call was made. */
const timing = (
  { phase, since, deadline }: PendingFacts,
  now: Millis,
  say: Say,
  isSpoken: boolean,
): string => {
  const age = isSpoken ? spokenAge : formatAge;
  if (phase === 'held' && deadline !== null)
    return say('{0} left', age(timeLeft(deadline, now), say));
  const passed = age(now - since, say);
  if (phase === 'held' || phase === 'running') return say('for {0}', passed);
  return isSpoken ? say('asked for {0} ago', passed) : say('{0} ago', passed);
};

const explain = ({ phase, isError }: PendingFacts, say: Say): string => {
  switch (phase) {
    case 'held':
      return say(
        'It has not been sent: it waits for its server, runs as soon as the server is back, and is answered when its time is up at the latest.',
      );
    case 'running':
      return say('It was sent, and its answer is awaited.');
    case 'orphan-held':
      return say(
        'Whoever asked for it is gone: the window was reloaded or closed, or the server was set up anew. It has not run. Run it now, or discard it.',
      );
    case 'orphan-running':
      return say(
        'Whoever asked for it is gone: the window was reloaded or closed, or the server was set up anew. The server goes on with it, and its answer is kept here. If you discard it, the server goes on unheard.',
      );
    case 'orphan-unknown':
      return say(
        'It was on its way when the window was reloaded or closed, or the server was set up anew, and its answer is lost. It may have run; check before repeating it.',
      );
    case 'answered':
      return isError
        ? say(
            'Its answer came when nobody waited for it any more, and is an error. It is kept here until you discard it.',
          )
        : say(
            'Its answer came when nobody waited for it any more. It is kept here until you discard it.',
          );
  }
};

/** The call in words at the time `now`. */
export const describePending = (facts: PendingFacts, now: Millis, say: Say): PendingWords => {
  const [icon, color] = lookOf(facts);
  const name = nameOf(facts, say);
  const spoken = [name, timing(facts, now, say, true)].join(', ');
  const seen = timing(facts, now, say, false);
  // A narrow view cuts the line off at its end, which a countdown must not fall victim to.
  const isCounting = facts.phase === 'held' && facts.deadline !== null;
  const rest = isCounting ? [seen, facts.serverId] : [facts.serverId, seen];
  return {
    icon,
    color,
    short: [name, ...rest].join(' · '),
    sentence: say('{0} on {1}: {2}.', facts.tool, facts.serverId, spoken),
    explanation: explain(facts, say),
  };
};
