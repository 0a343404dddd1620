// What a killed gateway had written down of its calls: read from its state folder before it starts again, so that a storm can
// tell the calls whose answers it must fetch from those that nobody can know of.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isObject } from '../../src/core/rpc.ts';
import type { GatewayProcess } from './gatewayProcess.ts';

interface Row {
  readonly request: { readonly params?: unknown };
  readonly phase: { readonly cursor?: string | null };
}

/** The tools and arguments of the calls that were sent and whose answers a cursor leads to. The gateway does not run. */
export const fetchableIn = (gateway: GatewayProcess): readonly (readonly [string, unknown])[] => {
  const database = new DatabaseSync(join(gateway.state, 'lifeline.db'), { readOnly: true });
  const rows = database.prepare('SELECT json FROM journal').all();
  database.close();
  return rows.flatMap(({ json }) => {
    const { request, phase } = JSON.parse(String(json)) as Row;
    if (typeof phase.cursor !== 'string' || !isObject(request.params)) return [];
    return [[String(request.params['name']), request.params['arguments']] as const];
  });
};
