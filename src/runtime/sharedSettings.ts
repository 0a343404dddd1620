// What a session has once for all clients of a shared connection: its log level, and what it is subscribed to. It is set so that
// each of them gets what it asked for; what was more than that it does not hear.
// Not here: where it is kept over a reload (sessionMemory.ts).
import type { JsonObject, RpcRequest } from '../core/rpc.ts';
import { isLevel, mostTalkative, type SharedMember } from './sharedMember.ts';
import { uriOf } from './sharedRunning.ts';

export interface SharedSettingsDeps {
  readonly members: () => Iterable<SharedMember>;
  /** Whether the session is subscribed to that, by the server's word, or will be when it is made. */
  readonly isSubscribed: (uri: string) => boolean;
  /** Asks the server on nobody's behalf. */
  readonly ask: (method: string, params: JsonObject) => void;
}

/** What has to be said upstream for what a client asked. */
export type Settled =
  | { readonly kind: 'ask'; readonly request: RpcRequest }
  /** It is so already. */
  | { readonly kind: 'done' }
  | { readonly kind: 'too-many' };

/** The memory of a session restores no more than that. */
const mostSubscriptions = 1000;

const done: Settled = { kind: 'done' };

export class SharedSettings {
  readonly #deps: SharedSettingsDeps;

  constructor(deps: SharedSettingsDeps) {
    this.#deps = deps;
  }

  settle(member: SharedMember, request: RpcRequest): Settled {
    const uri = uriOf(request);
    const asked: Settled = { kind: 'ask', request };
    switch (request.method) {
      case 'logging/setLevel':
        return { kind: 'ask', request: this.#levelled(member, request) };
      case 'resources/subscribe':
        return uri === null ? asked : this.#subscribe(member, uri, request);
      case 'resources/unsubscribe':
        if (uri !== null) this.#drop(member, uri);
        return uri !== null && this.#isWanted(uri) ? done : asked;
      default:
        return asked;
    }
  }

  /** The server does not grant that. */
  refused(member: SharedMember, uri: string): void {
    this.#drop(member, uri);
  }

  /** A client is back: what it is subscribed to may have been forgotten with a session. */
  renew({ uris }: SharedMember): void {
    const { isSubscribed, ask } = this.#deps;
    for (const uri of uris) if (!isSubscribed(uri)) ask('resources/subscribe', { uri });
  }

  /** A client is gone for good; `member` is none of them any more. */
  left(member: SharedMember): void {
    const { members, ask } = this.#deps;
    for (const uri of member.uris) if (!this.#isWanted(uri)) ask('resources/unsubscribe', { uri });
    const before = mostTalkative([...members(), member]);
    const level = mostTalkative(members());
    if (level !== null && level !== before) ask('logging/setLevel', { level });
  }

  /** What the server does not know goes to it as it is, which will say so. */
  #levelled(member: SharedMember, request: RpcRequest): RpcRequest {
    const level = request.params?.['level'];
    if (!isLevel(level)) return request;
    member.level = level;
    member.note(request);
    const params = { ...request.params, level: mostTalkative(this.#deps.members()) ?? level };
    return { ...request, params };
  }

  #subscribe(member: SharedMember, uri: string, request: RpcRequest): Settled {
    if (!member.uris.has(uri) && member.uris.size >= mostSubscriptions) return { kind: 'too-many' };
    // Only what the server has granted needs no asking: it may refuse.
    const known = this.#isWanted(uri) && this.#deps.isSubscribed(uri);
    member.uris.add(uri);
    member.note(request);
    return known ? done : { kind: 'ask', request };
  }

  #drop(member: SharedMember, uri: string): void {
    member.uris.delete(uri);
    const params = { uri };
    member.note({ jsonrpc: '2.0', id: 0, method: 'resources/unsubscribe', params });
  }

  #isWanted(uri: string): boolean {
    for (const { uris } of this.#deps.members()) if (uris.has(uri)) return true;
    return false;
  }
}
