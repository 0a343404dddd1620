// Made-up lives of servers for the timeline: what was written down, and the lanes that come of it.
import type { ChronicleEntry, MarkWhat } from '../../src/core/chronicle.ts';
import type { StateKind } from '../../src/core/connection/state.ts';
import { laneOf } from '../../src/core/timeline/derive.ts';
import type { Lane } from '../../src/core/timeline/lane.ts';
import type { Say } from '../../src/core/wording/say.ts';

export const second = 1_000;
export const minute = 60 * second;

export const say: Say = (message, ...args) =>
  message.replaceAll(/\{(\d+)\}/g, (whole, index) => String(args[Number(index)] ?? whole));

type Transition = Extract<ChronicleEntry, { readonly kind: 'transition' }>;

export const aTransition = (
  at: number,
  from: StateKind,
  to: StateKind,
  more: Partial<Transition> = {},
): Transition => ({
  kind: 'transition',
  serverId: 'notes',
  at,
  from,
  to,
  cause: 'lost',
  epoch: 1,
  attempt: null,
  nextTry: null,
  recovered: null,
  failure: null,
  detail: null,
  ...more,
});

export const aLookAtHealth = (
  at: number,
  latency: number | null,
  serverId = 'notes',
): ChronicleEntry => ({
  kind: 'health',
  serverId,
  at,
  by: 'health',
  latency,
  status: latency === null ? null : 200,
  uptimeSecs: null,
  failure: latency === null ? 'refused' : null,
});

export const aMark = (
  at: number,
  what: MarkWhat,
  length: number | null = null,
): ChronicleEntry => ({
  kind: 'mark',
  serverId: what === 'restarted' ? 'notes' : null,
  at,
  what,
  length,
});

export const aRecovery = (
  at: number,
  until: number,
  calls: { readonly held?: number; readonly unknown?: number } = {},
  client: string | null = null,
): ChronicleEntry => ({
  kind: 'recovery',
  serverId: 'notes',
  at,
  until,
  client,
  cause: 'lost',
  failure: 'closed',
  detail: null,
  rung: 'same-session',
  attempts: 2,
  calls: { held: 0, repeated: 0, unknown: 0, refused: 0, ...calls },
});

export const aMinuteOfCalls = (
  at: number,
  counts: { readonly held?: number; readonly unknown?: number } = {},
): ChronicleEntry => ({
  kind: 'calls',
  serverId: 'notes',
  at,
  count: 5,
  errors: 0,
  held: 0,
  repeated: 0,
  unknown: 0,
  refused: 0,
  latencies: [],
  ...counts,
});

/** Looks at health every so often, the same each time. */
const steadyHealth = (
  from: number,
  to: number,
  step: number,
  latencyAt: (index: number) => number,
): readonly ChronicleEntry[] =>
  Array.from({ length: Math.floor((to - from) / step) }, (_, index) =>
    aLookAtHealth(from + index * step, latencyAt(index)),
  );

const wave = (index: number): number =>
  Math.round(12 + 6 * Math.sin(index / 5) + (index % 17 === 0 ? 60 : 0) + (index % 5));

