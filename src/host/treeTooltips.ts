// Hovers of the rows of the Connections view, made when somebody hovers: the whole story that a row has no room for.
// Text of servers is shown as text, never as Markdown.
import * as vscode from 'vscode';
import type { HistoryEntry } from '../core/history.ts';
import type { HealthReading } from '../core/connection/health.ts';
import { isObject } from '../core/rpc.ts';
import { describeCause, describeRecovered } from '../core/wording/cause.ts';
import type { Figure } from '../core/wording/figures.ts';
import { formatAge } from '../core/wording/time.ts';
import { sayDetail } from '../core/wording/detail.ts';
import type { Resource, ServerWatch, Tool } from '../runtime/watch.ts';
import { foundHover } from './foundItems.ts';
import type { GatewayDoor } from './gatewayDoor.ts';
import { clientHover, gatewayFact, gatewayHover } from './gatewayTooltips.ts';
import { type Fact, factTable, hover } from './hover.ts';
import { escapeMarkdown } from './markdown.ts';
import { plainUrl } from './plainUrl.ts';
import { requiredNames } from './toolFields.ts';
import { eventTitle } from './treeItems.ts';
import { originWords } from './sourceWords.ts';
import type { PartKind, Row } from './treeRows.ts';
import { formatTime, type ServerWords } from './words.ts';

const whereOf = ({ definition }: ServerWatch): Fact => {
  const { t } = vscode.l10n;
  if (definition.kind === 'stdio') return [t('Command'), definition.command, 'code'];
  // A query may hold a key.
  return [t('URL'), plainUrl(definition.url), 'code'];
};

const trustedWords = (): string =>
  vscode.l10n.t(
    'trusted: calls of tools marked read-only or idempotent are repeated after a break',
  );

const serverHover = (
  server: ServerWatch,
  words: ServerWords,
  door: GatewayDoor,
  figures: readonly Figure[],
): vscode.MarkdownString => {
  const { t } = vscode.l10n;
  const { held, running } = server.calls.value;
  const { state } = server.life.value;
  const detail = 'failure' in state ? sayDetail(state.failure, t) : null;
  return hover(
    `${server.id}: ${words.shortNow(server)}`,
    escapeMarkdown(words.explanation(server)),
    factTable([
      [t('Last proof'), words.lastProof(server)],
      [t('Detail'), detail, 'code'],
      [t('Calls held'), held > 0 ? held : null],
      [t('Calls running'), running > 0 ? running : null],
      whereOf(server),
      [t('Defined in'), originWords(server.definition.origin)],
      [t('Taken over from'), words.takenFrom(server)],
      gatewayFact(server, door),
      [t('Tool hints'), server.definition.trustHints ? trustedWords() : null],
      ...figures,
    ]),
  );
};

const sessionHover = (server: ServerWatch, words: ServerWords): vscode.MarkdownString => {
  const { t } = vscode.l10n;
  const session = server.session.value;
  if (!session) return hover(t('Session'), t('There is no session at the moment.'));
  const { state } = server.life.value;
  return hover(
    t('Session'),
    factTable([
      [t('How'), 'recovered' in state ? describeRecovered(state.recovered, t) : null],
      [t('Id'), session.idHint ?? t('none; the server keeps no sessions')],
      [t('Server'), listedName(session.serverName, session.serverVersion)],
      [t('Protocol'), session.protocolVersion],
      [t('Began'), formatTime(session.created, words.now())],
      [t('Recoveries'), session.recoveries],
    ]),
  );
};

const listedName = (name: string | null, version: string | null): string =>
  [name, version].filter((part) => part !== null).join(' ');

const readingFacts = (
  { at, latency, status, body }: HealthReading,
  words: ServerWords,
): readonly Fact[] => {
  const { t } = vscode.l10n;
  return [
    [t('Status'), body.status],
    [t('HTTP status'), status],
    [t('Answered'), t('{0} in {1} ms', formatTime(at, words.now()), Math.round(latency))],
    [t('Up for'), body.uptimeSecs === null ? null : formatAge(body.uptimeSecs * 1000, t)],
    [t('Version'), body.version],
    [t('Instance'), body.instanceId],
    [t('Sessions'), sessionCounts(body.sessions)],
    [t('Jobs'), jobCounts(body.jobs)],
  ];
};

const sessionCounts = (sessions: HealthReading['body']['sessions']): string | null => {
  const { t } = vscode.l10n;
  const { total = null, connected = null } = sessions ?? {};
  if (connected === null) return total === null ? null : String(total);
  return total === null ? t('{0} connected', connected) : t('{0}, {1} connected', total, connected);
};

const jobCounts = (jobs: HealthReading['body']['jobs']): string | null => {
  const { t } = vscode.l10n;
  const { pending = null, running = null } = jobs ?? {};
  if (running === null) return pending === null ? null : String(pending);
  return pending === null ? t('{0} running', running) : t('{0}, {1} running', pending, running);
};

