// What an agent reads when its call was not run because of the connection's state. It names the next try, so that the
// agent knows whether waiting helps, and says that nothing was done, so that calling again is safe. In English, as everything is
// that programs are told.
import type { Millis } from '../../base/clock.ts';
import { type Life, type Phase, failureOf } from '../connection/state.ts';
import { inEnglish } from './english.ts';
import { describeFailure } from './failure.ts';
import { formatAge, timeLeft } from './time.ts';

const nextTry = (phase: Phase | null, now: Millis): string => {
  if (phase === null) return 'It is not tried again until its settings change.';
  return phase.kind === 'trying'
    ? 'A try to reach it runs now; call again in a few seconds.'
    : `The next try is in ${formatAge(timeLeft(phase.until, now), inEnglish)}; call again after that.`;
};

const stateLines = (life: Life, now: Millis): readonly string[] => {
  const { state } = life;
  switch (state.kind) {
    case 'disabled':
      return ['The user has disabled this MCP server. Do not call it until the user enables it.'];
    case 'stopping':
    case 'stopped':
      return ['The user has stopped this MCP server. Do not call it until the user starts it.'];
    case 'crash-loop':
      return [
        `The process of this MCP server keeps exiting (${state.exits} times).`,
        'It is not started again until the user does so.',
      ];
    case 'suspended':
    case 'reconnecting':
      return [
        `This MCP server has been down for ${formatAge(now - state.since, inEnglish)}.`,
        nextTry(state.phase, now),
      ];
    case 'failed':
      return ['This MCP server cannot be used.', nextTry(state.phase, now)];
    case 'needs-auth':
    case 'needs-input':
      return ['A person must act before this MCP server can be used.'];
    case 'idle':
    case 'connecting':
    case 'ready':
    case 'degraded':
      // Refused for another reason than the state, or the state has changed meanwhile.
      return ['This MCP server could not take the call; call again.'];
  }
};

/** In the order in which it matters to an agent: not run, why, when again, what a person can do. */
export const describeRefusal = (life: Life, now: Millis): string => {
  const failure = failureOf(life.state);
  const lines = ['The call was not run.', ...stateLines(life, now)];
  if (failure === null) return lines.join(' ');
  const { happened, advice } = describeFailure(failure, inEnglish);
  return [...lines, happened, `For the user: ${advice}`].join(' ');
};
