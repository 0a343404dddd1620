// What a person, or an agent on his behalf, can do to make things better: read off what was measured, in plain words, and
// nothing where nothing is to be done. Pure. Not here: the measuring (health.ts, selfCheck.ts).
import type { Millis } from '../base/clock.ts';
import { failureOf, needsPerson } from '../core/connection/state.ts';
import type { HistoryEntry } from '../core/history.ts';
import type { BadServer } from '../core/settings.ts';
import { describeFailure } from '../core/wording/failure.ts';
import { describeNoPort, describeRefusedPort } from '../core/wording/port.ts';
import type { Say } from '../core/wording/say.ts';
import { formatAge } from '../core/wording/time.ts';
import { sayDetail, sayReason } from '../core/wording/detail.ts';
import type { EventLogStatus, EventLogTest } from '../runtime/gatewayPorts.ts';
import type { ServerWatch } from '../runtime/watch.ts';
import type { Denied, DoorPlace } from './door.ts';
import { ownServerName } from './ownServerName.ts';
import type { Check } from './selfCheck.ts';

/** `server` is null where it is about the gateway itself. */
export type Advice = { readonly server: string | null; readonly text: string };

/** What the advice is read off. */
export interface Measured {
  readonly place: DoorPlace;
  readonly door: Check;
  readonly store: EventLogStatus;
  readonly storeTest: EventLogTest;
  readonly denied: ReadonlyMap<Denied, number>;
  readonly now: Millis;
}

const hour: Millis = 3_600_000;
// Fewer are what development looks like.
const manyRestarts = 10;
const manyRefusals = 5;

const ofPlace = ({ place, door }: Measured, say: Say): string[] => {
  if (place.kind !== 'open' || door.kind === 'failed') {
    const found = door.kind === 'failed' ? door.reason : '';
    const reason = place.kind === 'failed' ? describeNoPort(place.code, say) : found;
    return [
      say(
        'The gateway cannot be reached: {0}. Look for a firewall or a program on its port.',
        reason,
      ),
    ];
  }
  const { instead, port } = place;
  if (instead === null) return [];
  return [
    say(
      'The gateway listens on port {0}, because the stable port {1} could not be had: {2}. Clients that were set up for port {1} do not find it; close what uses that port, or set mcpLifeline.gateway.port.',
      port,
      instead.wanted,
      describeRefusedPort(instead.code, say),
    ),
  ];
};

const ofStore = ({ store, storeTest, now }: Measured, say: Say): string[] => {
  const found: string[] = [];
  if (store.fallback !== null) {
    found.push(
      say(
        'Events are kept in {0} instead of {1} since {2}: {3}. Bring {1} back; nothing else needs to be done.',
        store.used,
        store.wanted,
        formatAge(now - store.fallback.since, say),
        sayReason(store.fallback, say),
      ),
    );
  }
  if (storeTest.kind === 'failed') {
    found.push(
      say(
        'The event store failed its test: {0}. Until it works, answers may be lost when the gateway restarts.',
        sayReason(storeTest, say),
      ),
    );
  }
  if (store.wanted === 'memory') {
    found.push(
      say(
        'Events are kept in memory only, so they do not outlive a restart of the gateway. Set mcpLifeline.eventStore.kind to sqlite.',
      ),
    );
  }
  return found;
};

const ofDenied = ({ denied }: Measured, say: Say): string[] => {
  const found: string[] = [];
  const tokens = denied.get('wrong-token') ?? 0;
  if (tokens >= manyRefusals) {
    found.push(
      say(
        '{0} requests came with a wrong token. A client may hold an old entry: use Connect a Client… again.',
        tokens,
      ),
    );
  }
  const turnedAway = denied.get('turned-away') ?? 0;
  if (turnedAway > 0) {
    found.push(
      turnedAway === 1
        ? say(
            '1 connection was turned away because all were in use. Close clients, or raise mcpLifeline.gateway.maxConnections.',
          )
        : say(
            '{0} connections were turned away because all were in use. Close clients, or raise mcpLifeline.gateway.maxConnections.',
            turnedAway,
          ),
    );
  }
  return found;
};

export const adviceOnGateway = (measured: Measured, say: Say): readonly Advice[] =>
  [...ofPlace(measured, say), ...ofStore(measured, say), ...ofDenied(measured, say)].map(
    (text) => ({ server: null, text }),
  );

/** The status in a line of our own making (`The server answered HTTP 400: …`): history keeps no number of its own. */
const statusIn = (entry: HistoryEntry): number | null => {
  const [, status] = /\bHTTP (\d{3})\b/.exec(entry.detail ?? '') ?? [];
  return status === undefined ? null : Number(status);
};

/** How the server last refused a session that it did not know. */
const ofStaleSession = (history: readonly HistoryEntry[], say: Say): string[] => {
  const lost = history.find(({ failure }) => failure === 'session-lost');
  const status = lost === undefined ? null : statusIn(lost);
  if (status === null || status === 404) return [];
  return [
    say(
      'This server answers {0} to stale sessions; it should answer 404, as the specification has it (Streamable HTTP, session management). MCP Lifeline copes, but other clients hang or give up.',
      status,
    ),
  ];
};

const ofRestarts = (history: readonly HistoryEntry[], now: Millis, say: Say): string[] => {
  const fresh = history.filter(
    ({ at, recovered, to }) => to === 'ready' && recovered === 'new-session' && now - at < hour,
  );
  if (fresh.length < manyRestarts) return [];
  return [
    say(
      'It lost its session {0} times in the last hour. If nobody restarts it on purpose, look into its log.',
      fresh.length,
    ),
  ];
};

const ofState = (server: ServerWatch, say: Say): string[] => {
  const { state } = server.life.value;
  const failure = failureOf(state);
  // What comes back by itself needs nobody.
  if (failure === null || !(needsPerson(state) || state.kind === 'suspended')) return [];
  const { happened, advice } = describeFailure(failure, say);
  // The exit and the last lines of stderr, which say what the words about the kind cannot.
  const last =
    state.kind === 'crash-loop' ? [say('It ended like this: {0}', sayDetail(failure, say))] : [];
  return [`${happened} ${advice}`, ...last];
};

const ofHealthEndpoint = (server: ServerWatch, say: Say): string[] => {
  const { definition, life, health } = server;
  const { state } = life.value;
  const hasNone = definition.kind === 'http' && health.value === null;
  if (!hasNone || definition.health === false || state.kind !== 'ready') return [];
  return [
    say(
      'It has no health endpoint, so a restart that it hides is noticed only with the next call. GET /health with uptime_secs would do.',
    ),
  ];
};

const ofName = ({ id }: ServerWatch, say: Say): string[] =>
  id === ownServerName
    ? [say('The gateway has a server of its own by this name, which hides this one. Rename it.')]
    : [];

/** Why stands in the table of the report, and is the person's own text for the most part. */
export const adviceOnBad = ({ name }: BadServer, say: Say): Advice => ({
  server: name,
  text: say(
    'Its entry cannot be used, for the reason given above. Correct it: Open Configuration in its row leads there.',
  ),
});

// More lines than an hour of trouble makes.
const linesRead = 200;

/** What it says may quote the server, so that it must be cleaned before anybody sees it. */
export const adviceOnServer = (server: ServerWatch, now: Millis, say: Say): readonly Advice[] => {
  const history = server.history(linesRead);
  return [
    ...ofName(server, say),
    ...ofState(server, say),
    ...ofStaleSession(history, say),
    ...ofRestarts(history, now, say),
    ...ofHealthEndpoint(server, say),
  ].map((text) => ({ server: server.id, text }));
};
