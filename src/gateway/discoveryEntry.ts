// What a gateway writes down about itself, so that programs of the same user find it: where it listens, the token, and what
// it serves. Read back with every doubt, because a file may be broken, from another version, or made by somebody else.
// Not here: where such files are and who may read them (discovery.ts), and which one is chosen (discoveryChoice.ts).
import * as z from 'zod/mini';
import type { Millis } from '../base/clock.ts';

export const discoveryVersion = 1;

export interface DiscoveryEntry {
  readonly version: typeof discoveryVersion;
  /** Template of the URLs: `http://127.0.0.1:PORT/mcp/{name}`. */
  readonly url: string;
  /** A credential: never log it. */
  readonly token: string;
  readonly pid: number;
  /** In which the pid and the port mean something; a home folder may be shared by several. */
  readonly machine: string;
  /** The workspace folders, as absolute paths. */
  readonly folders: readonly string[];
  /** The names of the servers, in the order of the settings. */
  readonly servers: readonly string[];
  /** Wall time. */
  readonly startedAt: Millis;
}

const mostFolders = 200;
const mostServers = 1000;
const longestText = 4096;

// Only loopback: a file that was tampered with must not send calls, and the token, to somewhere else.
const urlTemplate = /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost):(\d{1,5})\/mcp\/\{name\}$/;

const aText = z.string().check(z.maxLength(longestText));
const shape = z.object({
  version: z.literal(discoveryVersion),
  url: z.string().check(z.regex(urlTemplate)),
  // What an HTTP header can carry (RFC 6750 section 2.1).
  token: z.string().check(z.regex(/^[\w.~+/=-]{16,512}$/)),
  pid: z.int().check(z.gte(1)),
  machine: aText,
  folders: z.array(aText).check(z.maxLength(mostFolders)),
  servers: z.array(aText).check(z.maxLength(mostServers)),
  startedAt: z.number(),
});

export type ParsedEntry =
  | { readonly kind: 'ok'; readonly entry: DiscoveryEntry }
  /** Quotes nothing of the file, which may hold a token. */
  | { readonly kind: 'unreadable'; readonly reason: string };

const unreadable = (reason: string): ParsedEntry => ({ kind: 'unreadable', reason });

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // Half a file, or none of ours: what it is instead changes nothing.
    return undefined;
  }
};

/** Reads anything and never throws. */
export const parseEntry = (text: string): ParsedEntry => {
  const value = parseJson(text);
  if (value === undefined) return unreadable('it is not JSON');
  const read = shape.safeParse(value);
  if (read.success) return { kind: 'ok', entry: read.data };
  const field = read.error.issues[0]?.path?.[0];
  return unreadable(
    field === undefined ? 'it is not an object' : `its field '${String(field)}' cannot be used`,
  );
};

/** As it goes to disk: what would be too much to be read back is left out, the oldest kept. */
export const entryText = (entry: DiscoveryEntry): string =>
  `${JSON.stringify({
    ...entry,
    folders: entry.folders.slice(0, mostFolders),
    servers: entry.servers.slice(0, mostServers),
  })}\n`;

/** The URL of one server at a gateway. */
export const serverUrl = (template: string, server: string): string =>
  template.replace('{name}', () => encodeURIComponent(server));
