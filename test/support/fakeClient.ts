// A program at the client end of a connection: says hello, calls, and keeps what it was told.
import {
  isNotification,
  isRequest,
  isResponse,
  type JsonObject,
  type RpcId,
  type RpcMessage,
  type RpcResponse,
} from '../../src/core/rpc.ts';
import type { ClientEnd } from '../../src/runtime/clientEnd.ts';

export class FakeClient {
  readonly heard: RpcMessage[] = [];
  isClosed = false;
  readonly #end: ClientEnd;
  #nextId = 0;

  constructor(end: ClientEnd) {
    this.#end = end;
    end.onMessage((message) => this.heard.push(message));
    end.onClose(() => {
      this.isClosed = true;
    });
  }

  hello(name = 'client'): void {
    this.request('initialize', { clientInfo: { name } }, 'hello');
    this.notify('notifications/initialized');
  }

  request(method: string, params: JsonObject = {}, id: RpcId = this.#nextId++): RpcId {
    this.#end.send({ jsonrpc: '2.0', id, method, params });
    return id;
  }

  call(tool = 'tool', more: JsonObject = {}): RpcId {
    return this.request('tools/call', { name: tool, ...more });
  }

  notify(method: string, params: JsonObject = {}): void {
    this.#end.send({ jsonrpc: '2.0', method, params });
  }

  cancel(requestId: RpcId): void {
    this.notify('notifications/cancelled', { requestId });
  }

  reply(response: RpcResponse): void {
    this.#end.send(response);
  }

  answersTo(id: RpcId): RpcResponse[] {
    return this.heard.filter(isResponse).filter((response) => response.id === id);
  }

  /** How the call ended: `result`, `error`, what our own answer says happened, or `none` yet. */
  outcome(id: RpcId): string {
    const answers = this.answersTo(id);
    if (answers.length > 1) return `answered ${answers.length} times`;
    const [answer] = answers;
    if (!answer) return 'none';
    const text = JSON.stringify(answer);
    const ours = /"outcome":"([\w-]+)"/.exec(text)?.[1];
    return ours ?? ('error' in answer ? 'error' : 'result');
  }

  get questions(): { readonly id: RpcId; readonly method: string }[] {
    return this.heard.filter(isRequest).map(({ id, method }) => ({ id, method }));
  }

  get notices(): string[] {
    return this.heard
      .filter(isNotification)
      .map(({ method }) => method.replace('notifications/', ''));
  }
}
