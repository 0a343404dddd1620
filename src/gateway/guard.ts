// May this request come in? Address, Host, Origin, path, method and token, in that order, from the header alone: nothing is
// read of a body before. Pure, so that every answer can be tried in a table. Not here: what a body may be (guardTerms.ts,
// guardMessage.ts) and how a refusal is worded on the wire (reply.ts).
import { hash, timingSafeEqual } from 'node:crypto';

/** What the guard looks at. */
export interface Asking {
  readonly remoteAddress: string | undefined;
  /** The port it came in at: the only one that Host and Origin may name. */
  readonly localPort: number | undefined;
  readonly method: string | undefined;
  readonly target: string | undefined;
  /** Names and values in turn, as Node gives them: here a header that was sent twice is still seen twice. */
  readonly rawHeaders: readonly string[];
}

export type McpMethod = 'POST' | 'GET' | 'DELETE';

export type Verdict =
  | { readonly kind: 'mcp'; readonly method: McpMethod; readonly server: string }
  /** `server` is null for the whole gateway; `mayKnow`: the right token came with it. */
  | { readonly kind: 'health'; readonly server: string | null; readonly mayKnow: boolean }
  | { readonly kind: 'refused'; readonly why: Refusal };

export type Refusal =
  | 'not-loopback'
  | 'foreign-host'
  | 'foreign-origin'
  | 'ambiguous'
  | 'no-such-path'
  | 'wrong-method'
  | 'no-token'
  | 'wrong-token';

/** Fixed length, so that neither the comparison nor its time tells anything of the token, its length included. */
export const digestOf = (token: string): Buffer => hash('sha256', token, 'buffer');

const loopback = /^(?:(?:::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1)$/i;

/** Every value of a header, which is usually one. */
const valuesOf = (rawHeaders: readonly string[], name: string): readonly string[] =>
  rawHeaders.filter((_, index) => {
    if (index % 2 === 0) return false;
    const given = rawHeaders[index - 1];
    // The length first: this runs for every header of every request.
    return given?.length === name.length && given.toLowerCase() === name;
  });

/**
 * Whether a Host names us. A page that had its own name resolve to 127.0.0.1 (DNS rebinding) still sends that name, and a
 * service on another port of this machine is somebody else.
 */
const isOurHost = (host: string, port: number): boolean => {
  const lower = host.toLowerCase();
  const names = ['127.0.0.1', 'localhost', '[::1]'];
  // HTTP leaves the default port out.
  return names.some((name) => lower === `${name}:${port}` || (port === 80 && lower === name));
};

/**
 * Programs send no Origin. A page that does is foreign even when it comes from this machine, as any dev server on another port
 * may carry anybody's script; only our own origin passes (specification, transports: an invalid Origin is answered 403).
 */
const isOurOrigin = (origin: string, port: number): boolean =>
  origin.startsWith('http://') && isOurHost(origin.slice('http://'.length), port);

const foreigner = ({ remoteAddress, localPort, rawHeaders }: Asking): Refusal | null => {
  if (remoteAddress === undefined || localPort === undefined || !loopback.test(remoteAddress)) {
    return 'not-loopback';
  }
  const hosts = valuesOf(rawHeaders, 'host');
  const origins = valuesOf(rawHeaders, 'origin');
  // Two of them are how one reader is made to see another request than the next one.
  if (hosts.length > 1 || origins.length > 1) return 'ambiguous';
  if (!hosts.every((host) => isOurHost(host, localPort)) || hosts.length === 0) {
    return 'foreign-host';
  }
  return origins.every((origin) => isOurOrigin(origin, localPort)) ? null : 'foreign-origin';
};

interface Route {
  readonly kind: 'mcp' | 'health';
  /** As it stands in the path; null for the gateway as a whole. */
  readonly name: string | null;
}

/**
 * Which door is meant. Nothing is normalised: a path that needs it is none of ours. Neither is any of those at which clients look
 * for OAuth metadata (`.well-known`, before and behind a server's path): they go on at once when nothing is there.
 */
const routeOf = (target: string): Route | null => {
  const query = target.indexOf('?');
  const path = query < 0 ? target : target.slice(0, query);
  if (path === '/health') return { kind: 'health', name: null };
  const [, kind, name] = /^\/(mcp|health)\/([^/]+)$/.exec(path) ?? [];
  if (name === undefined) return null;
  return { kind: kind === 'mcp' ? 'mcp' : 'health', name };
};

const isMcpMethod = (method: string | undefined): method is McpMethod =>
  method === 'POST' || method === 'GET' || method === 'DELETE';

/** The token of `Authorization: Bearer TOKEN`; the scheme in any case (RFC 9110, section 11.1). */
const tokenOf = (authorization: string): string | null =>
  /^bearer +(\S+)$/i.exec(authorization)?.[1] ?? null;

type Knock = 'right' | 'no-token' | 'wrong-token' | 'ambiguous';

const knock = (rawHeaders: readonly string[], digest: Buffer): Knock => {
  const values = valuesOf(rawHeaders, 'authorization');
  const [authorization] = values;
  if (authorization === undefined) return 'no-token';
  if (values.length > 1) return 'ambiguous';
  const token = tokenOf(authorization);
  return token !== null && timingSafeEqual(digestOf(token), digest) ? 'right' : 'wrong-token';
};

const nameOf = (encoded: string): string | null => {
  try {
    return decodeURIComponent(encoded);
  } catch {
    // No server's name is written so.
    return null;
  }
};

const refused = (why: Refusal): Verdict => ({ kind: 'refused', why });

/**
 * The health of the gateway as a whole is told without the token, because monitors and the bridge ask before they have it: that it
 * lives, for how long, and which life it is. Everything that names a server or counts anything needs the token.
 */
const ofHealth = (method: string | undefined, route: Route, token: Knock): Verdict => {
  if (method !== 'GET') return refused('wrong-method');
  if (token === 'right') {
    const server = route.name === null ? null : nameOf(route.name);
    if (route.name !== null && server === null) return refused('no-such-path');
    return { kind: 'health', server, mayKnow: true };
  }
  if (route.name === null && token === 'no-token') {
    return { kind: 'health', server: null, mayKnow: false };
  }
  return refused(token);
};

const ofServer = (method: string | undefined, route: Route, token: Knock): Verdict => {
  if (!isMcpMethod(method)) return refused('wrong-method');
  // Before anything about the name: without the token nobody learns which servers exist.
  if (token !== 'right') return refused(token);
  const server = nameOf(route.name ?? '');
  return server === null ? refused('no-such-path') : { kind: 'mcp', method, server };
};

/** `digest` is that of the gateway's token. */
export const admit = (asking: Asking, digest: Buffer): Verdict => {
  const stranger = foreigner(asking);
  if (stranger !== null) return refused(stranger);
  const route = routeOf(asking.target ?? '');
  if (route === null) return refused('no-such-path');
  const token = knock(asking.rawHeaders, digest);
  return route.kind === 'health'
    ? ofHealth(asking.method, route, token)
    : ofServer(asking.method, route, token);
};

/** The methods that a path takes, for `Allow`. */
export const methodsOf = (target: string): string =>
  routeOf(target)?.kind === 'health' ? 'GET' : 'GET, POST, DELETE';
