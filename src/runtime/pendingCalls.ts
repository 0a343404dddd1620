// The unfinished tool calls of one connection as a screen sees them: those of clients that wait, and those that an earlier
// life left behind. Derived when it is read; a change is told at most every so often, because a quick call is none of
// a screen's business. Not here: what may be done with one (callDesk.ts).
import type { Clock, Millis } from '../base/clock.ts';
import { type Disposable, Mutable, Store } from '../base/disposable.ts';
import { Emitter, type Signal } from '../base/signal.ts';
import { type Call, deadlineOf, isWaiting } from '../core/calls/call.ts';
import type { JournalEntry, JournalPhase } from '../core/calls/journal.ts';
import { isObject, type JsonObject, type RpcRequest, type RpcResponse } from '../core/rpc.ts';
import type { PendingCall } from './watch.ts';

/** Shorter than this no eye follows, and a call that is over by then was never worth a row. */
const pace: Millis = 100;

export class PendingCalls implements Signal<readonly PendingCall[]>, Disposable {
  readonly #clock: Clock;
  readonly #read: () => readonly PendingCall[];
  readonly #store = new Store();
  readonly #changed = this.#store.add(new Emitter<readonly PendingCall[]>());
  readonly #timer = this.#store.add(new Mutable<Disposable>());

  constructor(clock: Clock, read: () => readonly PendingCall[]) {
    this.#clock = clock;
    this.#read = read;
  }

  get value(): readonly PendingCall[] {
    return this.#read();
  }

  onChange(listener: (value: readonly PendingCall[]) => void): Disposable {
    return this.#changed.on(listener);
  }

  changed(): void {
    if (this.#store.isDisposed) return;
    this.#timer.value ??= this.#clock.after(pace, () => {
      this.#timer.value = undefined;
      this.#changed.emit(this.value);
    });
  }

  dispose(): void {
    this.#store.dispose();
  }
}

const whatOf = (request: RpcRequest): Pick<PendingCall, 'tool' | 'args'> => {
  const { name, arguments: args } = request.params ?? {};
  return { tool: typeof name === 'string' ? name : '', args: isObject(args) ? args : {} };
};

export const pendingOfCall = (call: Call, key: string, request: RpcRequest): PendingCall => ({
  key,
  ...whatOf(request),
  phase: isWaiting(call) ? 'held' : 'running',
  since: call.arrivedAt,
  deadline: deadlineOf(call),
  result: null,
});

/** A call that runs as a task, whose client asks after it. */
export const pendingOfTask = ({ key, request, arrivedAt }: JournalEntry): PendingCall => ({
  key,
  ...whatOf(request),
  phase: 'running',
  since: arrivedAt,
  deadline: null,
  result: null,
});

const orphanPhase = (kind: JournalPhase['kind']): PendingCall['phase'] => {
  switch (kind) {
    case 'held':
      return 'orphan-held';
    case 'sent':
    case 'task':
      return 'orphan-running';
    case 'unknown':
      return 'orphan-unknown';
    case 'answered':
      return 'answered';
  }
};

/** A person reads results; an error is one too. */
const resultIn = (response: RpcResponse): JsonObject =>
  'result' in response
    ? response.result
    : { content: [{ type: 'text', text: response.error.message }], isError: true };

export const pendingOfOrphan = ({ key, request, arrivedAt, phase }: JournalEntry): PendingCall => ({
  key,
  ...whatOf(request),
  phase: orphanPhase(phase.kind),
  since: arrivedAt,
  deadline: null,
  result: phase.kind === 'answered' ? resultIn(phase.response) : null,
});
