// The values that must never appear in a log: what the settings hold of credentials. Free of `vscode`.
// Not here: taking them out of a text (core/redact.ts).
import { secretsInUrl, secretsOfServer } from '../core/serverSecrets.ts';
import type { Settings } from '../core/settings.ts';

export const secretsOf = ({
  servers,
  eventStore,
}: Pick<Settings, 'servers'> & {
  readonly eventStore: Pick<Settings['eventStore'], 'redisUrl'>;
}): readonly string[] =>
  [
    ...servers.filter((server) => server.kind !== 'bad').flatMap(secretsOfServer),
    ...secretsInUrl(eventStore.redisUrl),
  ].filter((secret) => secret !== '');
