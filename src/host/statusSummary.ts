// All servers in one look: how many work of how many, and what deserves attention most. Free of `vscode`.
// Not here: how it is drawn (statusBar.ts).
import { isUp, needsPerson, type ConnectionState } from '../core/connection/state.ts';

export type Mood =
  /** Nothing to say: every server works, rests or is switched off. */
  | 'well'
  /** It is being brought back. */
  | 'recovering'
  /** Down for long, or working with trouble; nobody has to act. */
  | 'troubled'
  /** A person must act. */
  | 'person';

export interface Summary {
  readonly up: number;
  /** Servers that are switched on, those with a faulty setting included. */
  readonly total: number;
  /** Configured at all. */
  readonly configured: number;
  readonly people: number;
  readonly mood: Mood;
}

export const moodOf = (state: ConnectionState): Mood => {
  if (needsPerson(state)) return 'person';
  if (state.kind === 'connecting' || state.kind === 'reconnecting') return 'recovering';
  return state.kind === 'suspended' || state.kind === 'degraded' ? 'troubled' : 'well';
};

const gravest: readonly Mood[] = ['person', 'recovering', 'troubled', 'well'];

export const summarize = (states: readonly ConnectionState[], bad: number): Summary => {
  const moods = states.map(moodOf);
  const people = moods.filter((mood) => mood === 'person').length + bad;
  const mood = people > 0 ? 'person' : gravest.find((each) => moods.includes(each));
  return {
    up: states.filter(isUp).length,
    total: states.filter((state) => state.kind !== 'disabled').length + bad,
    configured: states.length + bad,
    people,
    mood: mood ?? 'well',
  };
};
