// A client of the gateway on raw HTTP: it sees what is on the wire, and does nothing by itself.
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { onTestFinished } from 'vitest';
import { isObject, type JsonObject } from '../../../src/core/rpc.ts';

export interface SseEvent {
  readonly id: string | null;
  readonly retry: number | null;
  /** Null for an event without data. */
  readonly message: JsonObject | null;
}

const parseEvent = (block: string): SseEvent | null => {
  const fields = new Map<string, string>();
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  if (fields.size === 0) return null;
  const data = fields.get('data') ?? '';
  const message: unknown = data === '' ? null : JSON.parse(data);
  const retry = fields.get('retry');
  return {
    id: fields.get('id') ?? null,
    retry: retry === undefined ? null : Number(retry),
    message: isObject(message) ? message : null,
  };
};

/** An answer as it comes in. */
export class Answer {
  readonly response: IncomingMessage;
  readonly chunks: string[] = [];
  text = '';
  ended: 'no' | 'whole' | 'cut' = 'no';
  readonly #waiting = new Set<() => void>();

  constructor(response: IncomingMessage, isRead: boolean) {
    this.response = response;
    const ended = (how: 'whole' | 'cut') => () => {
      if (this.ended === 'no') this.ended = how;
      this.#look();
    };
    response.on('end', ended('whole'));
    response.on('error', ended('cut'));
    response.on('close', ended('cut'));
    if (isRead) this.read();
  }

  read(): void {
    this.response.setEncoding('utf8');
    this.response.on('data', (chunk: string) => {
      this.chunks.push(chunk);
      this.text += chunk;
      this.#look();
    });
  }

  get status(): number {
    return this.response.statusCode ?? 0;
  }

  get type(): string {
    return String(this.response.headers['content-type']);
  }

  get sessionId(): string {
    return String(this.response.headers['mcp-session-id']);
  }

  get events(): readonly SseEvent[] {
    const blocks = this.text.split('\n\n').slice(0, -1);
    return blocks.map(parseEvent).filter((event) => event !== null);
  }

  /** Whether they came as events or as plain JSON. */
  get messages(): readonly JsonObject[] {
    if (this.type === 'application/json' && this.ended === 'whole') return [this.json];
    return this.events.map(({ message }) => message).filter((message) => message !== null);
  }

  get methods(): readonly unknown[] {
    return this.messages.map((message) => message['method']);
  }

  get json(): JsonObject {
    const value: unknown = JSON.parse(this.text);
    return isObject(value) ? value : {};
  }

  get lastId(): string {
    return this.events.findLast(({ id }) => id !== null)?.id ?? '';
  }

  until(wanted: (answer: this) => boolean): Promise<this> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (wanted(this)) resolve(this);
        else if (this.ended !== 'no')
          reject(new Error(`It ended (${this.ended}) with: ${this.text}`));
        else return;
        this.#waiting.delete(look);
      };
      this.#waiting.add(look);
      look();
    });
  }

  whole(): Promise<this> {
    return this.until(({ ended }) => ended === 'whole');
  }

  over(): Promise<this> {
    return this.until(({ ended }) => ended !== 'no');
  }

  /** The client's socket dies. */
  cut(): Promise<this> {
    this.response.destroy();
    return this.over();
  }

  #look(): void {
    for (const look of this.#waiting) look();
  }
}

export interface Asking {
  readonly headers?: Readonly<Record<string, string>>;
  readonly accept?: string;
  readonly cursor?: string;
  /** False: nothing is read of the answer until the test says so. */
  readonly isRead?: boolean;
}

const both = 'application/json, text/event-stream';

export class HttpClient {
  readonly #url: string;
  readonly #token: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: Infinity });
  sessionId: string | null = null;
  protocolVersion: string | null = null;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
    onTestFinished(() => this.#agent.destroy());
  }

  /** The same client, at another place, with what it remembers. */
  at(url: string): HttpClient {
    const moved = new HttpClient(url, this.#token);
    moved.sessionId = this.sessionId;
    moved.protocolVersion = this.protocolVersion;
    return moved;
  }

  /** Says hello, and remembers its session. */
  async hello(name = 'a client', version = '2025-11-25', more: Asking = {}): Promise<Answer> {
    const params = {
      protocolVersion: version,
      capabilities: { sampling: {} },
      clientInfo: { name, version: '1' },
    };
    const answer = await (await this.request(0, 'initialize', params, more)).whole();
    this.sessionId = answer.sessionId;
    this.protocolVersion = version;
    return answer;
  }

  request(id: string | number, method: string, params: JsonObject = {}, more: Asking = {}) {
    return this.post({ jsonrpc: '2.0', id, method, params }, more);
  }

  call(id: string | number, tool = 'write', more: Asking = {}): Promise<Answer> {
    return this.request(id, 'tools/call', { name: tool, arguments: {} }, more);
  }

  notify(method: string, params: JsonObject = {}): Promise<Answer> {
    return this.post({ jsonrpc: '2.0', method, params });
  }

  post(message: JsonObject, more: Asking = {}): Promise<Answer> {
    return this.send('POST', JSON.stringify(message), more);
  }

  get(more: Asking = {}): Promise<Answer> {
    return this.send('GET', null, { accept: 'text/event-stream', ...more });
  }

  /** All its sockets die. */
  hangUp(): void {
    this.#agent.destroy();
  }

  /** All its sockets die without a word, as in a crash. */
  reset(): void {
    for (const socket of Object.values(this.#agent.sockets).flat()) socket?.resetAndDestroy();
  }

  delete(): Promise<Answer> {
    return this.send('DELETE', null);
  }

  send(method: string, body: string | null, more: Asking = {}): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const headers = {
      authorization: `Bearer ${this.#token}`,
      accept: more.accept ?? both,
      ...(body === null ? {} : { 'content-type': 'application/json' }),
      ...(this.sessionId === null ? {} : { 'mcp-session-id': this.sessionId }),
      ...(this.protocolVersion === null ? {} : { 'mcp-protocol-version': this.protocolVersion }),
      ...(more.cursor === undefined ? {} : { 'last-event-id': more.cursor }),
      ...more.headers,
    };
    const request = httpRequest(this.#url, { method, headers, agent: this.#agent });
    request.on('response', (response) => resolve(new Answer(response, more.isRead ?? true)));
    request.on('error', reject);
    request.end(body ?? undefined);
    return promise;
  }
}
