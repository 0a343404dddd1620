// The text of a bug report: versions, settings that are not as they come, the health report and the end of the history. Always in
// English: those who read bug reports must understand it. Not yet clean of secrets: whoever shows it cleans it.
import type { Millis } from '../base/clock.ts';
import { lineKinds, linesOf } from './chronicle/lines.ts';
import type { ChronicleEntry } from './chronicle.ts';
import { type SettingKey, settingTable } from './settingTable.ts';
import type { BadServer, ServerDefinition } from './settings.ts';
import { describeEntry } from './wording/chronicle.ts';
import { inEnglish } from './wording/english.ts';

export interface DiagnosticFacts {
  readonly now: Millis;
  /** Name and value: of us, the editor, the system. */
  readonly versions: readonly (readonly [name: string, value: string])[];
  /** Raw values by key, where a person has set one. */
  readonly raw: Readonly<Record<string, unknown>>;
  readonly complaints: readonly string[];
  readonly servers: readonly (ServerDefinition | BadServer)[];
  /** The health report as Markdown. */
  readonly report: string;
  readonly history: readonly ChronicleEntry[];
  /** A moment as a text that means the same everywhere. */
  readonly timeOf: (at: Millis) => string;
}

/** What a person set there may be a credential. */
const isPrivate = (key: SettingKey): boolean => settingTable[key].kind === 'secret-text';

const isKey = (key: string): key is SettingKey => Object.hasOwn(settingTable, key);

const isDefault = (key: SettingKey, value: unknown): boolean => {
  const row = settingTable[key];
  return 'default' in row && JSON.stringify(row.default) === JSON.stringify(value);
};

const settingLines = ({ raw }: DiagnosticFacts): readonly string[] => {
  const set = Object.entries(raw).flatMap(([key, value]) =>
    isKey(key) && value !== undefined && !isDefault(key, value) ? [[key, value] as const] : [],
  );
  const lines = set.flatMap(([key, value]) => {
    // These are told of below, or are nobody's business.
    if (key === 'servers' || key === 'inputs') return [];
    const shown = isPrivate(key) ? '(set, not shown)' : JSON.stringify(value);
    return [`- \`mcpLifeline.${key}\`: \`${shown}\``];
  });
  return lines.length === 0 ? ['All as they come.'] : lines;
};

const oneLine = (text: string): string => text.replaceAll(/[\s`|]+/g, ' ').trim();

/** No address, argument, header or variable: they are what a person may not want to show. */
const serverLine = (server: ServerDefinition | BadServer): string => {
  if (server.kind === 'bad') return `- \`${oneLine(server.name)}\`: cannot be used`;
  const { name, enabled, autoStart, trustHints, connection } = server;
  const kind = server.kind === 'http' ? server.transport : server.kind;
  const facts = [
    kind,
    connection,
    ...(enabled ? [] : ['disabled']),
    ...(autoStart ? [] : ['started by hand']),
    ...(trustHints ? ['hints trusted'] : []),
  ];
  return `- \`${oneLine(name)}\`: ${facts.join(', ')}`;
};

const mostLines = 60;

const historyLines = ({ history, now, timeOf }: DiagnosticFacts): readonly string[] => {
  const kinds: readonly string[] = lineKinds;
  const lines = linesOf(history.filter(({ kind, at }) => kinds.includes(kind) && at <= now));
  if (lines.length === 0) return ['There is no history yet.'];
  return lines.slice(0, mostLines).map(({ entry }) => {
    const whose = entry.serverId === null ? '' : ` \`${oneLine(entry.serverId)}\``;
    const { sentence } = describeEntry(entry, inEnglish);
    const detail =
      'detail' in entry && entry.detail !== null ? ` (\`${oneLine(entry.detail)}\`)` : '';
    return `- ${timeOf(entry.at)}${whose} ${sentence}${detail}`;
  });
};

export const diagnosticText = (facts: DiagnosticFacts): string =>
  [
    '# MCP Lifeline diagnostics',
    '',
    ...facts.versions.map(([name, value]) => `- ${name}: ${oneLine(value)}`),
    '',
    '## Settings',
    '',
    ...settingLines(facts),
    ...facts.complaints.map((text) => `- Not used: ${oneLine(text)}`),
    '',
    '## Configured servers',
    '',
    ...(facts.servers.length === 0 ? ['None.'] : facts.servers.map((server) => serverLine(server))),
    '',
    // Its headings go one level down, into this document.
    facts.report.replaceAll(/^#/gm, '##').trim(),
    '',
    '## Newest history',
    '',
    ...historyLines(facts),
    '',
  ].join('\n');
