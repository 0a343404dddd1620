// What an agent reads when its call was not run because of the connection's state. It names the next try, so that the
// agent knows whether waiting helps, and says that nothing was done, so that calling again is safe.
import type { Millis } from '../../base/clock.ts';
import { type Life, type Phase, failureOf } from '../connection/state.ts';
import { describeFailure } from './failure.ts';
import type { Say } from './say.ts';
import { formatAge, timeLeft } from './time.ts';

const nextTry = (phase: Phase | null, now: Millis, say: Say): string => {
  if (phase === null) return say('It is not tried again until its settings change.');
  return phase.kind === 'trying'
    ? say('A try to reach it runs now; call again in a few seconds.')
    : say(
        'The next try is in {0}; call again after that.',
        formatAge(timeLeft(phase.until, now), say),
      );
};

const stateLines = (life: Life, now: Millis, say: Say): readonly string[] => {
  const { state } = life;
  switch (state.kind) {
    case 'disabled':
      return [
        say('The user has disabled this MCP server. Do not call it until the user enables it.'),
      ];
    case 'stopping':
    case 'stopped':
      return [
        say('The user has stopped this MCP server. Do not call it until the user starts it.'),
      ];
    case 'crash-loop':
      return [
        say('The process of this MCP server keeps exiting ({0} times).', state.exits),
        say('It is not started again until the user does so.'),
      ];
    case 'suspended':
    case 'reconnecting':
      return [
        say('This MCP server has been down for {0}.', formatAge(now - state.since, say)),
        nextTry(state.phase, now, say),
      ];
    case 'failed':
      return [say('This MCP server cannot be used.'), nextTry(state.phase, now, say)];
    case 'needs-auth':
    case 'needs-input':
      return [say('A person must act before this MCP server can be used.')];
    case 'idle':
    case 'connecting':
    case 'ready':
    case 'degraded':
      // Refused for another reason than the state, or the state has changed meanwhile.
      return [say('This MCP server could not take the call; call again.')];
  }
};

/** In the order in which it matters to an agent: not run, why, when again, what a person can do. */
export const describeRefusal = (life: Life, now: Millis, say: Say): string => {
  const failure = failureOf(life.state);
  const lines = [say('The call was not run.'), ...stateLines(life, now, say)];
  if (failure === null) return lines.join(' ');
  const { happened, advice } = describeFailure(failure, say);
  return [...lines, happened, say('For the user: {0}', advice)].join(' ');
};