/** An hour with a restart, an outage with held calls, a reload and a sleep. */
export const anHour = (now: number): readonly ChronicleEntry[] => {
  const ago = (minutes: number): number => now - minutes * minute;
  return [
    aMark(ago(55), 'started'),
    aTransition(ago(55), 'idle', 'connecting', { cause: 'start' }),
    aTransition(ago(55) + 400, 'connecting', 'ready', {
      cause: 'attempt-succeeded',
      recovered: 'first',
    }),
    ...steadyHealth(ago(55) + second, ago(40), 20 * second, wave),
    aMark(ago(40), 'restarted'),
    aTransition(ago(40), 'ready', 'reconnecting', {
      cause: 'restart-seen',
      failure: 'restarted',
      detail: 'uptime went from 912 s to 2 s',
    }),
    aTransition(ago(40) + 900, 'reconnecting', 'ready', {
      cause: 'attempt-succeeded',
      recovered: 'new-session',
    }),
    ...steadyHealth(ago(40) + second, ago(28), 20 * second, wave),
    aTransition(ago(28), 'ready', 'reconnecting', {
      failure: 'refused',
      detail: 'connect ECONNREFUSED 127.0.0.1:3000',
      attempt: 1,
    }),
    aLookAtHealth(ago(28) + second, null),
    aTransition(ago(28) + 2 * second, 'reconnecting', 'reconnecting', {
      cause: 'retry-due',
      attempt: 6,
      failure: 'refused',
      detail: 'connect ECONNREFUSED 127.0.0.1:3000',
    }),
    aTransition(ago(27.2), 'reconnecting', 'suspended', {
      cause: 'hold-budget',
      attempt: 7,
      failure: 'refused',
    }),
    aLookAtHealth(ago(26), null),
    aLookAtHealth(ago(25), null),
    aTransition(ago(24), 'suspended', 'ready', { cause: 'listening', recovered: 'same-session' }),
    aRecovery(ago(28), ago(24), { held: 3, unknown: 1 }),
    ...steadyHealth(ago(24) + second, ago(14), 20 * second, wave),
    aTransition(ago(18), 'ready', 'degraded', { cause: 'health' }),
    aTransition(ago(15), 'degraded', 'ready', { cause: 'health', recovered: 'same-session' }),
    aMark(ago(14) + 4 * second, 'reloaded', 4 * second),
    aTransition(ago(14) + 4 * second, 'idle', 'connecting', { cause: 'start' }),
    aTransition(ago(14) + 4.3 * second, 'connecting', 'ready', {
      cause: 'attempt-succeeded',
      recovered: 'same-session',
    }),
    ...steadyHealth(ago(14) + 5 * second, ago(9), 20 * second, wave),
    aMark(ago(4), 'slept', 5 * minute),
    ...steadyHealth(ago(4), now, 10 * second, wave),
  ];
};

const named = (entries: readonly ChronicleEntry[], serverId: string): readonly ChronicleEntry[] =>
  entries.map((entry) => (entry.serverId === null ? entry : { ...entry, serverId }));

/** A server that has come from ready into this state some minutes ago and stays there. */
const aLifeInto = (state: StateKind, now: number, minutes: number): readonly ChronicleEntry[] => [
  aMark(now - 50 * minute, 'started'),
  aTransition(now - 50 * minute, 'idle', 'connecting', { cause: 'start' }),
  aTransition(now - 50 * minute + 200, 'connecting', 'ready', {
    cause: 'attempt-succeeded',
    recovered: 'first',
  }),
  ...steadyHealth(
    now - 50 * minute + second,
    now - minutes * minute,
    30 * second,
    (index) => 3 + (index % 4),
  ),
  aTransition(now - minutes * minute, 'ready', state, {
    cause: 'lost',
    failure: state === 'ready' ? null : 'closed',
  }),
];

export const aLane = (
  serverId: string,
  state: StateKind | null,
  entries: readonly ChronicleEntry[],
  now: number,
): Lane => laneOf({ serverId, state, entries: named(entries, serverId) }, now, say);

export const someLanes = (now: number): readonly Lane[] => [
  aLane('notes', 'ready', anHour(now), now),
  aLane('search', 'reconnecting', aLifeInto('reconnecting', now, 6), now),
  aLane('tickets', 'needs-auth', aLifeInto('needs-auth', now, 12), now),
  aLane(
    'a-server-with-a-very-long-name-that-no-column-could-hold',
    'crash-loop',
    aLifeInto('crash-loop', now, 20),
    now,
  ),
  aLane('archive', 'stopped', aLifeInto('stopped', now, 30), now),
  aLane('new-here', 'idle', [], now),
];

export const manyLanes = (now: number): readonly Lane[] =>
  Array.from({ length: 20 }, (_, index) => aLane(`server-${index + 1}`, 'ready', anHour(now), now));
