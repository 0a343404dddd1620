// A client of the gateway made of bare HTTP requests: nothing is repeated, resumed or hidden, so that a test sees each byte
// and decides about each step. Every request has a connection of its own, which ends with it.
import { type IncomingHttpHeaders, type IncomingMessage, request as httpRequest } from 'node:http';
import { isObject } from '../../src/core/rpc.ts';
import type { WayIn } from './gatewayProcess.ts';

export interface RawEvent {
  readonly id: string | null;
  readonly type: string | null;
  readonly retry: number | null;
  readonly data: string;
}

export type Json = Readonly<Record<string, unknown>>;

/** Splits a stream of events into whole ones; what has not ended yet is kept. */
class EventParser {
  readonly events: RawEvent[] = [];
  comments = 0;
  #rest = '';

  take(text: string): void {
    const blocks = (this.#rest + text).split('\n\n');
    this.#rest = blocks.pop() ?? '';
    for (const block of blocks) this.#block(block);
  }

  #block(block: string): void {
    const lines = block.split('\n');
    this.comments += lines.filter((line) => line.startsWith(':')).length;
    const fields = lines.filter((line) => line !== '' && !line.startsWith(':'));
    if (fields.length === 0) return;
    const field = (name: string): string | null =>
      fields
        .find((line) => line.startsWith(`${name}:`))
        ?.slice(name.length + 1)
        .replace(/^ /, '') ?? null;
    const retry = field('retry');
    this.events.push({
      id: field('id'),
      type: field('event'),
      retry: retry === null ? null : Number(retry),
      data: field('data') ?? '',
    });
  }
}

