// On what terms a request comes that was let in: what it accepts, what it brings, how much, and the headers of the protocol.
// Pure; still nothing of the body was read. Not here: who may come in (guard.ts) and the message itself (guardMessage.ts).
import type { IncomingHttpHeaders } from 'node:http';
import type { McpMethod } from './guard.ts';
import type { McpHeaders } from './mcpRequest.ts';

export type Objection =
  | 'unacceptable'
  | 'unsupported-body'
  | 'encoded-body'
  | 'unexpected-body'
  | 'bad-session-id'
  | 'too-large';

export type Terms =
  | { readonly kind: 'fine'; readonly headers: McpHeaders }
  | { readonly kind: 'refused'; readonly why: Objection };

const json = 'application/json';
const events = 'text/event-stream';

/** Whether a media type is among those accepted (RFC 9110, section 12.5.1); weights do not matter but for zero. */
const accepts = (accept: string, wanted: string): boolean => {
  const family = `${wanted.slice(0, wanted.indexOf('/'))}/*`;
  return accept.split(',').some((part) => {
    const [range = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    if (range !== wanted && range !== family && range !== '*/*') return false;
    return !parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter));
  });
};

/** The usual header, in either order, needs no parsing; an absent one accepts anything. */
const acceptsBoth = (accept: string | undefined): boolean =>
  accept === undefined ||
  accept === `${json}, ${events}` ||
  accept === `${events}, ${json}` ||
  accept === '*/*';

const one = (value: string | readonly string[] | undefined): string | null =>
  typeof value === 'string' ? value : null;

const mcpHeadersOf = (headers: IncomingHttpHeaders): McpHeaders => {
  const { accept } = headers;
  const both = acceptsBoth(accept);
  return {
    sessionId: one(headers['mcp-session-id']),
    protocolVersion: one(headers['mcp-protocol-version']),
    lastEventId: one(headers['last-event-id']),
    acceptsJson: both || accepts(accept ?? '', json),
    acceptsEvents: both || accepts(accept ?? '', events),
    entry: one(headers['mcp-lifeline-client']),
  };
};

// Visible ASCII, as the specification has it. Nobody's id is longer, and a stranger's is kept once it is adopted.
const sessionIdShape = /^[\x21-\x7e]{1,1024}$/;

/** `application/json`, in UTF-8 if it says so. */
const isJson = (contentType: string | undefined): boolean => {
  if (contentType === json) return true;
  const [type = '', ...parameters] = (contentType ?? '')
    .split(';')
    .map((text) => text.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  return type === json && (charset === undefined || /^charset="?utf-?8"?$/.test(charset));
};

/** How many bytes of a body are announced: null says that nobody knows. */
export const announcedBytes = (headers: IncomingHttpHeaders): number | null =>
  headers['transfer-encoding'] === undefined ? Number(headers['content-length'] ?? 0) : null;

const objectionToBody = (headers: IncomingHttpHeaders, maxBytes: number): Objection | null => {
  if (!isJson(headers['content-type'])) return 'unsupported-body';
  const encoding = headers['content-encoding'];
  // A few bytes may unfold to gigabytes, and no client compresses what it sends over loopback.
  if (encoding !== undefined && encoding !== 'identity') return 'encoded-body';
  const announced = announcedBytes(headers);
  return announced !== null && announced > maxBytes ? 'too-large' : null;
};

const objectionTo = (
  method: McpMethod,
  headers: IncomingHttpHeaders,
  terms: McpHeaders,
  maxBytes: number,
): Objection | null => {
  if (terms.sessionId !== null && !sessionIdShape.test(terms.sessionId)) return 'bad-session-id';
  if (method === 'POST') {
    if (!terms.acceptsJson && !terms.acceptsEvents) return 'unacceptable';
    return objectionToBody(headers, maxBytes);
  }
  // A body where none belongs is how one request is smuggled inside another.
  if (announcedBytes(headers) !== 0) return 'unexpected-body';
  return method === 'GET' && !terms.acceptsEvents ? 'unacceptable' : null;
};

export const termsOf = (
  method: McpMethod,
  headers: IncomingHttpHeaders,
  maxBytes: number,
): Terms => {
  const terms = mcpHeadersOf(headers);
  const why = objectionTo(method, headers, terms, maxBytes);
  return why === null ? { kind: 'fine', headers: terms } : { kind: 'refused', why };
};
