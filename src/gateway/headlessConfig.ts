// The configuration file of the headless gateway -> settings. An mcp.json as other products have it, with comments, and our
// own settings under one key. Pure. One bad entry costs that entry; what is no configuration at all is refused.
// Not here: reading and watching the file (headlessSettings.ts), and what an entry or a setting means (core).
import { parse, type ParseError, printParseErrorCode } from 'jsonc-parser';
import { parseSettings, type RawSettings } from '../core/parseSettings.ts';
import { isObject, type JsonObject } from '../core/rpc.ts';
import { settingTable } from '../core/settingTable.ts';
import type { Origin, Settings } from '../core/settings.ts';
import type { HeadlessWish } from './headlessArguments.ts';
import { folderOf } from './headlessPlace.ts';

export type ParsedConfig =
  | {
      readonly kind: 'ok';
      readonly settings: Settings;
      /** What was wrong with single values, for the log. */
      readonly complaints: readonly string[];
    }
  /** One sentence about the file, without its name. */
  | { readonly kind: 'unusable'; readonly reason: string };

const unusable = (reason: string): ParsedConfig => ({ kind: 'unusable', reason });

/** `{"gateway": {"port": 1}}` means the same as `{"gateway.port": 1}`. */
const flatten = (value: JsonObject, prefix = ''): readonly (readonly [string, unknown])[] =>
  Object.entries(value).flatMap(([key, one]) =>
    isObject(one) && !Object.hasOwn(settingTable, prefix + key)
      ? flatten(one, `${prefix}${key}.`)
      : [[prefix + key, one] as const],
  );

/** Of the screen, or said in another place of the file. */
const senseless: ReadonlySet<string> = new Set([
  'servers',
  'statusBar',
  'notifyAfterAttempts',
  'gateway.enabled',
  'gateway.offerToEditor',
]);

const isKnown = (key: string): boolean => Object.hasOwn(settingTable, key) && !senseless.has(key);

const rawOf = (
  lifeline: JsonObject,
  servers: JsonObject,
  port: number | null,
): { readonly raw: RawSettings; readonly complaints: readonly string[] } => {
  const entries = flatten(lifeline);
  const unknown = entries.filter(([key]) => !isKnown(key));
  return {
    raw: {
      ...Object.fromEntries(entries.filter(([key]) => isKnown(key))),
      servers,
      ...(port === null ? {} : { 'gateway.port': port }),
    },
    complaints: unknown.map(
      ([key]) => `'lifeline.${key}' is no setting of the headless gateway. It is not used.`,
    ),
  };
};

const trusting = (settings: Settings): Settings => ({
  ...settings,
  servers: settings.servers.map((server) =>
    server.kind === 'bad' ? server : { ...server, trustHints: true },
  ),
});

const lineOf = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

const rootOf = (text: string): JsonObject | string => {
  const errors: ParseError[] = [];
  const value: unknown = parse(text.replace(/^\ufeff/, ''), errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error) {
    const what = printParseErrorCode(error.error);
    return `It is not valid JSON: ${what} in line ${lineOf(text, error.offset)}.`;
  }
  return isObject(value) ? value : 'It must be a JSON object.';
};

const serversOf = (root: JsonObject): JsonObject | string => {
  const { servers, mcpServers } = root;
  if (servers !== undefined && mcpServers !== undefined)
    return `It has "servers" and "mcpServers"; keep one of them.`;
  const found = servers ?? mcpServers;
  if (found === undefined) return `It has no "servers" (or "mcpServers").`;
  if (isObject(found)) return found;
  return `"servers" in it must be an object that gives each server a name.`;
};

/** Without the prefix that the settings of the editor have. */
const asWritten = (text: string): string => text.replaceAll("'mcpLifeline.", "'lifeline.");

/** Where inputs stand in an mcp.json; ours may be with our other settings instead. */
const withInputs = (root: JsonObject, lifeline: JsonObject): JsonObject =>
  lifeline['inputs'] === undefined && root['inputs'] !== undefined
    ? { ...lifeline, inputs: root['inputs'] }
    : lifeline;

export const parseConfig = (text: string, wish: HeadlessWish): ParsedConfig => {
  const { config, port, trust } = wish;
  const root = rootOf(text);
  if (typeof root === 'string') return unusable(root);
  const servers = serversOf(root);
  if (typeof servers === 'string') return unusable(servers);
  const { lifeline = {} } = root;
  if (!isObject(lifeline)) return unusable('"lifeline" in it must be an object of settings.');
  const { raw, complaints } = rawOf(withInputs(root, lifeline), servers, port);
  const origin: Origin = { scope: 'given', folder: folderOf(config) };
  const parsed = parseSettings(raw, [{ origin, servers }]);
  const bad = parsed.settings.servers.filter((server) => server.kind === 'bad');
  return {
    kind: 'ok',
    settings: trust ? trusting(parsed.settings) : parsed.settings,
    complaints: [
      ...complaints,
      ...parsed.complaints.map((complaint) => asWritten(complaint.text)),
      ...bad.map(({ name, reason }) => `Server ${JSON.stringify(name)} is not used: ${reason}`),
    ],
  };
};
