// What a caller is told at the end of its call. A tool call always gets a normal result, never a transport error: agents
// go on after a result and lose their turn over an error (microsoft/vscode#336192). Everything else gets a JSON-RPC
// error with the same data.
import type { JsonObject, RpcId, RpcResponse } from '../rpc.ts';
import { errorOf, resultOf } from '../rpc.ts';
import type { Call, Verdict } from './call.ts';
import type { JournalEntry } from './journal.ts';

/**
 * Key of our data in the `_meta` of a tool result that we made, and in the `data` of an error that we made (spec, basic:
 * `_meta` names carry a prefix). A program reads from it what became of the call:
 *   outcome   `not-run`: it certainly did nothing, calling again is safe. `unknown`: it may have run.
 *   server    the name of the server as the user configured it
 *   attempts  how often the server got the call, counting the tries that it refused
 *   reason    of `not-run`: `state` (the server is not to be used now), `queue-full`, `deadline` (it did not come back in
 *             time), `refused-again` (or it certainly would be), `closed`; of `unknown`: the kind of failure that took the
 *             answer away, or `offered` (a person decides about it, because its program was gone for long)
 */
export const outcomeKey = 'mcp-lifeline/outcome';

/** Our own JSON-RPC code for "the server behind this connection did not answer"; −32000 to −32019 carry no meaning of their own. */
export const upstreamFailed = -32010;

type Outcome = 'not-run' | 'unknown';

/** What an answer of ours says of the server. */
export interface Story {
  /** Its name. */
  readonly server: string;
  /** What is being done about it, and when it is tried next. */
  readonly refusal: string;
}

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
      return `${what} was not run: the server refused it${call.refusals > 0 ? ' twice' : ''}${detail}. ${refusal}`;
    case 'closed':
      return `${what} was not run: the connection was ended${detail}. ${refusal}`;
  }
};

/** Without the story of the server: that is about calls that were not run, and tells an agent to call again. */
const unknownText = (call: Call, verdict: Extract<Verdict, { kind: 'unknown' }>): string => {
  const what = call.tool === null ? `"${call.method}"` : `The tool "${call.tool}"`;
  const tries = verdict.repeats > 0 ? ' It was repeated once, and that answer was lost too.' : '';
  return (
    `${what} may have run; check before repeating. The connection was lost after the call was sent and ` +
    `before its answer arrived (${verdict.failure.detail}).${tries}`
  );
};

const toolResult = (text: string, meta: JsonObject): JsonObject => ({
  content: [{ type: 'text', text }],
  isError: true,
  _meta: meta,
});

const ending = (call: Call, outcome: Outcome, text: string, data: JsonObject): RpcResponse => {
  const meta = { [outcomeKey]: { outcome, ...data } };
  return call.method === 'tools/call'
    ? resultOf(call.clientId, toolResult(text, meta))
    : errorOf(call.clientId, { code: upstreamFailed, message: text, data: meta });
};

/** How often the server got it: a try that was never written does not count. */
const attemptsOf = (call: Call, verdict: Verdict): number => {
  if (verdict.kind !== 'not-run') return call.refusals + call.repeats + 1;
  return call.refusals + (verdict.why === 'refused-again' ? 1 : 0);
};

/** The response for the client. `story` is asked only where the server did not answer itself. */
export const answerOf = (call: Call, verdict: Verdict, story: () => Story): RpcResponse => {
  if (verdict.kind === 'answered')
    return 'error' in verdict.response
      ? errorOf(call.clientId, verdict.response.error)
      : { ...verdict.response, id: call.clientId };
  const { server, refusal } = story();
  const attempts = attemptsOf(call, verdict);
  switch (verdict.kind) {
    case 'not-run': {
      const reason = verdict.why;
      const text = notRunText(call, verdict, refusal).trim();
      return ending(call, 'not-run', text, { server, attempts, reason });
    }
    case 'unknown': {
      const reason = verdict.failure.kind;
      const text = unknownText(call, verdict);
      return ending(call, 'unknown', text, { server, attempts, reason });
    }
  }
};

/** What a program is told that comes back for a call after so long that it was offered to a person. */
export const offeredAnswer = (
  id: RpcId,
  { request, phase, serverId }: JournalEntry,
): RpcResponse => {
  const name = request.params?.['name'];
  const what = `The tool "${typeof name === 'string' ? name : ''}"`;
  const isHeld = phase.kind === 'held';
  const so = isHeld
    ? 'was not run while you were connected, and may be run later by the user'
    : 'may have run';
  const text =
    `${what} ${so}; check before repeating. Nobody came back for this call in time, so it is offered to the user under ` +
    `Pending Calls of the server "${serverId}", to run or to discard.`;
  const attempts = isHeld ? 0 : 1;
  const meta = { outcome: 'unknown', server: serverId, attempts, reason: 'offered' };
  return resultOf(id, toolResult(text, { [outcomeKey]: meta }));
};

/** The result of a tool that ran as a task of which the server knows nothing any more. */
export const lostTaskResult = (tool: string, detail: string): JsonObject =>
  toolResult(
    `The tool "${tool}" may have run; check before repeating. It ran as a task, and the server no longer knows it (${detail}).`,
    { [outcomeKey]: { outcome: 'unknown', attempts: 1, reason: 'task-lost' } },
  );
