// Whether a value fits a JSON schema, by Zod. A file of its own so that it is loaded when first needed: most windows
// never call a tool by hand.
import { fromJSONSchema } from 'zod';
import type { JsonObject } from '../core/rpc.ts';

export interface Misfit {
  readonly path: readonly PropertyKey[];
  readonly text: string;
}

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
  return outcome.error.issues.map(({ path, message }) => ({ path, text: message }));
};
