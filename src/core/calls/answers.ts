// What a caller is told at the end of its call. A tool call always gets a normal result, never a transport error: agents
// go on after a result and lose their turn over an error (microsoft/vscode#336192). Everything else gets a JSON-RPC
// error with the same data.
import type { JsonObject, RpcResponse } from '../rpc.ts';
import { errorOf, resultOf } from '../rpc.ts';
import type { Call, Verdict } from './call.ts';

/** Key of our data in `_meta` (spec, basic: `_meta` names carry a prefix). */
export const outcomeKey = 'mcp-lifeline/outcome';

/** Our own JSON-RPC code for "the server behind this connection did not answer"; −32000 to −32019 carry no meaning of their own. */
const upstreamFailed = -32010;

type Outcome = 'not-run' | 'unknown';

const notRunText = (
  call: Call,
  verdict: Extract<Verdict, { kind: 'not-run' }>,
  refusal: string,
): string => {
  const what = call.tool === null ? `"${call.method}"` : `The tool "${call.tool}"`;
  const detail = verdict.failure ? ` (${verdict.failure.detail})` : '';
  switch (verdict.why) {
    case 'state':
      return `${what} was not run. ${refusal}`;
    case 'queue-full':
      return `${what} was not run: too many calls are waiting for this server already. Try again when it is back. ${refusal}`;
    case 'deadline':
      return `${what} was not run: the server did not come back in time. It is safe to try again. ${refusal}`;
    case 'refused-again':
      return `${what} was not run: the server refused it twice${detail}. ${refusal}`;
    case 'closed':
      return `${what} was not run: the connection was ended${detail}. ${refusal}`;
  }
};

const unknownText = (
  call: Call,
  verdict: Extract<Verdict, { kind: 'unknown' }>,
  refusal: string,
): string => {
  const what = call.tool === null ? `"${call.method}"` : `The tool "${call.tool}"`;
  const tries = verdict.repeats > 0 ? ' It was repeated once, and that answer was lost too.' : '';
  return (
    `${what} may have run; check before repeating. The connection was lost after the call was sent and ` +
    `before its answer arrived (${verdict.failure.detail}).${tries} ${refusal}`
  );
};

const ending = (call: Call, outcome: Outcome, text: string, data: JsonObject): RpcResponse => {
  const meta = { [outcomeKey]: { outcome, ...data } };
  if (call.method === 'tools/call')
    return resultOf(call.clientId, {
      content: [{ type: 'text', text }],
      isError: true,
      _meta: meta,
    });
  return errorOf(call.clientId, { code: upstreamFailed, message: text, data: meta });
};

/** The response for the client. `refusal`: what is being done about the server, and when it is tried next. */
export const answerOf = (call: Call, verdict: Verdict, refusal: string): RpcResponse => {
  switch (verdict.kind) {
    case 'answered':
      return 'error' in verdict.response
        ? errorOf(call.clientId, verdict.response.error)
        : resultOf(call.clientId, verdict.response.result);
    case 'not-run':
      return ending(call, 'not-run', notRunText(call, verdict, refusal).trim(), {
        why: verdict.why,
        attempts: call.refusals,
      });
    case 'unknown':
      return ending(call, 'unknown', unknownText(call, verdict, refusal).trim(), {
        reason: verdict.failure.kind,
        attempts: verdict.repeats + 1,
      });
  }
};
