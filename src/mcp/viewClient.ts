// Our own views' client of a connection: keeps the catalog of what the server offers, and calls tools. It decides
// nothing about the connection below, which holds, repeats and answers. Not here: paging (catalog.ts), SDK (sdkClient.ts).
import type { Clock, Millis } from '../base/clock.ts';
import { Source } from '../base/signal.ts';
import { lostTaskResult } from '../core/calls/answers.ts';
import { replacing } from '../core/calls/journal.ts';
import { type CreatedTask, taskOf } from '../core/calls/tasks.ts';
import type { JsonObject } from '../core/rpc.ts';
import { unsaid } from '../core/wording/unsaid.ts';
import { SaidError } from '../core/wording/saidError.ts';
import type { ClientEnd } from '../runtime/clientEnd.ts';
import type { FollowedTask, FollowOptions, Log, ViewClient } from '../runtime/ports.ts';
import type { Catalog, ToolCallOptions } from '../runtime/watch.ts';
import { emptyCatalog, type ListName, listNames, readList } from './catalog.ts';
import { connectSdkClient, type SdkClient, type WorkspaceRoot } from './sdkClient.ts';
import { followTask, type TaskAsker } from './taskCalls.ts';

/** A server may shorten it; a night in which the machine sleeps should not. */
const taskTtl: Millis = 24 * 60 * 60 * 1000;
const defaultPoll: Millis = 1000;

export interface ViewClientDeps {
  readonly end: ClientEnd;
  readonly clock: Clock;
  readonly log: Log;
  /** Version of this product, told to servers. */
  readonly version: string;
  readonly roots: () => readonly WorkspaceRoot[];
}

export const createViewClient = (deps: ViewClientDeps): ViewClient => {
  const client = new SdkViewClient(deps);
  client.refresh();
  return client;
};

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

class SdkViewClient implements ViewClient {
  readonly #deps: ViewClientDeps;
  readonly #catalog = new Source<Catalog>(emptyCatalog);
  readonly #life = new AbortController();
  /** Lists to read in the next round. */
  readonly #due = new Set<ListName>();
  /** Lists that the server announced after its handshake had not: it may have been replaced by a richer one. */
  readonly #announced = new Set<ListName>();
  #listing = false;
  #connecting: Promise<SdkClient> | undefined;

  constructor(deps: ViewClientDeps) {
    this.#deps = deps;
  }

  get catalog(): Source<Catalog> {
    return this.#catalog;
  }

  refresh(): void {
    for (const name of listNames) this.#due.add(name);
    void this.#listDue();
  }

