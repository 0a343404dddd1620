// Our own MCP server, at `/mcp/lifeline`: one tool that tells how everything is. It is used like any other server of the
// window, but there is no connection behind it that could break. Not here: what the tool tells (healthReport.ts).
import { Emitter, type Signal, Source } from '../base/signal.ts';
import { type Life, newLife } from '../core/connection/state.ts';
import {
  errorOf,
  isObject,
  isRequest,
  type JsonObject,
  resultOf,
  type RpcId,
  type RpcMessage,
  type RpcRequest,
} from '../core/rpc.ts';
import type { AttachedClient, ServerDirectory } from '../runtime/clients.ts';
import type { Millis } from '../base/clock.ts';
import { knownVersions } from './guardMessage.ts';
import { ownServerName } from './ownServerName.ts';
import { type HealthTool, healthToolEntry, healthToolName } from './ownServerTool.ts';

// JSON-RPC 2.0 section 5.1.
const methodNotFound = -32601;
const invalidParams = -32602;
const internalError = -32603;

// A client that asks so often without waiting is broken; each question costs a test of the store.
const mostRunning = 16;
const busy = -32000;

const newest = knownVersions[0] ?? '';

const welcome = (params: JsonObject, version: string): JsonObject => {
  const wanted = params['protocolVersion'];
  return {
    protocolVersion: typeof wanted === 'string' && knownVersions.includes(wanted) ? wanted : newest,
    capabilities: { tools: {} },
    serverInfo: { name: 'mcp-lifeline', title: 'MCP Lifeline', version },
    instructions:
      'MCP Lifeline keeps the connections to the other MCP servers of this workspace alive. When calls to one of them are slow, held or failing, ask session_health_check how it is and what can be done.',
  };
};

type Answer = (response: RpcMessage) => void;

/** What can be answered without looking at anything; undefined for a method that is not ours. */
const plainResult = (request: RpcRequest, version: string): JsonObject | undefined => {
  switch (request.method) {
    case 'initialize':
      return welcome(request.params ?? {}, version);
    case 'ping':
      return {};
    case 'tools/list':
      return { tools: [healthToolEntry] };
    default:
      return undefined;
  }
};

/** One client of our own server. */
class OwnEnd implements AttachedClient {
  readonly #tool: HealthTool;
  readonly #version: string;
  readonly #messages = new Emitter<RpcMessage>();
  readonly #closed = new Emitter<void>();
  /** Calls that run. */
  #running = 0;
  #ended = false;
  readonly life: Signal<Life>;

  constructor(tool: HealthTool, version: string, now: Millis) {
    this.#tool = tool;
    this.#version = version;
    const state = { kind: 'ready', since: now, recovered: 'stateless' } as const;
    this.life = new Source<Life>({ ...newLife('idle', false), state });
  }

  readonly end = {
    send: (message: RpcMessage): void => this.#take(message),
    onMessage: (listener: (message: RpcMessage, cause: RpcId | null) => void) =>
      this.#messages.on((message) => listener(message, null)),
    onClose: (listener: () => void) => this.#closed.on(listener),
  };

  /** Nothing of an earlier life is kept: a report that was not delivered is out of date. */
  claim(): readonly string[] {
    return [];
  }

  leave(): Promise<void> {
    this.dispose();
    return Promise.resolve();
  }

  dispose(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#closed.emit();
    this.#messages.dispose();
    this.#closed.dispose();
  }

  /** Notifications say nothing of interest here. A call is answered even when it was cancelled: it takes no time worth saving. */
  #take(message: RpcMessage): void {
    if (!this.#ended && isRequest(message)) this.#answer(message);
  }

  #answer(request: RpcRequest): void {
    const say: Answer = (response) => this.#messages.emit(response);
    const plain = plainResult(request, this.#version);
    if (plain !== undefined) return say(resultOf(request.id, plain));
    if (request.method === 'tools/call') return this.#call(request, say);
    const error = { code: methodNotFound, message: `Method not found: ${request.method}` };
    say(errorOf(request.id, error));
  }

  #call({ id, params }: RpcRequest, say: Answer): void {
    if (params?.['name'] !== healthToolName) {
      const message = `Unknown tool. The only one here is ${healthToolName}.`;
      return say(errorOf(id, { code: invalidParams, message }));
    }
    if (this.#running >= mostRunning) {
      const message = `${mostRunning} calls of this client are running. Wait for their answers.`;
      return say(errorOf(id, { code: busy, message }));
    }
    const given = params['arguments'];
    const finish = (response: RpcMessage): void => {
      this.#running -= 1;
      say(response);
    };
    this.#running += 1;
    this.#tool(isObject(given) ? given : {}).then(
      (result) => finish(resultOf(id, result)),
      // A fault of ours. Its text might quote anything, and is of no use to a model.
      () => finish(errorOf(id, { code: internalError, message: 'The report could not be made.' })),
    );
  }
}

export interface OwnServerPorts {
  readonly tool: HealthTool;
  readonly version: string;
  readonly now: () => Millis;
}

/**
 * The directory with our own server in it. It is not among the names, because those are what is offered to editors and health
 * reports as the servers of the user.
 */
export const withOwnServer = (
  directory: ServerDirectory,
  { tool, version, now }: OwnServerPorts,
): ServerDirectory => ({
  names: directory.names,
  attach: (serverId, spec) =>
    serverId === ownServerName
      ? new OwnEnd(tool, version, now())
      : directory.attach(serverId, spec),
});
