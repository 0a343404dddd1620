// Settings that a client made while its server was away, and that it was told are made. A new session gets them with its
// handshake; one that goes on has them from nobody else, and a handshake may have been past that point. So they are made once
// more as soon as the server is there, which does no harm twice.
// Not here: what a session must have (sessionMemory.ts).
import type { Clock, Millis } from '../base/clock.ts';
import type { RpcRequest, RpcResult } from '../core/rpc.ts';
import { exchangeWithin } from './handshake.ts';
import type { Link } from './ports.ts';
import type { SessionMemory } from './sessionMemory.ts';

export interface OwedSettingsDeps {
  readonly clock: Clock;
  readonly memory: Pick<SessionMemory, 'noteAnswer'>;
  readonly takeId: () => number;
  readonly settings: () => { readonly health: { readonly probeTimeout: Millis } };
}

/** As many as a new session is given; the oldest goes. */
const mostOwed = 1000;

/** Two requests that set the same thing: the later one holds. */
const subjectOf = ({ method, params }: RpcRequest): string =>
  method === 'logging/setLevel' ? 'level' : `resource ${String(params?.['uri'])}`;

/** A setting that was noted counts as made: the next session gets it. */
const accepted = ({ id }: RpcRequest): RpcResult => ({ jsonrpc: '2.0', id, result: {} });

export class OwedSettings {
  readonly #deps: OwedSettingsDeps;
  readonly #owed = new Map<string, RpcRequest>();

  constructor(deps: OwedSettingsDeps) {
    this.#deps = deps;
  }

  add(request: RpcRequest): void {
    this.#deps.memory.noteAnswer(request, accepted(request));
    const subject = subjectOf(request);
    this.#owed.delete(subject);
    this.#owed.set(subject, request);
    const [oldest] = this.#owed.keys();
    if (this.#owed.size > mostOwed && oldest !== undefined) this.#owed.delete(oldest);
  }

  /** The server is there. What it does not answer is owed still, to the next link. */
  async settle(link: Link | null): Promise<void> {
    const { clock, settings, takeId } = this.#deps;
    if (!link) return;
    const limit = settings().health.probeTimeout;
    for (const [subject, request] of [...this.#owed]) {
      const fate = await exchangeWithin(clock, limit, link, { ...request, id: takeId() });
      if (fate.kind !== 'answered') return;
      if (this.#owed.get(subject) === request) this.#owed.delete(subject);
    }
  }
}