  rootsChanged(): void {
    // A client that has not connected yet gives the new roots when it is asked for them.
    this.#connecting
      ?.then((client) => client.tellRootsChanged())
      .catch((error) =>
        this.#deps.log.debug(
          `The change of the workspace folders was not told: ${messageOf(error)}`,
        ),
      );
  }

  async callTool(
    name: string,
    args: JsonObject,
    options: ToolCallOptions,
    replaces?: string,
  ): Promise<JsonObject> {
    const client = await this.#connected();
    const tool = this.#catalog.value.tools.find((other) => other.name === name);
    const asTask = client.takesTasks && tool?.canBeTask === true;
    const params = {
      name,
      arguments: args,
      ...(asTask ? { task: { ttl: taskTtl } } : {}),
      ...(replaces === undefined ? {} : { _meta: replacing(replaces) }),
    };
    const result = await client.request('tools/call', params, options);
    const task = asTask ? taskOf(result) : null;
    return task ? await this.#resultOf(name, task, options) : result;
  }

  async followTask(taskId: string, options: FollowOptions): Promise<FollowedTask> {
    const signal = AbortSignal.any([options.signal, this.#life.signal]);
    const asker: TaskAsker = {
      clock: this.#deps.clock,
      request: async (method, params, until) => {
        const client = await this.#connected();
        return await client.request(method, params, { signal: until });
      },
    };
    return await followTask(asker, taskId, { ...options, signal });
  }

  dispose(): void {
    this.#life.abort(new SaidError(unsaid('The connection was closed.')));
    this.#due.clear();
    this.#catalog.dispose();
  }

  /** The result of the call that runs as this task. Nobody hears of the task itself. */
  async #resultOf(name: string, task: CreatedTask, options: ToolCallOptions): Promise<JsonObject> {
    const signal = options.signal ?? this.#life.signal;
    const cancel = (): void => void this.#cancelTask(task.taskId);
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const pollAfter = task.pollInterval ?? defaultPoll;
      const end = await this.followTask(task.taskId, { id: name, pollAfter, signal });
      if (end.kind === 'lost') return lostTaskResult(name, end.detail);
      if ('result' in end.response) return end.response.result;
      throw new Error(end.response.error.message);
    } catch (error) {
      throw options.signal?.aborted
        ? new SaidError(unsaid('The call was cancelled.'), error)
        : error;
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  /** A task is called off by this alone (tasks, Cancellation). When this client itself ends, the task goes on. */
  async #cancelTask(taskId: string): Promise<void> {
    if (this.#life.signal.aborted) return;
    try {
      const client = await this.#connected();
      await client.request('tasks/cancel', { taskId });
    } catch (error) {
      this.#deps.log.debug(`A task could not be cancelled: ${messageOf(error)}`);
    }
  }

  /** A refused handshake is tried again by whoever asks next, with a fresh SDK client: a used one cannot connect. */
  #connected(): Promise<SdkClient> {
    if (this.#connecting) return this.#connecting;
    const { end, version, roots, log } = this.#deps;
    const connecting = connectSdkClient(
      {
        end,
        version,
        roots,
        onListChanged: (name) => this.#listChanged(name),
        onError: (error) => log.debug(`Client of the views: ${error.message}`),
      },
      this.#life.signal,
    );
    this.#connecting = connecting;
    connecting.catch(() => {
      if (this.#connecting === connecting) this.#connecting = undefined;
    });
    return connecting;
  }

  #listChanged(name: ListName): void {
    this.#announced.add(name);
    this.#due.add(name);
    void this.#listDue();
  }

  /** One round at a time; what falls due meanwhile makes one more. Never rejects. */
  async #listDue(): Promise<void> {
    if (this.#listing) return;
    this.#listing = true;
    try {
      while (this.#due.size > 0) await this.#listOnce([...this.#due]);
    } finally {
      this.#listing = false;
    }
  }

  async #listOnce(names: readonly ListName[]): Promise<void> {
    const client = await this.#connected().catch((error) => this.#listFailed('The server', error));
    if (client === undefined) {
      this.#due.clear();
      return;
    }
    const before = this.#catalog.value;
    let next = before;
    for (const name of names) {
      // What changed until now is in the answer; with the first welcome the connection announces every list.
      this.#due.delete(name);
      const part = await this.#readOne(client, name);
      if (part !== undefined) next = { ...next, ...part };
    }
    if (next === before) return;
    this.#catalog.set({ ...next, listedAt: this.#deps.clock.now() });
  }

  /** Undefined where the list failed: the last good one stays. */
  async #readOne(client: SdkClient, name: ListName): Promise<Partial<Catalog> | undefined> {
    if (!client.offers(name) && !this.#announced.has(name)) return { [name]: [] };
    try {
      const { part, cut } = await readList(
        (method, params) => client.request(method, params),
        name,
      );
      if (cut)
        this.#deps.log.warn(
          `The server has more ${name} than are listed here; the rest is not shown.`,
        );
      return part;
    } catch (error) {
      return this.#listFailed(`The list of ${name}`, error);
    }
  }

  #listFailed(what: string, error: unknown): undefined {
    if (!this.#life.signal.aborted)
      this.#deps.log.warn(`${what} could not be read, the last one is kept: ${messageOf(error)}`);
  }
}
