// What an entry holds of credentials, so that no text shows it: header values, what a URL carries, variables of a program, the
// secret of a client; and which values of variables are such. Of a text with variables only what stands around them counts. Pure.
// Not here: taking them out of a text (redact.ts), and what the settings hold besides servers (host/knownSecrets.ts).
import type { ServerDefinition } from './settings.ts';
import { hasVariables, parseTemplate } from './template.ts';

/** Shorter pieces between variables are schemes, quotes and slashes. */
const shortestPiece = 8;

/** Ports, numbers and short words are shorter. */
const shortestValue = 6;

/** What every process has in its environment, and texts are full of. */
const ordinary =
  /^(home|userprofile|homedrive|homepath|path|pwd|user|username|logname|shell|te?mp|tmpdir|appdata|localappdata|programfiles|systemroot|lang)$/i;

/**
 * Whether a value that a variable brings in is to be kept out of texts, wherever in the entry it stands: in an argument, in the
 * path of a URL, in a command line. Who keeps it out of the entry may have a reason to.
 */
export const isSecretValue = (name: string, value: string): boolean =>
  value.length >= shortestValue && !ordinary.test(name);

/** `Bearer abc`: the whole, and the credential alone. */
const withoutScheme = (value: string): readonly string[] => {
  const [, credential] = /^\S+\s+(\S+)$/.exec(value) ?? [];
  return credential === undefined ? [value] : [value, credential];
};

export const secretsInUrl = (text: string): readonly string[] => {
  if (hasVariables(text) || !URL.canParse(text)) return [];
  const { username, password, searchParams } = new URL(text);
  return [username, password, ...searchParams.values()];
};

const around = (text: string): readonly string[] =>
  hasVariables(text)
    ? parseTemplate(text)
        .filter((piece) => typeof piece === 'string')
        .map((piece) => piece.trim())
        .filter((piece) => piece.length >= shortestPiece)
    : [text];

export const secretsOfServer = (server: ServerDefinition): readonly string[] => {
  if (server.kind === 'stdio')
    return Object.values(server.env)
      .filter((value) => value !== null)
      .flatMap(around);
  const { headers, url, oauth } = server;
  const { clientSecret, identity } = oauth || { clientSecret: null };
  const ofSignIn = [clientSecret, identity?.clientSecret, identity?.idToken];
  return [
    ...Object.values(headers).flatMap(around).flatMap(withoutScheme),
    ...ofSignIn.flatMap((secret) => around(secret ?? '')),
    ...secretsInUrl(url),
  ].filter((secret) => secret !== '');
};
