// One client of a connection that several share: what it said of itself, what it asked for, and where its messages go.
// Not here: who gets what (sharedConnection.ts).
import { type Disposable, Store } from '../base/disposable.ts';
import { Emitter, Source } from '../base/signal.ts';
import { isObject, type JsonObject, type RpcId, type RpcMessage } from '../core/rpc.ts';

interface ForClient {
  readonly message: RpcMessage;
  readonly cause: RpcId | null;
}

/** RFC 5424, from the most to the least talkative. */
const levels = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];

export class SharedMember implements Disposable {
  readonly #store = new Store();
  readonly messages = this.#store.add(new Emitter<ForClient>());
  readonly closed = this.#store.add(new Emitter<undefined>());
  /** Its requests that wait for an answer. */
  readonly load = this.#store.add(new Source({ held: 0, running: 0 }));
  readonly client: string;
  readonly uris = new Set<string>();
  hello: JsonObject | null = null;
  level: string | null = null;

  constructor(client: string) {
    this.client = client;
  }

  get isGone(): boolean {
    return this.#store.isDisposed;
  }

  tell(message: RpcMessage, cause: RpcId | null = null): void {
    this.messages.emit({ message, cause });
  }

  began(): void {
    this.load.set({ held: 0, running: this.load.value.running + 1 });
  }

  ended(): void {
    this.load.set({ held: 0, running: Math.max(0, this.load.value.running - 1) });
  }

  /** Whether it said that it can do such a thing. */
  can(capability: string): boolean {
    const capabilities = this.hello?.['capabilities'];
    return isObject(capabilities) && isObject(capabilities[capability]);
  }

  /** Whether it wants to read log lines of this level; one that never said gets all. */
  wantsLevel(level: unknown): boolean {
    if (this.level === null || typeof level !== 'string') return true;
    return levels.indexOf(level) >= levels.indexOf(this.level);
  }

  dispose(): void {
    this.#store.dispose();
  }
}

/** The level that satisfies all of them; null where nobody asked for one. */
export const mostTalkative = (members: Iterable<SharedMember>): string | null => {
  const asked = [...members].flatMap(({ level }) => (level === null ? [] : [level]));
  return asked.toSorted((one, other) => levels.indexOf(one) - levels.indexOf(other))[0] ?? null;
};
