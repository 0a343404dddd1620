// A client at the bridge's standard input: its lines become messages for the connection, and what comes back becomes lines.
// Whatever is wrong with a line is answered in words; nothing that a client sends ends the bridge.
// Not here: the connection to the gateway (bridge.ts), cutting input into lines.
import { type Disposable, Store } from '../base/disposable.ts';
import { Source } from '../base/signal.ts';
import {
  asMessage,
  errorOf,
  isNotification,
  isObject,
  isRequest,
  isResponse,
  resultOf,
  type RpcId,
  type RpcMessage,
  type RpcRequest,
} from '../core/rpc.ts';
import type { ClientEnd } from '../runtime/clientEnd.ts';

export interface BridgeSessionDeps {
  readonly end: ClientEnd;
  /** Says it to the client; false where the client has too much to read already, and it is no `must`. */
  readonly say: (message: RpcMessage, must: boolean) => boolean;
  readonly note: (text: string) => void;
}

// JSON-RPC 2.0 section 5.1, and the range for servers.
const parseError = -32700;
const invalidRequest = -32600;
const methodNotFound = -32601;
const overloaded = -32000;

const mostOpen = 1000;
const longestBatch = 1000;

const idPattern = String.raw`(-?\d{1,16}|"(?:[^"\\]|\\.){0,200}")`;
// Clients write the id as one of the first or as the last key; elsewhere it may be somebody else's.
const idAtHead = new RegExp(
  String.raw`^\s*\{\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"id"\s*:\s*${idPattern}\s*,`,
);
const idAtTail = new RegExp(String.raw`,\s*"id"\s*:\s*${idPattern}\s*\}\s*$`);

/** The id of a message of which only the two ends were kept; null where they do not tell. */
export const idOfEnds = (head: string, tail: string): RpcId | null => {
  const text = idAtHead.exec(head)?.[1] ?? idAtTail.exec(tail)?.[1];
  const id: unknown = text === undefined ? null : JSON.parse(text);
  return typeof id === 'string' || typeof id === 'number' ? id : null;
};

const idOf = (value: unknown): RpcId | null => {
  const id = isObject(value) ? value['id'] : null;
  return typeof id === 'string' || typeof id === 'number' ? id : null;
};

export class BridgeSession implements Disposable {
  readonly #deps: BridgeSessionDeps;
  readonly #store = new Store();
  readonly #ids = new Set<RpcId>();
  readonly #open = this.#store.add(new Source(0));

  constructor(deps: BridgeSessionDeps) {
    this.#deps = deps;
    this.#store.add(deps.end.onMessage((message) => this.#toClient(message)));
  }

  /** Requests of the client that have no answer yet. */
  get open(): Source<number> {
    return this.#open;
  }

  /** One line of the client. */
  line(text: string): void {
    if (text.trim() === '') return;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      // What was meant by it, and who asked, cannot be known.
      this.#refuse(null, parseError, 'This line is not JSON.');
      return;
    }
    if (!Array.isArray(value)) return this.#take(value);
    // Only revision 2025-03-26 has batches; each message is answered for itself.
    const batch: readonly unknown[] = value;
    if (batch.length === 0 || batch.length > longestBatch)
      return this.#refuse(
        null,
        invalidRequest,
        `A batch must hold 1 to ${longestBatch} messages; send them one by one.`,
      );
    for (const one of batch) this.#take(one);
  }

  /** A line longer than the limit, of which only the two ends are known. */
  tooLong(ends: { readonly head: string; readonly tail: string }, limit: number): void {
    const mebibytes = Math.floor(limit / 2 ** 20);
    this.#refuse(
      idOfEnds(ends.head, ends.tail),
      invalidRequest,
      `The message is larger than ${mebibytes} MiB and was not read.`,
    );
  }

  dispose(): void {
    this.#store.dispose();
  }

  #take(value: unknown): void {
    const message = asMessage(value);
    if (message === undefined)
      return this.#refuse(idOf(value), invalidRequest, 'This is not a JSON-RPC 2.0 message.');
    if (isRequest(message)) return this.#request(message);
    const requestId = isNotification(message) ? message.params?.['requestId'] : undefined;
    const isCancel = isNotification(message) && message.method === 'notifications/cancelled';
    // The answer of a cancelled request is not sent any more.
    if (isCancel && (typeof requestId === 'string' || typeof requestId === 'number'))
      this.#close(requestId);
    this.#deps.end.send(message);
  }

  #request(request: RpcRequest): void {
    const { id, method } = request;
    // The bridge is what the client asks after; that it waits for the gateway must not make it look dead.
    if (method === 'ping') return void this.#deps.say(resultOf(id, {}), true);
    // The revision without sessions asks so first, and takes any error for "use initialize" (2026-07-28, stdio).
    if (method === 'server/discover')
      return this.#refuse(id, methodNotFound, 'Method not found: use initialize.');
    // The first of the two is answered; to run it again would do it twice.
    if (this.#ids.has(id))
      return this.#deps.note('The client used the id of a request again that runs; left out.');
    if (this.#ids.size >= mostOpen)
      return this.#refuse(id, overloaded, `More than ${mostOpen} requests at once; try later.`);
    this.#ids.add(id);
    this.#open.set(this.#ids.size);
    this.#deps.end.send(request);
  }

  #toClient(message: RpcMessage): void {
    const { say, end, note } = this.#deps;
    const isSaid = say(message, false);
    const words = 'The client does not read what it is sent.';
    if (!isSaid) note(words);
    if (isResponse(message)) {
      if (!isSaid) this.#refuse(message.id, overloaded, `${words} The answer was left out.`);
      if (message.id !== null) this.#close(message.id);
    } else if (!isSaid && isRequest(message))
      end.send(errorOf(message.id, { code: overloaded, message: words }));
  }

  #refuse(id: RpcId | null, code: number, message: string): void {
    // Small, and at most one for each request: a client that waits for an answer gets one.
    this.#deps.say(errorOf(id, { code, message }), true);
  }

  #close(id: RpcId): void {
    this.#ids.delete(id);
    this.#open.set(this.#ids.size);
  }
}
