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

export interface SharedQuestionsDeps {
  readonly answer: (response: RpcResponse) => void;
  /** Requests on their way, oldest first. */
  readonly running: () => readonly { readonly member: SharedMember; readonly method: string }[];
  readonly members: () => readonly SharedMember[];
}

/** JSON-RPC 2.0 section 5.1: method not found. */
const nobodyCan = -32601;

/** What a client must have declared to be asked; null: any may be. */
const needed: Readonly<Record<string, string>> = {
  'roots/list': 'roots',
  'sampling/createMessage': 'sampling',
  'elicitation/create': 'elicitation',
};

export class SharedQuestions {
  readonly #deps: SharedQuestionsDeps;
  /** By the id of the question. */
  readonly #asked = new Map<RpcId, SharedMember>();

  constructor(deps: SharedQuestionsDeps) {
    this.#deps = deps;
  }

  asked(question: RpcRequest, about: Owner | null): void {
    const member = this.#whom(question.method, about);
    if (!member) return this.#refuse(question.id, question.method);
    this.#asked.set(question.id, member);
    member.tell(question, about?.client === member.client ? about.id : null);
  }

  answered(member: SharedMember, response: RpcResponse): void {
    if (response.id === null) return;
    const asked = this.#asked.get(response.id);
    // Another client's question is none of its business; one of an earlier life the connection knows.
    if (asked && asked !== member) return;
    this.#asked.delete(response.id);
    this.#deps.answer(response);
  }

  /** The server wants no answer any more. */
  withdrawn(message: RpcNotification): boolean {
    if (message.method !== 'notifications/cancelled') return false;
    const id = message.params?.['requestId'];
    if (typeof id !== 'string' && typeof id !== 'number') return false;
    const member = this.#asked.get(id);
    this.#asked.delete(id);
    member?.tell(message);
    return true;
  }

  /** Who left cannot answer. */
  left(member: SharedMember): void {
    for (const [id, asked] of this.#asked) {
      if (asked !== member) continue;
      this.#asked.delete(id);
      const message = 'the client that was asked has left';
      this.#deps.answer(errorOf(id, { code: nobodyCan, message }));
    }
  }

  #whom(method: string, about: Owner | null): SharedMember | undefined {
    const capability = needed[method] ?? null;
    const able = (member: SharedMember): boolean => capability === null || member.can(capability);
    const members = this.#deps.members();
    const caller = members.find(({ client }) => client === about?.client);
    if (caller && able(caller)) return caller;
    // A program on stdio does not say on whose behalf it asks: most likely for the call that has run longest.
    const calls = this.#deps.running().filter((running) => running.method === 'tools/call');
    return calls.find(({ member }) => able(member))?.member ?? members.find(able);
  }

  #refuse(id: RpcId, method: string): void {
    const message = `no program that uses this server now can answer ${method}`;
    this.#deps.answer(errorOf(id, { code: nobodyCan, message }));
  }
}
