// What the clients of a shared connection wait for, by the id upstream and in order of arrival. An entry outlives the presence
// of its client: one that comes back finds its requests on their way. Not here: what becomes of an answer (sharedConnection.ts).
import { taskOf } from '../core/calls/tasks.ts';
import type { RpcId, RpcNotification, RpcRequest, RpcResponse } from '../core/rpc.ts';
import { type Owner, ownerOf } from './sharedIds.ts';

export interface Running {
  readonly client: string;
  /** As the client knows it. */
  readonly id: RpcId;
  readonly method: string;
  readonly uri: string | null;
}

export const uriOf = ({ params }: RpcRequest): string | null =>
  typeof params?.['uri'] === 'string' ? params['uri'] : null;

/** What concerns everybody, whoever's call has brought it about. */
const isForAll = (method: string): boolean =>
  method.endsWith('/list_changed') || method === 'notifications/resources/updated';

/** Of so many tasks it is known whose they are; of an older one everybody hears. */
const mostTasks = 1000;

export class SharedRunning {
  readonly #running = new Map<RpcId, Running>();
  readonly #counts = new Map<string, number>();
  readonly #tasks = new Map<string, string>();

  get size(): number {
    return this.#running.size;
  }

  /** Oldest first. */
  get all(): Iterable<Running> {
    return this.#running.values();
  }

  countOf(client: string): number {
    return this.#counts.get(client) ?? 0;
  }

  /** How many of the held ones are of this client. */
  heldOf(client: string, held: Iterable<RpcId>): number {
    let count = 0;
    for (const id of held) if (this.#running.get(id)?.client === client) count += 1;
    return count;
  }

  /** The request under its id upstream. */
  add(request: RpcRequest): void {
    const owner = ownerOf(request.id);
    if (!owner || this.#running.has(request.id)) return;
    const { client, id } = owner;
    this.#running.set(request.id, { client, id, method: request.method, uri: uriOf(request) });
    this.#counts.set(client, this.countOf(client) + 1);
  }

  /** It has its answer, or nobody wants one. */
  take(upstream: RpcId): Running | null {
    const running = this.#running.get(upstream);
    if (!running) return null;
    this.#running.delete(upstream);
    const left = this.countOf(running.client) - 1;
    if (left > 0) this.#counts.set(running.client, left);
    else this.#counts.delete(running.client);
    return running;
  }

  /** A tool call may be answered with a task, of which only its client is to hear. */
  noteTask({ client, method }: Running, response: RpcResponse): void {
    const task = method === 'tools/call' && 'result' in response ? taskOf(response.result) : null;
    if (!task) return;
    this.#tasks.set(task.taskId, client);
    const [oldest] = this.#tasks.keys();
    if (this.#tasks.size > mostTasks && oldest !== undefined) this.#tasks.delete(oldest);
  }

  /** The one client that this is for; null where it is for all. `about`: whose request has brought it about. */
  onlyFor({ method, params }: RpcNotification, about: Owner | null): string | null {
    const caller = about?.client ?? null;
    if (method !== 'notifications/tasks/status') return isForAll(method) ? null : caller;
    const taskId = params?.['taskId'];
    return (typeof taskId === 'string' ? this.#tasks.get(taskId) : null) ?? caller;
  }

  /** The client wants nothing any more. */
  forget(client: string): void {
    for (const [upstream, running] of this.#running)
      if (running.client === client) this.take(upstream);
    for (const [taskId, owner] of this.#tasks) if (owner === client) this.#tasks.delete(taskId);
  }

  clear(): void {
    this.#running.clear();
    this.#counts.clear();
    this.#tasks.clear();
  }
}
