// Tool calls that run as tasks. A task is a promise about time: when it will have ended, and with what. It is kept in a file,
// so that it goes on while the server is dead, as a job in a queue would.
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type {
  CreateTaskOptions,
  TaskStore,
} from '@modelcontextprotocol/sdk/experimental/tasks/interfaces.js';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { Result, Task } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';

interface KeptTask {
  readonly task: Task;
  readonly endsAt: number;
  readonly result: Result;
}

const pollInterval = 100;

/** Every session sees every task, as on a server that binds them to who is signed in. */
export class TaskBook implements TaskStore {
  readonly #file: string | null;
  readonly #tasks: Map<string, KeptTask>;

  constructor(file: string | null) {
    this.#file = file;
    const kept = file !== null && existsSync(file) ? readFileSync(file, 'utf8') : '{}';
    this.#tasks = new Map(Object.entries(JSON.parse(kept) as Record<string, KeptTask>));
  }

  async createTask({ ttl }: CreateTaskOptions): Promise<Task> {
    const now = new Date().toISOString();
    const task: Task = {
      taskId: randomUUID(),
      status: 'working',
      createdAt: now,
      lastUpdatedAt: now,
      ttl: ttl ?? null,
      pollInterval,
    };
    this.#keep({ task, endsAt: Number.MAX_SAFE_INTEGER, result: {} });
    return task;
  }

  /** Fixes when it will have ended, and with what. */
  schedule(taskId: string, endsAt: number, result: Result): void {
    const kept = this.#tasks.get(taskId);
    if (kept !== undefined) this.#keep({ ...kept, endsAt, result });
  }

  async getTask(taskId: string): Promise<Task | null> {
    const kept = this.#tasks.get(taskId);
    if (kept === undefined) return null;
    const isDone = kept.task.status === 'working' && Date.now() >= kept.endsAt;
    return isDone ? { ...kept.task, status: 'completed' } : kept.task;
  }

  async getTaskResult(taskId: string): Promise<Result> {
    const kept = this.#tasks.get(taskId);
    if (kept === undefined) throw new Error(`Task ${taskId} not found`);
    return kept.result;
  }

  async storeTaskResult(
    taskId: string,
    status: 'completed' | 'failed',
    result: Result,
  ): Promise<void> {
    this.schedule(taskId, 0, result);
    await this.updateTaskStatus(taskId, status);
  }

  async updateTaskStatus(taskId: string, status: Task['status']): Promise<void> {
    const kept = this.#tasks.get(taskId);
    if (kept !== undefined) this.#keep({ ...kept, task: { ...kept.task, status } });
  }

  async listTasks(): Promise<{ tasks: Task[] }> {
    return { tasks: [...this.#tasks.values()].map(({ task }) => task) };
  }

  #keep(kept: KeptTask): void {
    this.#tasks.set(kept.task.taskId, kept);
    if (this.#file === null) return;
    // Written aside and renamed, so that a kill in between leaves the old file.
    writeFileSync(`${this.#file}.new`, JSON.stringify(Object.fromEntries(this.#tasks)));
    renameSync(`${this.#file}.new`, this.#file);
  }
}

export const addTaskTool = (
  mcp: McpServer,
  book: TaskBook,
  executed: (name: string, args: unknown) => void,
): void => {
  mcp.experimental.tasks.registerToolTask(
    'build',
    { inputSchema: { ms: z.number() }, execution: { taskSupport: 'optional' } },
    {
      createTask: async ({ ms }, { taskStore, taskRequestedTtl }) => {
        executed('build', { ms });
        const ttl = taskRequestedTtl;
        const task = await taskStore.createTask(ttl === undefined ? {} : { ttl });
        const content = [{ type: 'text', text: `built in ${ms}` }];
        book.schedule(task.taskId, Date.now() + ms, { content });
        return { task };
      },
      getTask: async (_, { taskId, taskStore }) => await taskStore.getTask(taskId),
      getTaskResult: async (_, { taskId, taskStore }) =>
        // What the book was given above.
        (await taskStore.getTaskResult(taskId)) as { content: [] },
    },
  );
};
