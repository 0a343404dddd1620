// What a README tells people to paste, as entries of the setting: `{ "mcpServers": { … } }`, `{ "servers": { … }, "inputs": [ … ] }`,
// one entry with its name, or one without. Free of `vscode`. Not here: URLs and command lines (addServerEntry.ts).
import { parse, type ParseError } from 'jsonc-parser';
import type { InputDefinition } from '../core/inputs.ts';
import { parseInputs } from '../core/parseInputs.ts';
import { parseServers, theUser } from '../core/parseServers.ts';
import { isObject, type JsonObject } from '../core/rpc.ts';
import type { Say } from '../core/wording.ts';

export interface SnippetServer {
  /** Null: it has none. */
  readonly name: string | null;
  readonly entry: JsonObject;
  readonly inputs: readonly InputDefinition[];
}

export type SnippetReading =
  | { readonly kind: 'servers'; readonly servers: readonly SnippetServer[] }
  | { readonly kind: 'wrong'; readonly reason: string };

/** An input line takes no line breaks, so that what is pasted there may have lost them. */
export const looksLikeSnippet = (text: string): boolean =>
  /^\s*[{"]/.test(text) && /[{:]/.test(text);

const isEntry = (value: unknown): value is JsonObject =>
  isObject(value) &&
  ['command', 'url', 'serverUrl', 'httpUrl'].some((key) => typeof value[key] === 'string');

/** An entry of whatever product in the words of our setting, as those in its files are read. */
export type EntryReader = (entry: JsonObject) => JsonObject;

/** No other product has these, so that the reader of their entries would drop them. */
const onlyOurs: ReadonlySet<string> = new Set(['autoStart', 'trustHints', 'connection', 'health']);

const plain = (entry: JsonObject, read: EntryReader): JsonObject => {
  // Somebody has switched it off for himself; who pastes it wants it.
  const { disabled: _disabled, ...rest } = entry;
  const ours = Object.entries(entry).filter(([key]) => onlyOurs.has(key));
  return { ...read(rest), ...Object.fromEntries(ours) };
};

const sections = (root: JsonObject): readonly JsonObject[] => {
  const { mcp } = root;
  const places = [root['mcpServers'], root['servers'], root['mcpLifeline.servers']];
  const inner = isObject(mcp) ? [mcp['servers'], mcp['mcpServers']] : [];
  const found = [...places, ...inner].filter(isObject);
  return found.length > 0 ? found : [root];
};

const parsed = (text: string): unknown => {
  for (const candidate of [text, `{${text}}`, `{${text.replace(/,\s*$/, '')}}`]) {
    const errors: ParseError[] = [];
    const value: unknown = parse(candidate, errors, { allowTrailingComma: true });
    if (errors.length === 0 && isObject(value)) return structuredClone(value);
  }
  return undefined;
};

const serversIn = (root: JsonObject, read: EntryReader): readonly SnippetServer[] => {
  const inputs = parseInputs(root['inputs'] ?? undefined).inputs;
  const entries = sections(root).flatMap((section) => Object.entries(section));
  return entries.flatMap(([name, value]) => {
    if (!isEntry(value)) return [];
    const text = JSON.stringify(value);
    const used = inputs.filter(({ id }) => text.includes(`\${input:${id}}`));
    return [{ name, entry: plain(value, read), inputs: used }];
  });
};

export const readSnippet = (text: string, say: Say, read: EntryReader): SnippetReading => {
  const root = parsed(text);
  if (!isObject(root))
    return {
      kind: 'wrong',
      reason: say('This is not complete JSON. Paste all of it, with every brace.'),
    };
  const servers = isEntry(root)
    ? [{ name: null, entry: plain(root, read), inputs: [] }]
    : serversIn(root, read);
  if (servers.length === 0)
    return {
      kind: 'wrong',
      reason: say("No server is in it: an entry has a 'url' or a 'command'."),
    };
  const [first] = parseServers(
    Object.fromEntries(servers.slice(0, 1).map(({ entry }) => ['server', entry])),
    false,
    theUser,
    say,
  );
  return first?.kind === 'bad' && servers.length === 1
    ? { kind: 'wrong', reason: first.reason }
    : { kind: 'servers', servers };
};
