// What a screen may see of a stored session. Not here: the record itself (core/record.ts).
import { isObject } from '../core/rpc.ts';
import type { SessionRecord } from '../core/record.ts';
import type { SessionFacts } from './watch.ts';

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** The session id is a credential of sorts: its first characters tell two sessions apart, and no more. */
export const factsOf = (record: SessionRecord): SessionFacts | null => {
  if (!record.welcome) return null;
  const info = record.welcome['serverInfo'];
  const server = isObject(info) ? info : {};
  return {
    idHint: record.sessionId === null ? null : `${record.sessionId.slice(0, 4)}…`,
    protocolVersion: record.protocolVersion,
    serverName: text(server['title']) ?? text(server['name']),
    serverVersion: text(server['version']),
    created: record.created,
    recoveries: record.recoveries,
  };
};
