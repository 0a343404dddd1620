// One client of a connection that several share: what it said of itself, what it asked for, and where its messages go.
// Not here: who gets what (sharedConnection.ts).
import { type Disposable, Store } from '../base/disposable.ts';
import { Emitter, type Signal } from '../base/signal.ts';
import {
  isObject,
  type JsonObject,
  type RpcId,
  type RpcMessage,
  type RpcNotification,
  type RpcRequest,
} from '../core/rpc.ts';
import type { ClientWatch } from './watch.ts';

interface ForClient {
  readonly message: RpcMessage;
  readonly cause: RpcId | null;
}

/** What a client set, kept over a reload. */
export interface Wishes {
  readonly level: string | null;
  readonly uris: readonly string[];
  /** Notes a setting of it as made. */
  readonly note: (request: RpcRequest) => void;
}

/** For a client that says everything anew. */
export const noWishes: Wishes = { level: null, uris: [], note: () => undefined };

export type MemberLoad = ClientWatch['calls']['value'];

/** RFC 5424, from the most to the least talkative. */
const levels = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];

export const isLevel = (level: unknown): level is string =>
  typeof level === 'string' && levels.includes(level);

export class SharedMember implements Disposable {
  readonly #store = new Store();
  readonly #loadChanged = this.#store.add(new Emitter<MemberLoad>());
  readonly messages = this.#store.add(new Emitter<ForClient>());
  readonly closed = this.#store.add(new Emitter<undefined>());
  /** Its requests that wait for an answer. Counted when it is read. */
  readonly load: Signal<MemberLoad>;
  readonly client: string;
  readonly note: Wishes['note'];
  readonly uris: Set<string>;
  hello: JsonObject | null = null;
  level: string | null;

  constructor(client: string, { level, uris, note }: Wishes, readLoad: () => MemberLoad) {
    this.client = client;
    this.level = level;
    this.uris = new Set(uris);
    this.note = note;
    this.load = {
      get value() {
        return readLoad();
      },
      onChange: (listener) => this.#loadChanged.on(listener),
    };
  }

  get isGone(): boolean {
    return this.#store.isDisposed;
  }

  tell(message: RpcMessage, cause: RpcId | null = null): void {
    this.messages.emit({ message, cause });
  }

  loadChanged(): void {
    this.#loadChanged.emit(this.load.value);
  }

  /** Whether it said that it can do such a thing. */
  can(capability: string): boolean {
    const capabilities = this.hello?.['capabilities'];
    return isObject(capabilities) && isObject(capabilities[capability]);
  }

  /** Whether it asked for that, or is told it unasked. */
  wants({ method, params }: RpcNotification): boolean {
    const uri = params?.['uri'];
    switch (method) {
      case 'notifications/message':
        return this.#wantsLevel(params?.['level']);
      case 'notifications/resources/updated':
        return typeof uri === 'string' && this.uris.has(uri);
      default:
        return true;
    }
  }

  dispose(): void {
    this.#store.dispose();
  }

  /** One that never said which log lines it wants gets all. */
  #wantsLevel(level: unknown): boolean {
    if (this.level === null || !isLevel(level)) return true;
    return levels.indexOf(level) >= levels.indexOf(this.level);
  }
}

/** The level that satisfies all of them; null where nobody asked for one. */
export const mostTalkative = (members: Iterable<SharedMember>): string | null => {
  const asked = [...members].flatMap(({ level }) => (level === null ? [] : [level]));
  return asked.toSorted((one, other) => levels.indexOf(one) - levels.indexOf(other))[0] ?? null;
};
