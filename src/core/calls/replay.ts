// Which calls may be sent twice when nobody can know whether the first try ran (class E of the README's table).
// Not here: calls that certainly did not run; those are always sent again (ledger.ts).
import { isObject, type JsonObject } from '../rpc.ts';

/**
 * `protocol`: the method itself only reads, or sets a value to what it was asked to be. `marked`: the tool's own hints
 * say so and the user trusts this server's hints. `none`: repeating might do something twice.
 */
export type RepeatRight = 'protocol' | 'marked' | 'none';

const safeMethods: ReadonlySet<string> = new Set([
  'tools/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'prompts/list',
  'prompts/get',
  'completion/complete',
  'ping',
  // Setting the same level or subscription twice leaves the server as once would.
  'logging/setLevel',
  'resources/subscribe',
  'resources/unsubscribe',
  // Asking after a task does not start one (2025-11-25, tasks).
  'tasks/get',
  'tasks/list',
  'tasks/result',
]);

/**
 * Whether a tool's annotations promise that a second run does no harm. A contradiction is no promise: read-only and
 * destructive at once (schema 2025-11-25, ToolAnnotations: hints only, `destructiveHint` has no meaning when read-only).
 */
export const isMarkedSafe = (annotations: unknown): boolean => {
  if (!isObject(annotations)) return false;
  const readOnly = annotations['readOnlyHint'] === true;
  if (readOnly && annotations['destructiveHint'] === true) return false;
  return readOnly || annotations['idempotentHint'] === true;
};

export const repeatRight = (
  method: string,
  annotations: JsonObject | null,
  trustsHints: boolean,
): RepeatRight => {
  if (safeMethods.has(method)) return 'protocol';
  return method === 'tools/call' && trustsHints && isMarkedSafe(annotations) ? 'marked' : 'none';
};
