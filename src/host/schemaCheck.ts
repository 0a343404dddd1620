// Whether a value fits a JSON schema, by Zod. A file of its own so that it is loaded when first needed: most windows
// never call a tool by hand.
import { fromJSONSchema } from 'zod';
import { isObject, type JsonObject } from '../core/rpc.ts';
import type { Unsaid } from '../core/wording/unsaid.ts';
import { issueWords } from './schemaWords.ts';

export interface Misfit {
  readonly path: readonly PropertyKey[];
  readonly words: Unsaid | string;
}

const valueAt = (root: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, key) => (isObject(value) || Array.isArray(value) ? Reflect.get(value, key) : undefined),
    root,
  );

export const misfitsOf = (schema: JsonObject, value: JsonObject): readonly Misfit[] => {
  let checker;
  try {
    checker = fromJSONSchema({ ...schema });
  } catch {
    // A schema with words that Zod does not know: the server judges alone.
    return [];
  }
  const outcome = checker.safeParse(value);
  if (outcome.success) return [];
  return outcome.error.issues.map((issue) => ({
    path: issue.path,
    words: issueWords(issue, valueAt(value, issue.path)),
  }));
};
