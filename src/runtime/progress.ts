// Progress as a waiting client sees it: what the server reports, under the client's own token, and our notes while its
// call is held. Its numbers must always rise (spec, utilities/progress), so ours stay below any that a server
// would begin with, and end with the server's first.
// Not here: which calls wait (core/calls) and the words of a note (core/wording/waiting.ts).
import type { Clock, Millis } from '../base/clock.ts';
import { type Disposable, Mutable } from '../base/disposable.ts';
import { type Call, isWaiting } from '../core/calls/call.ts';
import { isObject, type RpcId, type RpcNotification, type RpcRequest } from '../core/rpc.ts';

export interface ProgressDeps {
  readonly clock: Clock;
  readonly requestOf: (key: number) => RpcRequest | undefined;
  readonly tellClient: (message: RpcNotification, cause: RpcId | null) => void;
  /** What is being waited for. */
  readonly words: () => string;
}

/** Most restarts are over before anybody would read about them. */
const firstNote: Millis = 2000;
/** Well within the patience of clients that give up on silence (Claude Code: 5 minutes). */
const notePace: Millis = 10_000;
/** A million notes before the first whole step of a server that counts. */
const smallStep = 1e-6;

interface Told {
  /** The last number that was ours. */
  readonly ours: number;
  /** The server reports itself; ours would only go back. */
  readonly byServer: boolean;
}

const tokenOf = (request: RpcRequest | undefined): RpcId | null => {
  const meta = request?.params?.['_meta'];
  const token = isObject(meta) ? meta['progressToken'] : null;
  return typeof token === 'string' || typeof token === 'number' ? token : null;
};

const isHeldUp = (call: Call): boolean => isWaiting(call) || call.phase.kind === 'severed';

export class Progress implements Disposable {
  readonly #deps: ProgressDeps;
  readonly #timer = new Mutable<Disposable>();
  readonly #told = new Map<number, Told>();
  #calls: readonly Call[] = [];

  constructor(deps: ProgressDeps) {
    this.#deps = deps;
  }

  follow(calls: readonly Call[]): void {
    this.#calls = calls;
    if (!this.#timer.value && calls.some((call) => this.#isToBeTold(call))) this.#arm(firstNote);
  }

  forget(key: number): void {
    this.#told.delete(key);
  }

  /** The server's report for this call as its client is to see it; null where its client asked for none. */
  fromServer(
    message: RpcNotification,
    { key, request }: { readonly key: number | null; readonly request: RpcRequest },
  ): RpcNotification | null {
    const progressToken = tokenOf(request);
    if (progressToken === null) return null;
    const reported = message.params?.['progress'];
    const progress = typeof reported === 'number' ? { progress: this.#raise(key, reported) } : {};
    return { ...message, params: { ...message.params, ...progress, progressToken } };
  }

  dispose(): void {
    this.#timer.dispose();
    this.#told.clear();
    this.#calls = [];
  }

  /** A server that begins at 0 after notes of ours would seem to go back. */
  #raise(key: number | null, reported: number): number {
    if (key === null) return reported;
    const told = this.#told.get(key);
    const isBehind = told !== undefined && reported <= told.ours;
    const progress = isBehind ? told.ours + smallStep : reported;
    this.#told.set(key, { ours: isBehind ? progress : -Infinity, byServer: true });
    return progress;
  }

  #isToBeTold(call: Call): boolean {
    return (
      isHeldUp(call) &&
      !call.isOrphan &&
      this.#told.get(call.key)?.byServer !== true &&
      tokenOf(this.#deps.requestOf(call.key)) !== null
    );
  }

  #arm(delay: Millis): void {
    this.#timer.value = this.#deps.clock.after(delay, () => {
      this.#timer.value = undefined;
      const waiting = this.#calls.filter((call) => this.#isToBeTold(call));
      if (waiting.length === 0) return;
      this.#arm(notePace);
      const message = this.#deps.words();
      for (const { key } of waiting) this.#note(key, message);
    });
  }

  #note(key: number, message: string): void {
    const request = this.#deps.requestOf(key);
    const progressToken = tokenOf(request);
    const before = this.#told.get(key);
    const progress = before ? before.ours + smallStep : 0;
    this.#told.set(key, { ours: progress, byServer: false });
    const params = { progressToken, progress, message };
    const note: RpcNotification = { jsonrpc: '2.0', method: 'notifications/progress', params };
    this.#deps.tellClient(note, request?.id ?? null);
  }
}
