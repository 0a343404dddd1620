// The questions of a server that several clients share: who is asked, and that somebody answers. The client whose call made the
// server ask comes first; a question that nobody can take is answered with an error in words.
// Not here: everything else that the server says (sharedConnection.ts).
import {
  errorOf,
  type RpcId,
  type RpcNotification,
  type RpcRequest,
  type RpcResponse,
} from '../core/rpc.ts';
import type { Owner } from './sharedIds.ts';
import type { SharedMember } from './sharedMember.ts';
import type { Running } from './sharedRunning.ts';

export interface SharedQuestionsDeps {
  readonly answer: (response: RpcResponse) => void;
  /** Requests on their way, oldest first. */
  readonly running: () => Iterable<Running>;
  readonly members: () => ReadonlyMap<string, SharedMember>;
}

/** JSON-RPC 2.0 section 5.1: method not found. */
const nobodyCan = -32601;

/** What a client must have declared to be asked; null: any may be. */
const needed: Readonly<Record<string, string>> = {
  'roots/list': 'roots',
  'sampling/createMessage': 'sampling',
  'elicitation/create': 'elicitation',
};

/** Who is asked, and on behalf of which of its requests, as far as that is known. */
interface Asked {
  readonly member: SharedMember;
  readonly cause: RpcId | null;
}

export class SharedQuestions {
  readonly #deps: SharedQuestionsDeps;
  /** By the id of the question: the client that has it, there or not. The connection bounds how many are open. */
  readonly #open = new Map<RpcId, string>();

  constructor(deps: SharedQuestionsDeps) {
    this.#deps = deps;
  }

  asked(question: RpcRequest, about: Owner | null): void {
    const { id, method } = question;
    const asked = this.#whom(method, about);
    if (!asked) {
      const message = `no program that uses this server now can answer ${method}`;
      return this.#deps.answer(errorOf(id, { code: nobodyCan, message }));
    }
    // Before it is asked: it may answer at once.
    this.#open.set(id, asked.member.client);
    asked.member.tell(question, asked.cause);
  }

  answered({ client }: SharedMember, response: RpcResponse): void {
    if (response.id === null) return;
    const asked = this.#open.get(response.id);
    // Another client's question is none of its business; one of an earlier life the connection knows.
    if (asked !== undefined && asked !== client) return;
    this.#open.delete(response.id);
    this.#deps.answer(response);
  }

  /** The server wants no answer any more. False: the message says nothing of the kind. */
  withdrawn(message: RpcNotification): boolean {
    if (message.method !== 'notifications/cancelled') return false;
    const id = message.params?.['requestId'];
    if (typeof id !== 'string' && typeof id !== 'number') return true;
    const client = this.#open.get(id);
    this.#open.delete(id);
    if (client !== undefined) this.#deps.members().get(client)?.tell(message);
    return true;
  }

  /** Who left for good cannot answer. */
  left(client: string): void {
    for (const [id, asked] of [...this.#open]) {
      if (asked !== client) continue;
      this.#open.delete(id);
      const message = 'the client that was asked has left';
      this.#deps.answer(errorOf(id, { code: nobodyCan, message }));
    }
  }

  #whom(method: string, about: Owner | null): Asked | null {
    const members = this.#deps.members();
    const capability = needed[method] ?? null;
    const able = (member: SharedMember | undefined): member is SharedMember =>
      member !== undefined && (capability === null || member.can(capability));
    const caller = about ? members.get(about.client) : undefined;
    if (about && able(caller)) return { member: caller, cause: about.id };
    // A program on stdio does not say on whose behalf it asks: most likely for the call that has run longest.
    for (const running of this.#deps.running()) {
      const member = members.get(running.client);
      const isCall = running.method === 'tools/call';
      if (isCall && able(member)) return { member, cause: about ? null : running.id };
    }
    const any = [...members.values()].find(able);
    return any ? { member: any, cause: null } : null;
  }
}