const healthHover = (server: ServerWatch, words: ServerWords): vscode.MarkdownString => {
  const { t } = vscode.l10n;
  const reading = server.health.value;
  return reading
    ? hover(t('Health'), factTable(readingFacts(reading, words)))
    : hover(
        t('Health'),
        t(
          'The server offers no health endpoint, or has not answered it yet. Pings of the protocol prove that it lives.',
        ),
      );
};

const claimsOf = ({ annotations }: Tool): string => {
  const claims = Object.entries(annotations)
    .filter(([, value]) => value === true)
    .map(([name]) => name);
  return claims.length === 0 ? '' : vscode.l10n.t('The server claims: {0}.', claims.join(', '));
};

const argumentsOf = ({ inputSchema }: Tool): readonly Fact[] => {
  const properties = isObject(inputSchema['properties']) ? inputSchema['properties'] : {};
  const required = requiredNames(inputSchema);
  return Object.entries(properties).map(([name, schema]) => [
    required.includes(name) ? `${name} *` : name,
    isObject(schema) && typeof schema['description'] === 'string' ? schema['description'] : '–',
  ]);
};

const toolHover = (tool: Tool): vscode.MarkdownString =>
  hover(
    tool.title === null || tool.title === tool.name ? tool.name : `${tool.title} (${tool.name})`,
    escapeMarkdown(tool.description ?? ''),
    factTable(argumentsOf(tool)),
    escapeMarkdown(claimsOf(tool)),
  );

const eventHover = (entry: HistoryEntry, words: ServerWords): vscode.MarkdownString => {
  const { t } = vscode.l10n;
  return hover(
    eventTitle(entry),
    factTable([
      [t('When'), formatTime(entry.at, words.now())],
      [t('Cause'), describeCause(entry.cause, t)],
      [t('Attempt'), entry.attempt],
      [t('Next try'), entry.nextTry === null ? null : formatTime(entry.nextTry, words.now())],
      [t('Session'), entry.recovered === null ? null : describeRecovered(entry.recovered, t)],
      [t('Detail'), sayDetail(entry, t), 'code'],
    ]),
  );
};

const listHover = (
  title: string,
  server: ServerWatch,
  words: ServerWords,
): vscode.MarkdownString => {
  const { listedAt } = server.catalog.value;
  const { t } = vscode.l10n;
  return hover(
    title,
    listedAt === null
      ? t('The server has not listed anything yet.')
      : escapeMarkdown(t('As the server listed them at {0}.', formatTime(listedAt, words.now()))),
  );
};

const partHover = (
  part: PartKind,
  server: ServerWatch,
  words: ServerWords,
): vscode.MarkdownString => {
  const { t } = vscode.l10n;
  switch (part) {
    case 'session':
      return sessionHover(server, words);
    case 'health':
      return healthHover(server, words);
    case 'clients':
      return hover(t('Clients'), t('The programs that use this server through the gateway.'));
    case 'tools':
      return listHover(t('Tools'), server, words);
    case 'resources':
      return listHover(t('Resources'), server, words);
    case 'prompts':
      return listHover(t('Prompts'), server, words);
    case 'events':
      return hover(
        t('Recent Events'),
        t('The newest changes of the connection, the last one first.'),
      );
  }
};

const resourceHover = ({ name, uri, mimeType, description }: Resource): vscode.MarkdownString =>
  hover(
    name,
    factTable([
      ['URI', uri, 'code'],
      [vscode.l10n.t('Type'), mimeType],
    ]),
    escapeMarkdown(description ?? ''),
  );

export const tooltipOf = (
  row: Row,
  words: ServerWords,
  door: GatewayDoor,
  /** What was written down of a server, in figures. */
  figures: (server: ServerWatch) => readonly Figure[] = () => [],
): vscode.MarkdownString => {
  const { t } = vscode.l10n;
  switch (row.kind) {
    case 'server':
      return serverHover(row.server, words, door, figures(row.server));
    case 'found':
    case 'source':
    case 'found-server':
    case 'source-problem':
      return foundHover(row);
    case 'bad':
      return hover(row.bad.name, escapeMarkdown(row.bad.reason));
    case 'complaints':
      return hover(
        t('Settings that are not used'),
        t('Each has its default until it is corrected.'),
      );
    case 'complaint':
      return hover(`mcpLifeline.${row.complaint.key}`, escapeMarkdown(row.complaint.text));
    case 'part':
      return partHover(row.part, row.server, words);
    case 'gateway':
      return gatewayHover(row.door, row.clients);
    case 'client':
      return clientHover(row.client, words);
    case 'tool':
      return toolHover(row.tool);
    case 'resource':
      return resourceHover(row.resource);
    case 'prompt':
      return hover(row.prompt.name, escapeMarkdown(row.prompt.description ?? ''));
    case 'event':
      return eventHover(row.entry, words);
  }
};
