// A server as an author makes it: the MCP SDK's own transport over real HTTP with our event store in it, one tool that speaks
// before it answers, and raw clients whose streams a test can cut.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { onTestFinished } from 'vitest';
import type { Events } from '../../../src/store/events/events.ts';
import { sdkEventStore } from '../../../src/store/events/sdkEvents.ts';

const version = '2025-11-25';

export class SdkSession {
  readonly id = randomUUID();
  readonly #server = new McpServer(
    { name: 'author', version: '1' },
    { capabilities: { logging: {} } },
  );
  readonly #transport: StreamableHTTPServerTransport;
  readonly #http = createServer((request, response) => {
    void this.#transport.handleRequest(request, response);
  });
  #finish: () => void = () => undefined;
  /** The tool has spoken and waits for `finish`. */
  readonly spoken: Promise<void>;
  url = '';

  constructor(events: Events) {
    this.#transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => this.id,
      eventStore: sdkEventStore(events, this.id),
      retryInterval: 10,
    });
    let speak: () => void = () => undefined;
    this.spoken = new Promise((resolve) => (speak = resolve));
    const finished = new Promise<void>((resolve) => (this.#finish = resolve));
    this.#server.registerTool('slow', { description: 'Speaks, waits, answers.' }, async (extra) => {
      const related = { relatedRequestId: extra.requestId };
      await this.#server.server.notification(
        { method: 'notifications/message', params: { level: 'info', data: 'working' } },
        related,
      );
      speak();
      await finished;
      return { content: [{ type: 'text', text: 'done' }] };
    });
  }

  async open(): Promise<void> {
    await this.#server.connect(this.#transport);
    this.#http.listen(0, '127.0.0.1');
    await once(this.#http, 'listening');
    const address = this.#http.address();
    if (address === null || typeof address === 'string') throw new Error('No port was given.');
    this.url = `http://127.0.0.1:${address.port}/mcp`;
    onTestFinished(async () => {
      await this.#server.close();
      this.#http.closeAllConnections();
      this.#http.close();
    });
  }

  /** Lets the tool answer. */
  finish(): void {
    this.#finish();
  }

  /** Says something on the standalone stream. */
  async say(data: string): Promise<void> {
    await this.#server.server.notification({
      method: 'notifications/message',
      params: { level: 'info', data },
    });
  }
}

export interface SseEvent {
  readonly id: string;
  /** Null for a priming event. */
  readonly data: string | null;
}

const parseEvents = (text: string): SseEvent[] =>
  text
    .split('\n\n')
    .slice(0, -1)
    .flatMap((block) => {
      const field = (name: string): string | undefined =>
        new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1];
      const id = field('id');
      return id === undefined ? [] : { id, data: field('data') || null };
    });

/** One response that is read as far as a test wants, and then cut. */
export class SseReading {
  readonly response: Response;
  readonly #abort: AbortController;
  #text = '';

  constructor(response: Response, abort: AbortController) {
    this.response = response;
    this.#abort = abort;
    onTestFinished(() => this.cut());
  }

  get events(): readonly SseEvent[] {
    return parseEvents(this.#text);
  }

  /** Reads on until there are so many events. */
  async until(count: number): Promise<readonly SseEvent[]> {
    const body: ReadableStream<Uint8Array> | null = this.response.body;
    const reader = body?.getReader();
    const decoder = new TextDecoder();
    while (this.events.length < count) {
      const chunk = await reader?.read();
      if (chunk === undefined || chunk.done) throw new Error(`The stream ended: ${this.#text}`);
      this.#text += decoder.decode(chunk.value, { stream: true });
    }
    reader?.releaseLock();
    return this.events;
  }

  cut(): void {
    this.#abort.abort();
  }
}

const accept = 'application/json, text/event-stream';

interface Asked {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

export class RawClient {
  readonly #session: SdkSession;

  constructor(session: SdkSession) {
    this.#session = session;
  }

  async hello(): Promise<void> {
    const params = {
      protocolVersion: version,
      capabilities: {},
      clientInfo: { name: 'raw', version: '1' },
    };
    const stream = await this.post({ id: 0, method: 'initialize', params });
    await stream.until(1);
    await this.post({ method: 'notifications/initialized' });
  }

  async post(message: object): Promise<SseReading> {
    const isHello = 'method' in message && message.method === 'initialize';
    return this.#request({
      method: 'POST',
      body: JSON.stringify({ jsonrpc: '2.0', ...message }),
      headers: { 'Content-Type': 'application/json', ...(isHello ? {} : this.#ofSession) },
    });
  }

  /** A server may hear of a cut a moment after the next request comes: until then it answers 409. */
  async get(lastEventId?: string): Promise<SseReading> {
    const cursor = lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId };
    const headers = { ...this.#ofSession, ...cursor };
    for (;;) {
      const reading = await this.#request({ method: 'GET', headers });
      if (reading.response.status !== 409) return reading;
      await reading.response.body?.cancel();
    }
  }

  get #ofSession(): Record<string, string> {
    return { 'Mcp-Session-Id': this.#session.id, 'Mcp-Protocol-Version': version };
  }

  async #request(init: Asked): Promise<SseReading> {
    const abort = new AbortController();
    const headers = { Accept: accept, ...init.headers };
    const { signal } = abort;
    const response = await fetch(this.#session.url, { ...init, headers, signal });
    return new SseReading(response, abort);
  }
}
