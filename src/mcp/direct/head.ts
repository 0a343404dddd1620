// The head of an HTTP/1.1 answer (RFC 9112, sections 4 and 6): its status, its headers, how its body is delimited, and whether
// the connection serves on. Pure, and strict: whatever two readers could take differently is no HTTP.
import type { IncomingHttpHeaders } from 'node:http';

export type Framing =
  | { readonly kind: 'length'; readonly bytes: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'until-close' };

export interface AnswerHead {
  readonly statusCode: number;
  readonly headers: IncomingHttpHeaders;
  readonly framing: Framing;
  /** Whether the connection may carry another request, and for how long it may rest; null: nothing was said of that. */
  readonly isKept: boolean;
  readonly restsFor: number | null;
}

/** The code is one of those of Node's own parser, by which the reason is told. */
export class NotHttpError extends Error {
  readonly code: `HPE_${string}`;

  constructor(code: `HPE_${string}`) {
    super('What answers there does not speak HTTP/1.1.');
    this.code = code;
  }
}

const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: |$)/;
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
// oxlint-disable-next-line no-control-regex -- Control characters are exactly what a value cannot hold.
const controls = /[\x00-\x08\x0a-\x1f\x7f]/;
/** Of these only one can be meant (as Node has it); a list of all others is their values with commas. */
const single: ReadonlySet<string> = new Set(['content-type', 'location', 'retry-after', 'server']);

const addHeader = (headers: IncomingHttpHeaders, line: string): void => {
  const colon = line.indexOf(':');
  const name = line.slice(0, Math.max(0, colon)).toLowerCase();
  // A line that begins with a blank goes on with the one before (obs-fold), which no token does.
  if (!token.test(name)) throw new NotHttpError('HPE_INVALID_HEADER_TOKEN');
  const value = line.slice(colon + 1).trim();
  if (controls.test(value)) throw new NotHttpError('HPE_INVALID_HEADER_TOKEN');
  const before = headers[name];
  // Nobody here has a use for cookies.
  if (name === 'set-cookie') return;
  if (before === undefined) headers[name] = value;
  else if (name === 'content-length') throw new NotHttpError('HPE_UNEXPECTED_CONTENT_LENGTH');
  else if (!single.has(name)) headers[name] = `${String(before)}, ${value}`;
};

const hasNoBody = (status: number): boolean => status < 200 || status === 204 || status === 304;

const framingOf = (status: number, headers: IncomingHttpHeaders): Framing => {
  if (hasNoBody(status)) return { kind: 'length', bytes: 0 };
  const encoding = headers['transfer-encoding'];
  const length = headers['content-length'];
  if (encoding !== undefined) {
    if (length !== undefined) throw new NotHttpError('HPE_UNEXPECTED_CONTENT_LENGTH');
    // Nothing but this was asked for.
    if (encoding.toLowerCase() !== 'chunked')
      throw new NotHttpError('HPE_INVALID_TRANSFER_ENCODING');
    return { kind: 'chunked' };
  }
  if (length === undefined) return { kind: 'until-close' };
  if (!/^\d{1,15}$/.test(length)) throw new NotHttpError('HPE_INVALID_CONTENT_LENGTH');
  return { kind: 'length', bytes: Number(length) };
};

const restOf = (headers: IncomingHttpHeaders): number | null => {
  const keepAlive = headers['keep-alive'];
  const seconds = typeof keepAlive === 'string' ? /^timeout=(\d{1,9})/i.exec(keepAlive)?.[1] : null;
  return seconds ? Number(seconds) * 1000 : null;
};

/** Reads a head without its last, empty line. Throws `NotHttpError`. */
export const readHead = (text: string): AnswerHead => {
  const [first = '', ...lines] = text.split('\r\n');
  const [, minor, status] = statusLine.exec(first) ?? [];
  if (status === undefined) throw new NotHttpError('HPE_INVALID_CONSTANT');
  const headers: IncomingHttpHeaders = {};
  for (const line of lines) addHeader(headers, line);
  const statusCode = Number(status);
  const framing = framingOf(statusCode, headers);
  const connection = headers.connection?.toLowerCase() ?? '';
  // Of HTTP/1.0, which keeps a connection only by agreement, none is kept.
  const isKept = minor === '1' && framing.kind !== 'until-close' && !connection.includes('close');
  return { statusCode, headers, framing, isKept, restsFor: restOf(headers) };
};
