// Calls whose work outlives the process, as with a queue and workers behind a server: what was begun ends in the next life at
// its time, and its answer waits on the call's stream for whoever resumes it. Needs kept sessions and events.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { CallToolResult, JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import type { EventLog } from './eventLog.ts';

interface Job {
  readonly session: string;
  readonly stream: string;
  readonly request: string | number;
  readonly text: string;
  /** Wall time. */
  readonly due: number;
}

export const jobResult = (text: string): CallToolResult => ({
  content: [{ type: 'text', text: `finished ${text}` }],
});

const jobsIn = (file: string | null): readonly Job[] =>
  file !== null && existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .flatMap((line) => {
          try {
            return [JSON.parse(line) as Job];
          } catch {
            // A kill can leave half a line; that job was not begun.
            return [];
          }
        })
    : [];

export class JobBook {
  readonly #file: string | null;
  readonly #left: readonly Job[];
  /** Jobs of an earlier life that are at work, by their stream. */
  readonly #revived = new Map<string, Promise<void>>();

  constructor(file: string | null) {
    this.#file = file;
    this.#left = jobsIn(file);
  }

  /** From now on it ends, whatever happens to this process. */
  begin(job: Job): void {
    if (this.#file !== null) appendFileSync(this.#file, `\n${JSON.stringify(job)}`);
  }

  /** Goes on with what an earlier life has left of this session. */
  revive(session: string, events: EventLog): void {
    for (const job of this.#left) {
      if (job.session !== session || events.hasAnswer(job.stream, job.request)) continue;
      this.#revived.set(job.stream, this.#finish(job, events));
    }
  }

  /** Resolves when the answer on this stream can be replayed. */
  async finished(stream: string): Promise<void> {
    await this.#revived.get(stream);
  }

  async #finish({ stream, request, text, due }: Job, events: EventLog): Promise<void> {
    await delay(Math.max(0, due - Date.now()));
    const answer: JSONRPCMessage = { jsonrpc: '2.0', id: request, result: jobResult(text) };
    await events.storeEvent(stream, answer);
  }
}
