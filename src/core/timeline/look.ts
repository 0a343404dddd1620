// Which of a few looks each state has, and which signs marks have, in the timeline: thirteen colours could not be told
// apart. A look is a colour of the theme and a pattern, so that colour is never the only signal. Not here: painting.
import type { StateKind } from '../connection/state.ts';

export const bandLooks = ['up', 'weak', 'trying', 'down', 'person', 'broken', 'off'] as const;
export type BandLook = (typeof bandLooks)[number];

export const lookOf = (state: StateKind): BandLook => {
  switch (state) {
    case 'ready':
      return 'up';
    case 'degraded':
      return 'weak';
    case 'connecting':
    case 'reconnecting':
      return 'trying';
    case 'suspended':
      return 'down';
    case 'needs-auth':
    case 'needs-input':
      return 'person';
    case 'crash-loop':
    case 'failed':
      return 'broken';
    case 'disabled':
    case 'idle':
    case 'stopping':
    case 'stopped':
      return 'off';
  }
};

export const signs = ['restart', 'window', 'sleep', 'held', 'unknown'] as const;
export type Sign = (typeof signs)[number];
