// Who the client of a session is, read off its greeting. Not here: what follows from it (session.ts).
import type { Millis } from '../base/clock.ts';
import { isObject, type JsonObject } from '../core/rpc.ts';

/** Where a session comes from: its client greets now, greeted in an earlier life, or came with an id that nobody knows. */
export type Origin = 'greeting' | 'stored' | 'stranger';

const productNames = /^(visual studio code|vscode|vscodium|code - oss)\b/i;

const namesIn = (hello: JsonObject | null): readonly string[] => {
  const info = hello?.['clientInfo'];
  const client = isObject(info) ? info : {};
  return [client['title'], client['name']].filter(
    (name): name is string => typeof name === 'string' && name !== '',
  );
};

// A client may call itself anything, and the name goes to screens.
const longestLabel = 100;

/** How a person knows it. */
export const labelOf = (hello: JsonObject | null): string =>
  (namesIn(hello)[0] ?? 'unknown client').slice(0, longestLabel);

/**
 * VS Code waits for minutes, never asks for the rest of an answer stream, and takes a lost answer by its id on the standalone
 * stream. It is known by the entry that we wrote for it, or by its name, which is the product's.
 */
export const isVsCode = (hello: JsonObject | null, entry: string | null): boolean =>
  entry === 'vscode' || namesIn(hello).some((name) => productNames.test(name));

/** Ours knows by itself when the gateway is there again. */
const bridgeWaits: Millis = 250;

/** How long a client is told to wait before it comes back for the rest of a stream, by the entry that it uses. */
export const waitOf = (entry: string | null, usual: Millis): Millis =>
  entry === 'bridge' ? bridgeWaits : usual;
