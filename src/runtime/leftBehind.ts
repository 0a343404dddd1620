// What our own views do with the calls that an earlier life left behind: run one again because a person says so, forget
// one, and ask after those that the server runs as tasks. Not here: what is kept of them (orphans.ts).
import { type Disposable, Store, toDisposable } from '../base/disposable.ts';
import type { JournalEntry } from '../core/calls/journal.ts';
import { aFailure } from '../core/connection/failure.ts';
import { isObject, type JsonObject } from '../core/rpc.ts';
import { unsaid } from '../core/wording/unsaid.ts';
import { SaidError } from '../core/wording/saidError.ts';
import type { CallDesk } from './callDesk.ts';
import type { ViewClient } from './ports.ts';
import type { ToolCallOptions } from './watch.ts';

export class LeftBehind implements Disposable {
  readonly #calls: CallDesk;
  readonly #store = new Store();
  /** Keys of those that a person has run and whose new call is not under way yet. */
  readonly #beingRun = new Set<string>();
  /** What is being asked after, by the key of its call. */
  readonly #followed = new Map<string, Disposable>();

  constructor(calls: CallDesk) {
    this.#calls = calls;
  }

  /** A new call that takes the place of the old one. */
  async run(key: string, view: ViewClient, options: ToolCallOptions): Promise<JsonObject> {
    const entry = this.#calls.orphans.get(key);
    const kind = entry?.phase.kind;
    if (!entry || (kind !== 'held' && kind !== 'unknown'))
      throw new SaidError(
        kind === undefined
          ? unsaid('This call is no longer pending.')
          : unsaid('This call needs no further run: the server has it.'),
      );
    if (this.#beingRun.has(key)) throw new SaidError(unsaid('This call is being run already.'));
    const { name, arguments: args } = entry.request.params ?? {};
    this.#beingRun.add(key);
    try {
      return await view.callTool(
        typeof name === 'string' ? name : '',
        isObject(args) ? args : {},
        options,
        key,
      );
    } finally {
      this.#beingRun.delete(key);
    }
  }

  discard(key: string): void {
    this.#unfollow(key);
    this.#calls.discard(key);
  }

  /** Asks after every task, as long as there is a client to do so. */
  followAll(view: ViewClient): void {
    for (const entry of this.#calls.orphans.entries) this.follow(entry, view);
  }

  follow({ key, request, phase }: JournalEntry, view: ViewClient): void {
    if (phase.kind !== 'task' || this.#followed.has(key)) return;
    const gone = new AbortController();
    this.#followed.set(key, this.#store.add(toDisposable(() => gone.abort())));
    const { taskId, pollAfter } = phase;
    const ended = view.followTask(taskId, { id: request.id, pollAfter, signal: gone.signal });
    ended.then(
      (end) => {
        this.#unfollow(key);
        if (end.kind === 'answered') this.#calls.orphans.answered(key, end.response);
        else
          this.#calls.orphans.lose(key, { ...aFailure('rejected', end.detail), words: end.words });
      },
      // Nobody is interested any more, or this life ends; the next one asks again.
      () => this.#unfollow(key),
    );
  }

  dispose(): void {
    this.#store.dispose();
    this.#followed.clear();
  }

  #unfollow(key: string): void {
    const followed = this.#followed.get(key);
    this.#followed.delete(key);
    if (followed) this.#store.drop(followed);
  }
}