/** An answer under way. */
export class RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The body so far. */
  text = '';
  isOver = false;
  readonly #message: IncomingMessage;
  readonly #parser = new EventParser();
  readonly #waiting = new Set<() => void>();

  constructor(message: IncomingMessage) {
    this.#message = message;
    this.status = message.statusCode ?? 0;
    this.headers = message.headers;
    const isStream = message.headers['content-type']?.includes('text/event-stream') === true;
    message.setEncoding('utf8');
    message.on('data', (part: string) => {
      if (isStream) this.#parser.take(part);
      else this.text += part;
      this.#look();
    });
    message.on('error', () => undefined);
    message.once('close', () => {
      this.isOver = true;
      this.#look();
    });
  }

  get events(): readonly RawEvent[] {
    return this.#parser.events;
  }

  get comments(): number {
    return this.#parser.comments;
  }

  /** The JSON-RPC messages that came, in a stream or as the body. */
  get messages(): readonly Json[] {
    const texts = this.events.map(({ data }) => data).filter((data) => data !== '');
    return [...texts, ...(this.text === '' ? [] : [this.text])].flatMap((text) => {
      const parsed: unknown = JSON.parse(text);
      return isObject(parsed) ? [parsed] : [];
    });
  }

  answerTo(id: string | number): Json | undefined {
    return this.messages.find((message) => message['id'] === id && !('method' in message));
  }

  /** Resolves when the condition holds; rejects when the answer ended and it never will. */
  async until(condition: () => boolean, what: string): Promise<void> {
    while (!condition()) {
      if (this.isOver)
        throw new Error(`The answer (${this.status}) ended without ${what}: ${this.#said()}`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** Waits for the answer to a request. */
  async response(id: string | number): Promise<Json> {
    await this.until(() => this.answerTo(id) !== undefined, `a response to ${id}`);
    return this.answerTo(id) ?? {};
  }

  async end(): Promise<void> {
    while (!this.isOver) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  /** Breaks it, as a lost network does. */
  drop(): void {
    this.#message.destroy();
  }

  #said(): string {
    return this.text === '' ? JSON.stringify(this.events) : this.text;
  }

  #look(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }
}

export interface RawOptions {
  readonly session?: string | undefined;
  readonly protocolVersion?: string | null;
  readonly lastEventId?: string;
  readonly accept?: string;
  readonly token?: string | null;
  /** Which of our own entries the client says it uses. */
  readonly entry?: string;
}

/** The text of a tool result. */
export const textOf = (response: Json): string => {
  const { result } = response;
  const content: unknown = isObject(result) ? result['content'] : undefined;
  const first: unknown = Array.isArray(content) ? content[0] : undefined;
  return isObject(first) ? String(first['text']) : JSON.stringify(response);
};

const headersOf = (way: WayIn, options: RawOptions): Record<string, string> => {
  const { session, protocolVersion = '2025-11-25', lastEventId, token, entry } = options;
  const headers: Record<string, string> = {};
  if (token !== null) headers['authorization'] = `Bearer ${token ?? way.token}`;
  if (session !== undefined) headers['mcp-session-id'] = session;
  if (protocolVersion !== null) headers['mcp-protocol-version'] = protocolVersion;
  if (lastEventId !== undefined) headers['last-event-id'] = lastEventId;
  if (entry !== undefined) headers['mcp-lifeline-client'] = entry;
  return headers;
};

/** Resolves with the headers of the answer. */
const send = (
  way: WayIn,
  server: string,
  method: string,
  body: string | null,
  options: RawOptions,
): Promise<RawAnswer> =>
  new Promise((resolve, reject) => {
    const { accept = 'application/json, text/event-stream' } = options;
    const headers = {
      ...headersOf(way, options),
      accept,
      ...(body === null ? {} : { 'content-type': 'application/json' }),
    };
    const request = httpRequest(way.url(server), { method, headers, agent: false });
    request.once('response', (message) => resolve(new RawAnswer(message)));
    request.once('error', reject);
    request.end(body ?? undefined);
  });

/** A session of a client at one server of the gateway. */
export class RawClient {
  readonly #way: WayIn;
  readonly #server: string;
  readonly #defaults: RawOptions;
  /** Shared with those that were made of this one, so that one `close` ends them all. */
  readonly #answers: RawAnswer[];

  constructor(way: WayIn, server: string, defaults: RawOptions = {}, answers: RawAnswer[] = []) {
    this.#way = way;
    this.#server = server;
    this.#defaults = defaults;
    this.#answers = answers;
  }

  /** The same client with a session, or with other habits. */
  as(options: RawOptions): RawClient {
    const defaults = { ...this.#defaults, ...options };
    return new RawClient(this.#way, this.#server, defaults, this.#answers);
  }

  get session(): string | undefined {
    return this.#defaults.session;
  }

  post(message: Json, options: RawOptions = {}): Promise<RawAnswer> {
    return this.#send('POST', JSON.stringify({ jsonrpc: '2.0', ...message }), options);
  }

  get(options: RawOptions = {}): Promise<RawAnswer> {
    return this.#send('GET', null, { accept: 'text/event-stream', ...options });
  }

  delete(options: RawOptions = {}): Promise<RawAnswer> {
    return this.#send('DELETE', null, options);
  }

  call(id: string | number, name: string, args: Json = {}, meta?: Json): Promise<RawAnswer> {
    const params = { name, arguments: args, ...(meta === undefined ? {} : { _meta: meta }) };
    return this.post({ id, method: 'tools/call', params });
  }

  /** The text that a tool says. */
  async say(id: string | number, name: string, args: Json = {}): Promise<string> {
    return textOf(await (await this.call(id, name, args)).response(id));
  }

  /** Says hello and returns the client with its session, and what it was told. */
  async hello(
    protocolVersion = '2025-11-25',
    capabilities: Json = {},
  ): Promise<{ readonly client: RawClient; readonly welcome: Json; readonly answer: RawAnswer }> {
    const clientInfo = { name: 'raw', version: '1.0.0' };
    const params = { protocolVersion, capabilities, clientInfo };
    const answer = await this.post({ id: 'hello', method: 'initialize', params });
    const response = await answer.response('hello');
    const session = answer.headers['mcp-session-id'];
    const client = this.as({ session: typeof session === 'string' ? session : undefined });
    await (await client.post({ method: 'notifications/initialized' })).end();
    const { result } = response;
    return { client, welcome: isObject(result) ? result : {}, answer };
  }

  /** Drops every answer that is still under way. */
  close(): void {
    for (const answer of this.#answers) answer.drop();
  }

  async #send(method: string, body: string | null, options: RawOptions): Promise<RawAnswer> {
    const merged = { ...this.#defaults, ...options };
    const answer = await send(this.#way, this.#server, method, body, merged);
    this.#answers.push(answer);
    return answer;
  }
}
