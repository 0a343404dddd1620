// Tool calls that run as tasks (revision 2025-11-25, tasks): the answer to the call is only a task id, and the result is
// fetched later, by whoever knows that id, in any session in which the server honours it. The questions one may ask of
// messages about them. Not here: asking for the result (mcp/taskCalls.ts).
import type { Millis } from '../../base/clock.ts';
import { isObject, type JsonObject, type RpcRequest, type RpcResponse } from '../rpc.ts';

export interface CreatedTask {
  readonly taskId: string;
  readonly pollInterval: Millis | null;
}

/** The task that a tool call was answered with, because its client had asked for one. */
export const createdTask = (request: RpcRequest, response: RpcResponse): CreatedTask | null => {
  if (request.method !== 'tools/call' || !isObject(request.params?.['task'])) return null;
  return 'result' in response ? taskOf(response.result) : null;
};

/** The task that a result names. */
export const taskOf = (result: JsonObject): CreatedTask | null => {
  const task = result['task'];
  if (!isObject(task) || typeof task['taskId'] !== 'string') return null;
  const interval = task['pollInterval'];
  return { taskId: task['taskId'], pollInterval: typeof interval === 'number' ? interval : null };
};

/** JSON-RPC: invalid params. What a server says to a task id that it does not know (tasks, Error Handling). */
export const unknownTask = -32602;

const taskIn = (request: RpcRequest): string | null => {
  const taskId = request.params?.['taskId'];
  return typeof taskId === 'string' ? taskId : null;
};

/** The task of which nobody needs to know any more when its client has this answer. */
export const finishedTask = (request: RpcRequest, response: RpcResponse): string | null => {
  switch (request.method) {
    case 'tasks/result':
      // What the tool call would have been answered with, an error too: it comes once.
      return taskIn(request);
    case 'tasks/get': {
      const isGone =
        'error' in response
          ? response.error.code === unknownTask
          : response.result['status'] === 'cancelled';
      return isGone ? taskIn(request) : null;
    }
    default:
      return null;
  }
};

/** The task that its client wants no more, whatever the server says to it. */
export const cancelledTask = (request: RpcRequest): string | null =>
  request.method === 'tasks/cancel' ? taskIn(request) : null;
