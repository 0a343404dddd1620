// What went wrong, by name: a thrown thing becomes a Failure by its code, and the words of servers are read for
// the one thing that no status tells, a forgotten session. The only place that looks at texts of servers.
// Not here: what an HTTP status means (statuses.ts).
import {
  ConnectionError,
  type Failure,
  type FailureKind,
  wordedFailure,
} from '../core/connection/failure.ts';
import { isErrorResponse, isObject, type RpcId, type RpcResponse } from '../core/rpc.ts';
import { unsaid, type Unsaid } from '../core/wording/unsaid.ts';

const kindByCode: Readonly<Record<string, FailureKind>> = {
  ECONNREFUSED: 'refused',
  // A Unix socket whose server has not made it yet.
  ENOENT: 'refused',
  ENOTFOUND: 'unresolved',
  EAI_AGAIN: 'unresolved',
  EAI_FAIL: 'unresolved',
  EAI_NODATA: 'unresolved',
  EAI_NONAME: 'unresolved',
  ETIMEDOUT: 'timeout',
  ECONNRESET: 'closed',
  ECONNABORTED: 'closed',
  EPIPE: 'closed',
  ERR_STREAM_PREMATURE_CLOSE: 'closed',
  ABORT_ERR: 'cancelled',
  // A URL or header of the settings that cannot be sent.
  ERR_INVALID_CHAR: 'bad-config',
  ERR_INVALID_HTTP_TOKEN: 'bad-config',
  ERR_INVALID_URL: 'bad-config',
  ERR_INVALID_PROTOCOL: 'bad-config',
  ERR_UNESCAPED_CHARACTERS: 'bad-config',
  // OpenSSL's names of certificate trouble that do not say so (x509_vfy.h).
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate',
  INVALID_CA: 'certificate',
  INVALID_PURPOSE: 'certificate',
  HOSTNAME_MISMATCH: 'certificate',
  PATH_LENGTH_EXCEEDED: 'certificate',
};

const kindOfCode = (code: string): FailureKind => {
  const known = kindByCode[code];
  if (known) return known;
  if (/CERT|ISSUER|_CRL/.test(code)) return 'certificate';
  // The parser of Node: whatever answers there does not speak HTTP.
  return code.startsWith('HPE_') ? 'not-mcp' : 'network';
};

const codeOf = (error: unknown): string => {
  if (!isObject(error)) return '';
  if (typeof error['code'] === 'string') return error['code'];
  // Node wraps the failures of several addresses of one name.
  const first: unknown = Array.isArray(error['errors']) ? error['errors'][0] : undefined;
  if (first !== undefined) return codeOf(first);
  return error['name'] === 'AbortError' ? 'ABORT_ERR' : '';
};

const words: Partial<Record<FailureKind, Unsaid>> = {
  refused: unsaid('Nobody listens there.'),
  unresolved: unsaid('The name of the host does not resolve.'),
  timeout: unsaid('The connection timed out.'),
  closed: unsaid('The connection was cut.'),
  cancelled: unsaid('Given up by us.'),
  certificate: unsaid('The certificate of the server is not trusted.'),
  'bad-config': unsaid('The URL or a header of the settings cannot be sent.'),
  'not-mcp': unsaid('What answers there does not speak HTTP.'),
  network: unsaid('The network failed.'),
};

/** The name of a thrown thing. Its own message is left out: it may hold an address or a header. */
export const failureOfThrown = (error: unknown): Failure => {
  if (error instanceof ConnectionError) return error.failure;
  const code = codeOf(error);
  const kind = kindOfCode(code);
  const text = words[kind] ?? unsaid('The connection failed.');
  const isAll = code === '' || kind === 'cancelled';
  return wordedFailure(kind, isAll ? text : unsaid('{0} ({1})', text, code));
};

const notInitialized = /not (yet )?(been )?initiali[sz]ed|uninitiali[sz]ed/i;
const lostSession = new RegExp(
  [
    String.raw`\bsession\b.{0,80}\b(not found|not exist|no longer|expired|invalid|unknown|terminated|closed|missing|required)\b`,
    String.raw`\b(no|not a|invalid|unknown|expired|missing|stale|unrecogni[sz]ed)\b.{0,40}\bsession`,
  ].join('|'),
  'is',
);

/** For a 400, which is about the request's form: any mention will do. */
export const speaksOfSession = (text: string): boolean =>
  /session/i.test(text) || notInitialized.test(text);

/** For answers that may be about something else: the words must say that the session is gone. */
export const saysSessionLost = (text: string): boolean =>
  lostSession.test(text) || notInitialized.test(text);

// Errors of a method that ran or of its arguments (JSON-RPC 2.0, section 5.1). With our id on them they are about
// the call, whatever they say: a browser tool may well answer "session not found" of its own.
const ofTheMethod: ReadonlySet<number> = new Set([-32601, -32602, -32603]);

/** Whether an error response inside a 200 tells that the session is gone and the request did not run. */
export const answerLosesSession = (response: RpcResponse, id: RpcId): boolean =>
  isErrorResponse(response) &&
  (response.id === null || (response.id === id && !ofTheMethod.has(response.error.code))) &&
  saysSessionLost(response.error.message);

// Envoy answers 503 both when it could not pass a request on and when the connection broke after it did.
export const mayHavePassedOn = (text: string): boolean => /reset|terminat/i.test(text);
