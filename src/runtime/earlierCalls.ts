// What the journal has of earlier lives, and how it becomes calls of this one: taken up for a person where its client is gone,
// given back to the client that comes for it, or dropped when that client wants nothing any more.
// Not here: what becomes of each (core/calls/orphans.ts, core/calls/reclaiming.ts).
import type { JournalEntry, JournalPhase } from '../core/calls/journal.ts';
import type { CallPast } from '../core/calls/ledger.ts';
import type { RpcId, RpcRequest, RpcResponse } from '../core/rpc.ts';
import type { Caller } from './caller.ts';
import type { JournalKeeper } from './journalKeeper.ts';
import type { Orphans } from './orphans.ts';
import type { JournalStore } from './ports.ts';
import type { SessionMemory } from './sessionMemory.ts';

export interface EarlierCallsDeps {
  readonly journal: JournalStore;
  readonly memory: SessionMemory;
  readonly orphans: Orphans;
  readonly keeper: JournalKeeper;
  readonly caller: Caller;
  readonly answer: (response: RpcResponse) => void;
}

/** Somebody who comes for calls. `taking`: that one is theirs again, and its answer comes. */
export interface Claimant {
  readonly isTheirs: (clientId: RpcId) => boolean;
  readonly taking: (request: RpcRequest) => void;
}

export class EarlierCalls {
  readonly #deps: EarlierCallsDeps;

  constructor(deps: EarlierCallsDeps) {
    this.#deps = deps;
  }

  /** Takes them up for a person. */
  restore(isOurs: (clientId: RpcId) => boolean): void {
    const { memory, orphans, caller } = this.#deps;
    const from = {
      sessionId: memory.session?.id ?? null,
      isSameServer: memory.isInherited,
      cursorOf: (upstreamId: number) => memory.cursorOf(`request:${upstreamId}`),
    };
    const left = this.#entries()
      .filter(({ key, clientId }) => !this.isKnown(key) && isOurs(clientId))
      .filter((entry) => this.#isWorthRestoring(entry));
    orphans.restore(left, from, (entry, upstreamId, cursor) => {
      const key = caller.takeKey();
      const { request, arrivedAt } = entry;
      const session = memory.sessionNumber;
      caller.restore(key, { request, arrivedAt, upstreamId, session, cursor });
      return key;
    });
  }

  /** Gives them back, each under its key, so that it is never written down twice. Returns the ids of all that run now. */
  claim({ isTheirs, taking }: Claimant): readonly RpcId[] {
    const { journal, keeper, caller, answer } = this.#deps;
    const claimed = this.#living(isTheirs);
    for (const entry of this.#entries()) {
      const { key, clientId, phase, request } = entry;
      if (!isTheirs(clientId) || this.isKnown(key)) continue;
      if (phase.kind === 'task') keeper.keepTask(entry);
      else if (phase.kind === 'answered') {
        answer({ ...phase.response, id: clientId });
        journal.remove(key);
      } else {
        claimed.push(clientId);
        taking(request);
        const callKey = caller.takeKey();
        keeper.claim(callKey, key);
        caller.reclaim(callKey, request, entry.arrivedAt, this.#pastOf(phase));
      }
    }
    return claimed;
  }

  /** Drops them, those of this life too. */
  release(isTheirs: (clientId: RpcId) => boolean): void {
    const { caller, keeper } = this.#deps;
    for (const clientId of this.#living(isTheirs)) caller.cancel(clientId);
    for (const { key, clientId } of this.#entries())
      if (isTheirs(clientId)) keeper.forgetEntry(key);
  }

  /** Whether that entry is a call of this life, or one that is offered to a person. */
  isKnown(key: string): boolean {
    const { orphans, keeper } = this.#deps;
    return orphans.get(key) !== undefined || keeper.isLiving(key);
  }

  #entries(): readonly JournalEntry[] {
    const { journal, memory } = this.#deps;
    return journal.load(memory.serverId, memory.client);
  }

  #living(isTheirs: (clientId: RpcId) => boolean): RpcId[] {
    return this.#deps.caller.calls.flatMap(({ clientId, isOrphan }) =>
      !isOrphan && isTheirs(clientId) ? [clientId] : [],
    );
  }

  #pastOf(phase: Exclude<JournalPhase, { kind: 'task' | 'answered' }>): CallPast {
    if (phase.kind !== 'sent') return phase;
    const { memory } = this.#deps;
    const { upstreamId, sessionId, isRepeat } = phase;
    const isSameSession = sessionId !== null && sessionId === memory.session?.id;
    const cursor = memory.cursorOf(`request:${upstreamId}`) ?? phase.cursor;
    return {
      kind: 'sent',
      upstreamId,
      session: isSameSession ? memory.sessionNumber : null,
      cursor,
      isRepeat,
    };
  }

  /** What is no tool call can simply be asked again, by whoever wants to know. */
  #isWorthRestoring({ key, request }: JournalEntry): boolean {
    if (request.method === 'tools/call') return true;
    this.#deps.journal.remove(key);
    return false;
  }
}
