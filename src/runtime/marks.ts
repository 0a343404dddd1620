// Reads the marks of one tool from the server as it is now. Asked between a repair and the repeat of a call that may have run.
// Not here: what follows from them (core/calls/unknown.ts).
import type { Fate } from '../core/calls/fate.ts';
import { isMarkedSafe } from '../core/calls/replay.ts';
import { isObject, type JsonObject } from '../core/rpc.ts';

/** A server that pages for ever must not hold a call for ever. */
const mostPages = 50;

/** Whether the tool is marked safe to repeat; null where the list could not be read to its end. */
export const readMarks = async (
  tool: string,
  list: (params: JsonObject) => Promise<Fate | null>,
): Promise<boolean | null> => {
  let params: JsonObject = {};
  for (let page = 0; page < mostPages; page += 1) {
    const fate = await list(params);
    if (fate?.kind !== 'answered') return null;
    // A server that refuses to list its tools marks none.
    if ('error' in fate.response) return false;
    const { tools, nextCursor } = fate.response.result;
    const entries: readonly unknown[] = Array.isArray(tools) ? tools : [];
    const found = entries.find((entry) => isObject(entry) && entry['name'] === tool);
    if (isObject(found)) return isMarkedSafe(found['annotations']);
    if (typeof nextCursor !== 'string' || nextCursor === '') return false;
    params = { cursor: nextCursor };
  }
  return false;
};
