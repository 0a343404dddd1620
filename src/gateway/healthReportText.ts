// The health report as Markdown, for a person and for a language model. Texts that come from servers stand in code quotes:
// they are data, whatever they say. Not here: what is in it (healthReport.ts).
import { aFailure } from '../core/connection/failure.ts';
import { nameOf } from '../core/wording.ts';
import { describeRecovered } from '../core/wording/cause.ts';
import { describeFailure } from '../core/wording/failure.ts';
import { quantity } from '../core/wording/number.ts';
import type { Say } from '../core/wording/say.ts';
import { formatAge } from '../core/wording/time.ts';
import type { HealthReport } from './healthReport.ts';
import type { ServerHealth, SessionCounts } from './health.ts';
import type { ServersReport } from './serversReport.ts';

const quoted = (text: string): string =>
  `\`${text.replaceAll(/\s+/g, ' ').replaceAll('`', "'").replaceAll('|', '/').trim()}\``;

const sessionsOf = ({ total, connected }: SessionCounts, say: Say): string =>
  say('{0} ({1} connected)', total, connected);

const onGateway = ({ gateway, version, uptime_secs }: HealthReport, say: Say): string[] => {
  const { port, wantedPort, check, sessions, jobs } = gateway;
  const reach =
    check.kind === 'ok'
      ? say('reached in {0} ms', quantity(check.tookMs, say))
      : say('not reached: {0}', quoted(check.reason));
  const where =
    wantedPort === null
      ? say('port {0}, {1}', port ?? '-', reach)
      : say('port {0} instead of {1}, {2}', port ?? '-', wantedPort, reach);
  return [
    say('- Gateway {0}: {1}, up for {2}', version, where, formatAge(uptime_secs * 1000, say)),
    say('- Sessions: {0}', sessionsOf(sessions, say)),
    say('- Calls: {0} held, {1} running', jobs.pending, jobs.running),
  ];
};

const onStore = ({ store }: HealthReport, say: Say): string => {
  const test =
    store.test.kind === 'ok'
      ? say('test passed in {0} ms', quantity(Math.round(store.test.tookMs), say))
      : say('test failed: {0}', quoted(store.test.reason));
  const kilobytes = quantity(Math.ceil(store.bytes / 1024), say);
  if (store.fallback === null) {
    return store.events === 1
      ? say('- Event store: {0}, 1 event, {1} KiB, {2}', store.used, kilobytes, test)
      : say(
          '- Event store: {0}, {1} events, {2} KiB, {3}',
          store.used,
          quantity(store.events, say),
          kilobytes,
          test,
        );
  }
  const { sinceMs, reason } = store.fallback;
  return say(
    '- Event store: {0} in place of {1} for {2} ({3}), {4}',
    store.used,
    store.wanted,
    formatAge(sinceMs, say),
    quoted(reason),
    test,
  );
};

const proverOf = (by: NonNullable<ServerHealth['proofBy']>, say: Say): string => {
  switch (by) {
    case 'handshake':
      return say('a handshake');
    case 'answer':
      return say('an answer');
    case 'ping':
      return say('a ping');
    case 'stream':
      return say('its stream');
  }
};

const proofOf = ({ proofAgeMs, proofBy }: ServerHealth, say: Say): string =>
  proofAgeMs === null || proofBy === null
    ? say('not proven yet')
    : say('proven {0} ago by {1}', formatAge(proofAgeMs, say), proverOf(proofBy, say));

/** As the tree says it: one that waits for leave is told from one that waits for a value. */
const stateOf = ({ state, failure }: ServerHealth, say: Say): string => {
  if (state === 'bad-settings') return say('settings not usable');
  return failure?.kind === 'unapproved' ? say('waits for your leave') : nameOf(state, say);
};

const troubleOf = ({ failure, reason }: ServerHealth, say: Say): string => {
  if (reason !== null) return quoted(reason);
  if (failure === null) return '';
  const { title } = describeFailure(aFailure(failure.kind, ''), say);
  return failure.detail === '' ? title : say('{0}: {1}', title, quoted(failure.detail));
};

/** A quiet server has nothing to tell, and most are quiet. */
const callsOf = ({ calls: { held, running } }: ServerHealth, say: Say): string =>
  held + running === 0 ? '' : say('{0} held, {1} running', held, running);

/** What is being done to bring it back, or how it came back. */
const recoveryOf = (server: ServerHealth, say: Say): string => {
  const { state, attempt, nextTryInMs, recovered } = server;
  if (recovered !== null) return describeRecovered(recovered, say);
  // A person is waited for, and no try is made meanwhile.
  if (attempt === null || state === 'needs-input' || state === 'needs-auth') return '';
  if (nextTryInMs === null) return say('attempt {0}, no further try', attempt);
  return nextTryInMs === 0
    ? say('attempt {0}, trying now', attempt)
    : say('attempt {0}, next try in {1}', attempt, formatAge(nextTryInMs + 999, say));
};

const rowOf = (name: string, server: ServerHealth, say: Say): string => {
  const cells = [
    quoted(name),
    stateOf(server, say),
    proofOf(server, say),
    recoveryOf(server, say),
    server.sessions === null ? '' : sessionsOf(server.sessions, say),
    callsOf(server, say),
    troubleOf(server, say),
  ];
  return `| ${cells.join(' | ')} |`;
};

const tableOf = ({ servers }: ServersReport, say: Say): string[] => {
  const rows = Object.entries(servers).map(([name, server]) => rowOf(name, server, say));
  if (rows.length === 0) return [say('No servers are configured.')];
  return [
    say('| Server | State | Proof | Recovery | Sessions | Calls | Trouble |'),
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
  ];
};

/** A list of one server's figures, and of what went wrong. */
const pastOf = (
  name: string,
  { figures, troubles }: ServersReport['history'][string],
  say: Say,
): string[] => [
  say('### {0}', quoted(name)),
  '',
  ...figures.map(([what = '', value = '']) => say('- {0}: {1}', what, value)),
  ...troubles.map(({ ageMs, text }) => say('- {0} ago: {1}', formatAge(ageMs, say), quoted(text))),
  '',
];

const historyOf = ({ history }: ServersReport, say: Say): string[] => {
  const known = Object.entries(history);
  if (known.length === 0) return [];
  return [say('## History'), '', ...known.flatMap(([name, past]) => pastOf(name, past, say))];
};

const adviceOf = ({ recommendations }: ServersReport, say: Say): string[] =>
  recommendations.length === 0
    ? [say('Nothing needs to be done.')]
    : recommendations.map(({ server, text }) =>
        server === null ? `- ${text}` : `- ${quoted(server)}: ${text}`,
      );

const documentOf = (report: ServersReport, gateway: readonly string[], say: Say): string =>
  [
    say('# MCP Lifeline: {0}', report.status === 'healthy' ? say('healthy') : say('degraded')),
    '',
    ...gateway,
    '',
    say('## Servers'),
    '',
    ...tableOf(report, say),
    '',
    ...historyOf(report, say),
    say('## Recommendations'),
    '',
    ...adviceOf(report, say),
    '',
  ].join('\n');

export const reportText = (report: HealthReport, say: Say): string =>
  documentOf(report, [...onGateway(report, say), onStore(report, say)], say);

/** While there is no gateway: it is switched off, or does not open. The servers are as they are all the same. */
export const reportTextWithout = (
  report: ServersReport,
  gateway: 'off' | 'opening',
  say: Say,
): string => {
  const line =
    gateway === 'off'
      ? say('- Gateway: switched off (mcpLifeline.gateway.enabled)')
      : say('- Gateway: not open yet');
  return documentOf(report, [line], say);
};
