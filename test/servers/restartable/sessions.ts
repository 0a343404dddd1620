// The sessions of the restartable server: who is known, what each remembers, and what of it a restart keeps.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import { plantedSession } from '../../support/planted.ts';
import { type EventLog, EventShelf } from './eventLog.ts';
import type { Environment } from './environment.ts';
import { createToolbox, type House, type SessionState } from './tools.ts';

export interface Session {
  readonly id: string;
  readonly state: SessionState;
  readonly mcp: McpServer;
  readonly transport: WebStandardStreamableHTTPServerTransport;
  readonly events: EventLog | null;
  /** The client's `initialize` as it came; null for a session that was made up for a stale id. */
  readonly hello: unknown;
}

interface Kept {
  readonly state: SessionState;
  readonly hello: unknown;
}

const freshState = (): SessionState => ({
  counter: 0,
  notified: 0,
  logLevel: null,
  subscriptions: [],
  initializeCount: 0,
});

const strangersHello = {
  jsonrpc: '2.0',
  id: 'made-up',
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'stranger', version: '0' },
  },
};

export class Sessions {
  readonly #environment: Environment;
  readonly #house: House;
  readonly #live = new Map<string, Session>();
  readonly #shelf: EventShelf | null;

  constructor(environment: Environment, house: House) {
    this.#environment = environment;
    this.#house = house;
    this.#shelf = environment.events ? new EventShelf(environment.eventFile) : null;
  }

  get all(): readonly Session[] {
    return [...this.#live.values()];
  }

  get(id: string): Session | undefined {
    return this.#live.get(id);
  }

  /** A session for the `initialize` that is about to be handled. */
  async open(hello: unknown): Promise<Session> {
    const session = await this.#make(plantedSession(), freshState(), hello);
    session.state.initializeCount += 1;
    this.save();
    return session;
  }

  /** A session under an id that nobody here knows, as servers make it that get-or-create by id. */
  async makeUp(id: string): Promise<Session> {
    const session = await this.#make(id, freshState(), null);
    await this.#shakeHands(session, strangersHello);
    return session;
  }

  /** What the last run kept. */
  async restore(): Promise<void> {
    const file = this.#environment.sessionFile;
    if (file === null || !existsSync(file)) return;
    const kept = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Kept>;
    for (const [id, { state, hello }] of Object.entries(kept)) {
      const session = await this.#make(id, state, hello);
      await this.#shakeHands(session, hello ?? strangersHello);
      if (session.events !== null) this.#house.jobs.revive(id, session.events);
    }
  }

  /** Written aside and renamed, so that a kill in between leaves the old file. */
  save(): void {
    const file = this.#environment.sessionFile;
    if (file === null) return;
    const kept = Object.fromEntries(this.all.map(({ id, state, hello }) => [id, { state, hello }]));
    writeFileSync(`${file}.new`, JSON.stringify(kept));
    renameSync(`${file}.new`, file);
  }

  /** Forgets every session, as an idle limit would. */
  async expire(): Promise<void> {
    const sessions = this.all;
    this.#live.clear();
    this.save();
    for (const session of sessions) await session.transport.close();
  }

  async #make(id: string, state: SessionState, hello: unknown): Promise<Session> {
    const events = this.#shelf?.logOf(id) ?? null;
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => id,
      onsessionclosed: () => {
        this.#live.delete(id);
        this.save();
      },
      enableJsonResponse: this.#environment.jsonAnswers,
      ...(events ? { eventStore: events } : {}),
    });
    const mcp = createToolbox({ id, state, events }, this.#house);
    await mcp.connect(transport);
    const session = { id, state, mcp, transport, events, hello };
    this.#live.set(id, session);
    return session;
  }

  /** Brings the SDK's server into the state after the handshake, by handing it the one that once took place. */
  async #shakeHands(session: Session, hello: unknown): Promise<void> {
    const post = (body: unknown, headers: Record<string, string>): Promise<Response> =>
      session.transport.handleRequest(
        new Request('http://127.0.0.1/mcp', {
          method: 'POST',
          headers: {
            accept: 'application/json, text/event-stream',
            'content-type': 'application/json',
            ...headers,
          },
          body: JSON.stringify(body),
        }),
      );
    await (await post(hello, {})).text();
    const initialized = { jsonrpc: '2.0', method: 'notifications/initialized' };
    await (await post(initialized, { 'mcp-session-id': session.id })).text();
  }
}
