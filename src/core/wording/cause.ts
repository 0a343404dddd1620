// The causes of a transition, the ways to have recovered and the troubles of a working connection, in words.
import type { Cause, Recovered, Trouble } from '../connection/state.ts';
import type { Say } from './say.ts';

/** Why a state changed, for a line of the history. */
export const describeCause = (cause: Cause, say: Say): string => {
  switch (cause) {
    case 'start':
      return say('started');
    case 'call':
      return say('a call arrived');
    case 'lost':
      return say('the connection was lost');
    case 'retry-due':
      return say('the next try was due');
    case 'listening':
      return say('the server listens again');
    case 'wake':
      return say('the computer or its network came back');
    case 'user':
      return say('asked for by the user');
    case 'stable':
      return say('the connection has proven stable');
    case 'settings':
      return say('the settings changed');
    case 'hold-budget':
      return say('it was down for longer than calls are held');
    case 'health':
      return say('its health changed');
    case 'restart-seen':
      return say('the server was seen to restart');
    case 'attempt-failed':
      return say('a try failed');
    case 'attempt-succeeded':
      return say('a try succeeded');
    case 'shutdown':
      return say('the window closed or reloaded');
  }
};

export const describeRecovered = (recovered: Recovered, say: Say): string => {
  switch (recovered) {
    case 'first':
      return say('a first session was made');
    case 'same-session':
      return say('the same session goes on');
    case 'new-session':
      return say('a new session was made; the server has forgotten the old one');
    case 'stateless':
      return say('the server keeps no sessions');
  }
};

export const describeTrouble = (trouble: Trouble, say: Say): string => {
  switch (trouble) {
    case 'push-stream-down':
      return say('push stream down');
    case 'health-failing':
      return say('health check failing');
    case 'calls-failing':
      return say('calls failing');
    case 'slow':
      return say('slow');
  }
};

/** What a trouble means to somebody who uses the server. */
export const explainTrouble = (trouble: Trouble, say: Say): string => {
  switch (trouble) {
    case 'push-stream-down':
      return say('Notifications of the server do not arrive; the stream is being opened again.');
    case 'health-failing':
      return say('The server answers calls, but its health check fails.');
    case 'calls-failing':
      return say('The server says that it is healthy, but calls fail.');
    case 'slow':
      return say('The server answers slowly.');
  }
};
