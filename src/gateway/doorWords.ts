// What each refusal at the door says: its status, and words that tell what to do, and nothing of what is behind the door.
// Not here: when something is refused (guard.ts, guardTerms.ts).
import type { Refusal } from './guard.ts';
import type { Objection } from './guardTerms.ts';
import { textReply, type Reply } from './reply.ts';

export type Refused = Refusal | Objection;

type Words = readonly [status: number, text: string];

const signIn =
  'Send the header "Authorization: Bearer TOKEN"; the command "MCP Lifeline: Connect a Client…" gives the right entry.';

const words: Readonly<Record<Refused, Words>> = {
  'not-loopback': [403, 'This gateway serves programs of its own machine only.'],
  'foreign-host': [
    403,
    'The Host header does not name this gateway. Use http://127.0.0.1:PORT with the port it listens on.',
  ],
  // The specification asks for 403 here (2025-11-25, transports, security warning).
  'foreign-origin': [403, 'Pages of another origin may not use this gateway.'],
  ambiguous: [400, 'A header that decides who may come in was sent more than once.'],
  'no-such-path': [404, 'There is nothing here. Servers are at /mcp/NAME.'],
  'wrong-method': [405, 'This path does not take that method.'],
  'no-token': [401, `This gateway wants its token. ${signIn}`],
  'wrong-token': [401, `This is not the token of this gateway. ${signIn}`],
  unacceptable: [406, 'Accept application/json and text/event-stream.'],
  'unsupported-body': [415, 'Send the message as application/json in UTF-8.'],
  'encoded-body': [415, 'Send the body as it is, without a Content-Encoding.'],
  'unexpected-body': [400, 'A request with this method has no body here.'],
  'bad-session-id': [400, 'Mcp-Session-Id holds what no session id may hold, or is too long.'],
  'too-large': [413, 'The body is too large.'],
};

/** `methods` are those that the path takes. */
export const refusalReply = (why: Refused, methods: string): Reply => {
  const [status, text] = words[why];
  if (status === 405) return textReply(status, text, { Allow: methods });
  // Without a realm or metadata: there is nothing to sign in to.
  return textReply(status, text, status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {});
};
