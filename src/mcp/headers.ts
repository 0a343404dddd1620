// The headers of a request: ours, and those of the user, which may add but not override.
import type { SessionRef } from '../runtime/ports.ts';

export type Headers = Readonly<Record<string, string>>;

// What the protocol or the connection decides. `accept-encoding`: a compressed event stream is delivered late.
const reserved: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'connection',
  'content-length',
  'content-type',
  'keep-alive',
  'last-event-id',
  'mcp-protocol-version',
  'mcp-session-id',
  'transfer-encoding',
  'upgrade',
]);

export const requestHeaders = (
  configured: Headers,
  session: SessionRef,
  own: Headers,
): Headers => ({
  ...Object.fromEntries(
    Object.entries(configured).filter(([name]) => !reserved.has(name.toLowerCase())),
  ),
  'Accept-Encoding': 'identity',
  ...own,
  ...(session.id === null ? {} : { 'Mcp-Session-Id': session.id }),
  ...(session.protocolVersion === null ? {} : { 'MCP-Protocol-Version': session.protocolVersion }),
});

/** Spec, Session Management 1: visible ASCII only. */
export const isSessionId = (text: string): boolean => /^[\x21-\x7e]+$/.test(text);

// Longer ones would be refused as a header by most servers, and are kept in a record.
const longestCursor = 1024;

/** Whether an event id can be sent back as `Last-Event-ID`. */
export const isCursor = (id: string): boolean =>
  // oxlint-disable-next-line no-control-regex -- Control characters are exactly what a header cannot carry.
  id.length > 0 && id.length <= longestCursor && !/[\x00-\x1f\x7f]/.test(id);

/** `Last-Event-ID` is UTF-8 (HTML standard, server-sent events), and Node writes headers as Latin-1. */
export const cursorHeader = (cursor: string): Headers => ({
  'Last-Event-ID': Buffer.from(cursor, 'utf8').toString('latin1'),
});
