// What an agent is told when its call was not run.
import { describe, expect, test } from 'vitest';
import type { ConnectionState } from '../../../src/core/connection/state.ts';
import { describeRefusal } from '../../../src/core/wording/refusal.ts';
import { aLife, now, states, trying, waiting } from './someStates.ts';

describe('the refusal of a call', () => {
  const refusalOf = (state: ConnectionState) => describeRefusal(aLife(state), now);

  test('names the time since, the next try, the reason, and what the user can do', () => {
    expect(refusalOf(states.suspended)).toBe(
      'The call was not run. This MCP server has been down for 5 min. The next try is in 40 s; call again after that. Nobody listens at the address of the server. For the user: Start the server, or check the port in its URL.',
    );
  });

  test.each<[ConnectionState, string]>([
    [states.disabled, 'Do not call it until the user enables it.'],
    [states.stopping, 'Do not call it until the user starts it.'],
    [states.stopped, 'Do not call it until the user starts it.'],
    [
      states['crash-loop'],
      'keeps exiting (5 times). It is not started again until the user does so.',
    ],
    [
      { ...states.suspended, phase: trying },
      'A try to reach it runs now; call again in a few seconds.',
    ],
    [states.reconnecting, 'The next try is in 4 s; call again after that.'],
    [states.failed, 'It is not tried again until its settings change.'],
    [
      { ...states.failed, phase: waiting(30_000) },
      'The next try is in 30 s; call again after that.',
    ],
    [states['needs-auth'], 'A person must act before this MCP server can be used.'],
    [states['needs-input'], 'For the user: Enter the value, then reconnect.'],
    [states.idle, 'This MCP server could not take the call; call again.'],
    [states.connecting, 'call again.'],
    [states.ready, 'call again.'],
    [states.degraded, 'call again.'],
  ])('in %o tells an agent what to do', (state, text) => {
    expect(refusalOf(state)).toMatch(/^The call was not run\. /);
    expect(refusalOf(state)).toContain(text);
  });
});
