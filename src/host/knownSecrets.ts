// The values that must never appear in a log: what the settings hold of credentials. Free of `vscode`.
// Not here: taking them out of a text (core/redact.ts).
import type { ServerDefinition, Settings } from '../core/settings.ts';

/** `Bearer abc`: the whole, and the credential alone. */
const withoutScheme = (value: string): readonly string[] => {
  const [, credential] = /^\S+\s+(\S+)$/.exec(value) ?? [];
  return credential === undefined ? [value] : [value, credential];
};

const ofUrl = (text: string): readonly string[] => {
  if (!URL.canParse(text)) return [];
  const { username, password, searchParams } = new URL(text);
  return [username, password, ...searchParams.values()];
};

const ofServer = (server: ServerDefinition): readonly string[] =>
  server.kind === 'http'
    ? [...Object.values(server.headers).flatMap(withoutScheme), ...ofUrl(server.url)]
    : Object.values(server.env);

export const secretsOf = ({
  servers,
  eventStore,
}: Pick<Settings, 'servers'> & {
  readonly eventStore: Pick<Settings['eventStore'], 'redisUrl'>;
}): readonly string[] =>
  [
    ...servers.filter((server) => server.kind !== 'bad').flatMap(ofServer),
    ...ofUrl(eventStore.redisUrl),
  ].filter((secret) => secret !== '');
