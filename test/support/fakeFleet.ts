// A fleet whose servers are in any state we like, for looking at the views and testing them: real signals, no network.
// A call is answered as the test says.
import { Source } from '../../src/base/signal.ts';
import type { Millis } from '../../src/base/clock.ts';
import type { HealthReading } from '../../src/core/connection/health.ts';
import { type ConnectionState, type Life, newLife } from '../../src/core/connection/state.ts';
import type { HistoryEntry } from '../../src/core/history.ts';
import type { JsonObject } from '../../src/core/rpc.ts';
import type { BadServer, ServerDefinition } from '../../src/core/settings.ts';
import type {
  Catalog,
  ClientWatch,
  FleetWatch,
  PendingCall,
  Proof,
  ServerWatch,
  SessionFacts,
  Tool,
  ToolCallOptions,
} from '../../src/runtime/watch.ts';

export const aDefinition = (name: string, more: Partial<ServerDefinition> = {}): ServerDefinition =>
  ({
    kind: 'http',
    transport: 'http',
    name,
    url: 'http://127.0.0.1:3000/mcp',
    headers: {},
    headersHelper: null,
    oauth: false,
    origin: { scope: 'user', folder: null },
    watch: [],
    health: '/health',
    autoStart: true,
    enabled: true,
    trustHints: false,
    ...more,
  }) as ServerDefinition;

export const aTool = (name: string, more: Partial<Tool> = {}): Tool => ({
  name,
  title: null,
  description: null,
  inputSchema: { type: 'object', properties: {} },
  annotations: {},
  canBeTask: false,
  ...more,
});

const aLife = (state: ConnectionState): Life => ({
  ...newLife('idle', true),
  state,
  epoch: 1,
  tries: 1,
});

export type Answer = (
  name: string,
  args: JsonObject,
  options: ToolCallOptions,
) => Promise<JsonObject>;

export class FakeServer implements ServerWatch {
  readonly definition: ServerDefinition;
  readonly life: Source<Life>;
  readonly proof = new Source<Proof | null>(null);
  readonly health = new Source<HealthReading | null>(null);
  readonly session = new Source<SessionFacts | null>(null);
  readonly catalog = new Source<Catalog>({ listedAt: null, tools: [], resources: [], prompts: [] });
  readonly calls = new Source({ held: 0, running: 0, heldBytes: 0 });
  readonly clients = new Source<readonly ClientWatch[]>([]);
  readonly pending = new Source<readonly PendingCall[]>([]);
  /** What was asked of it, in order. */
  readonly asked: string[] = [];
  readonly entries: HistoryEntry[] = [];
  answer: Answer = () => Promise.resolve({ content: [{ type: 'text', text: 'done' }] });

  constructor(definition: ServerDefinition, state: ConnectionState) {
    this.definition = definition;
    this.life = new Source(aLife(state));
  }

  get id(): string {
    return this.definition.name;
  }

  become(state: ConnectionState): void {
    this.life.set(aLife(state));
  }

  prove(at: Millis): void {
    this.proof.set({ at, by: 'ping' });
  }

  history(limit: number): readonly HistoryEntry[] {
    return this.entries.slice(0, limit);
  }
  start(): void {
    this.asked.push('start');
  }
  stop(): void {
    this.asked.push('stop');
  }
  reconnect(): void {
    this.asked.push('reconnect');
  }
  startNewSession(): void {
    this.asked.push('startNewSession');
  }

  runPending(key: string, options: ToolCallOptions): Promise<JsonObject> {
    const call = this.pending.value.find((each) => each.key === key);
    if (!call) return Promise.reject(new Error(`There is no call ${key}.`));
    this.discardPending(key);
    return this.callTool(call.tool, call.args, options);
  }

  discardPending(key: string): void {
    this.pending.set(this.pending.value.filter((call) => call.key !== key));
  }

  callTool(name: string, args: JsonObject, options: ToolCallOptions): Promise<JsonObject> {
    this.asked.push(`call ${name} ${JSON.stringify(args)}`);
    return this.answer(name, args, options);
  }
}

export class FakeFleet implements FleetWatch {
  readonly servers = new Source<readonly FakeServer[]>([]);
  readonly bad = new Source<readonly BadServer[]>([]);

  get(id: string): FakeServer | undefined {
    return this.servers.value.find((server) => server.id === id);
  }
}
