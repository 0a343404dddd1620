// What was typed for a new server, as an entry of the setting: a URL, or a command with its arguments. And a name for
// it. Free of `vscode`. Not here: the questions (addServer.ts).
import { parseServers, theUser } from '../core/parseServers.ts';
import type { JsonObject } from '../core/rpc.ts';
import type { Say } from '../core/wording.ts';

export type EntryReading =
  | { readonly kind: 'entry'; readonly entry: JsonObject; readonly proposedName: string }
  | { readonly kind: 'wrong'; readonly reason: string };

const wrong = (reason: string): EntryReading => ({ kind: 'wrong', reason });

const word = /(?:[^\s"']|"[^"]*"|'[^']*')+/g;
const quoted = /"([^"]*)"|'([^']*)'/g;

/** Words as a shell would split them, with either kind of quotes; null where a quote is never closed. */
export const splitWords = (line: string): readonly string[] | null =>
  line.replaceAll(word, '').trim() === ''
    ? (line.match(word) ?? []).map((text) => text.replaceAll(quoted, '$1$2'))
    : null;

/** What of a text can stand in a name. */
export const plainName = (text: string): string =>
  text
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '')
    .slice(0, 64);

const dull = /^(www|mcp|api|app)\./i;

/** `https://mcp.example.com/mcp` is "example"; a local server is known by its port. */
const nameOfUrl = (url: URL): string => {
  if (/^(localhost|127\.|\[?::1)/.test(url.hostname))
    return plainName(url.port === '' ? 'local' : `local-${url.port}`);
  const host = url.hostname.replace(dull, '');
  const labels = host.split('.');
  return plainName(/^[\d.]+$/.test(host) || labels.length < 2 ? host : (labels.at(-2) ?? host));
};

const runners =
  /^(npx|bunx|uvx|pipx|node|deno|bun|python3?|uv|docker|podman|cmd|sh|bash)(\.exe|\.cmd)?$/i;
const fillers = /^(run|exec|x|dlx|-.*)$/;
const baseName = (path: string): string =>
  path
    .replace(/[\\/]+$/, '')
    .split(/[\\/]/)
    .at(-1) ?? path;

/** `npx -y @scope/server-files@1` is "server-files": what is run names the server, not what runs it. */
const nameOfCommand = (words: readonly string[]): string => {
  const [program = ''] = words;
  const own = baseName(program);
  const subject = runners.test(own)
    ? words.slice(1).find((word) => !fillers.test(word))
    : undefined;
  const bare = baseName(subject ?? own).replace(/@[^@]*$/, '');
  return plainName(bare.replace(/\.(exe|cmd|[cm]?js|ts|py|sh)$/i, ''));
};

const readUrl = (text: string, say: Say): EntryReading => {
  if (!URL.canParse(text))
    return wrong(say('This is not a complete URL. Write it like http://localhost:3000/mcp.'));
  const url = new URL(text);
  if (url.username !== '' || url.password !== '')
    return wrong(
      say(
        'Leave user and password out of the URL; add an Authorization header to the entry instead.',
      ),
    );
  return { kind: 'entry', entry: { url: text }, proposedName: nameOfUrl(url) };
};

const readCommand = (text: string, say: Say): EntryReading => {
  const words = splitWords(text);
  if (!words) return wrong(say('A quote is opened and not closed.'));
  const [command, ...args] = words;
  if (command === undefined || command === '') return wrong(say('Type a URL or a command.'));
  const entry = args.length === 0 ? { command } : { command, args };
  return { kind: 'entry', entry, proposedName: nameOfCommand(words) };
};

/** Reads what was typed; the setting's own rules have the last word. */
export const readEntry = (typed: string, say: Say): EntryReading => {
  const text = typed.trim();
  if (text === '') return wrong(say('Type a URL or a command.'));
  const isUrl = /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
  const reading = isUrl ? readUrl(text, say) : readCommand(text, say);
  if (reading.kind === 'wrong') return reading;
  const [checked] = parseServers({ server: reading.entry }, false, theUser, say);
  return checked?.kind === 'bad' ? wrong(checked.reason) : reading;
};

/** Why a name cannot be taken; null when it can. */
export const faultOfName = (name: string, taken: readonly string[], say: Say): string | null => {
  const wanted = name.trim();
  if (wanted === '') return say('Type a name.');
  if (taken.includes(wanted)) return say('There is a server named "{0}" already.', wanted);
  const [checked] = parseServers({ [wanted]: { url: 'http://localhost' } }, false, theUser, say);
  return checked?.kind === 'bad' ? checked.reason : null;
};

/** The proposed name, with a number where it is taken. */
export const freeName = (proposed: string, taken: readonly string[]): string => {
  const base = proposed === '' ? 'server' : proposed;
  let name = base;
  for (let number = 2; taken.includes(name); number++) name = `${base}-${number}`;
  return name;
};
