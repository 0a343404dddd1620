// One client at one server: what it posts goes up, what comes back finds its stream. It outlives the client's connections, the
// server's, and this process: what a later life needs is its row in the store, the event log, and the journal of the calls.
// Not here: which session a request belongs to (sessions.ts), and statuses (endpoint.ts).
import type { ServerResponse } from 'node:http';
import type { Clock, Millis } from '../base/clock.ts';
import { type Disposable, Store } from '../base/disposable.ts';
import {
  isObject,
  isRequest,
  isResponse,
  resultOf,
  type RpcId,
  type RpcMessage,
  type RpcNotification,
  type RpcRequest,
  type RpcResponse,
} from '../core/rpc.ts';
import type { ClientSpec, ServerDirectory } from '../runtime/clients.ts';
import type { EventLog, GatewaySession } from '../runtime/gatewayPorts.ts';
import type { McpHeaders } from './mcpRequest.ts';
import { genericHello, goneAnswer, listChanges, unfitIdAnswer } from './offline.ts';
import { jsonReply, send } from './reply.ts';
import { isVsCode, labelOf, type Origin, waitOf } from './sessionClient.ts';
import { SessionCalls } from './sessionCalls.ts';
import { SessionGreeting } from './sessionGreeting.ts';
import { nothingRuns, type Running, SessionUpstream } from './sessionUpstream.ts';
import { resumingText } from './sse.ts';
import { Standalone } from './standalone.ts';
import type { OpenStreams } from './streams.ts';
import { fitsInStream, longestClientId, streamIn } from './streamIds.ts';

export interface SessionPorts {
  readonly directory: ServerDirectory;
  readonly log: Pick<EventLog, 'append' | 'mark' | 'readAfter' | 'streamOf' | 'drop'>;
  readonly clock: Clock;
  readonly streams: OpenStreams;
  /** What clients are told to wait before they come back for the rest of a stream. */
  readonly comeBackAfter: () => Millis;
  readonly nonce: () => string;
  /** The row has changed in what must be kept. */
  readonly save: (row: GatewaySession) => void;
  /** Its listener came or went. */
  readonly changed: () => void;
}

/** What was last heard of a client is written down no more often. */
const savePace: Millis = 60_000;

export class Session implements Disposable {
  readonly #ports: SessionPorts;
  readonly #store = new Store();
  readonly #standalone: Standalone;
  readonly #calls: SessionCalls;
  readonly #upstream: SessionUpstream;
  readonly #greeting: SessionGreeting;
  #row: GatewaySession;
  #savedAt: Millis;
  #entry: string | null;
  /** How the server was greeted, as far as it was in this life or an earlier one. */
  #origin: Origin;
  readonly #comeBackAfter = (): Millis => waitOf(this.#entry, this.#ports.comeBackAfter());

  constructor(row: GatewaySession, origin: Origin, entry: string | null, ports: SessionPorts) {
    this.#row = row;
    this.#origin = origin;
    this.#entry = entry;
    this.#ports = ports;
    this.#savedAt = row.lastSeen;
    const { client, server } = row;
    const { directory, clock, streams, nonce, log, changed } = ports;
    const comeBackAfter = this.#comeBackAfter;
    this.#standalone = new Standalone({ client, log, streams, comeBackAfter, changed });
    this.#calls = this.#store.add(
      new SessionCalls({
        clock,
        client,
        server,
        isPatient: () => this.#isPatient,
        log,
        streams,
        comeBackAfter,
        nonce,
        say: (message) => this.#standalone.say(message),
      }),
    );
    this.#greeting = this.#store.add(new SessionGreeting({ clock, server, name: `h.${nonce()}` }));
    this.#upstream = this.#store.add(
      new SessionUpstream({
        directory,
        server,
        clock,
        spec: () => this.#spec(),
        events: {
          message: (message, cause) => this.#fromServer(message, cause),
          attached: (running, again) => this.#attached(running, again),
          gone: () => this.#gone(),
        },
      }),
    );
  }

  get row(): GatewaySession {
    return this.#row;
  }

  get label(): string {
    return labelOf(this.#row.hello);
  }

  /** Somebody listens, or waits for an answer. */
  get isConnected(): boolean {
    return this.isBusy || this.hasStreams;
  }

  get hasStreams(): boolean {
    return this.#standalone.isOpen || this.#calls.hasStreams;
  }

  /** Requests of it are not answered yet. */
  get isBusy(): boolean {
    return this.#calls.isBusy || this.#greeting.isWaiting;
  }

  /** Heard of its client. */
  touch(): void {
    const lastSeen = this.#ports.clock.now();
    this.#row = { ...this.#row, lastSeen };
    if (lastSeen - this.#savedAt >= savePace) this.#save();
  }

  /** Attaches the server if there is one of its name. */
  attach(): boolean {
    return this.#upstream.reach() !== null;
  }

  /** The client says who it is. */
  greet(request: RpcRequest, response: ServerResponse): void {
    this.#greeting.wait(request, (answer) => {
      const result = 'result' in answer ? answer.result : null;
      const version = result?.['protocolVersion'];
      if (typeof version === 'string') this.#row = { ...this.#row, protocolVersion: version };
      this.#save();
      const headers = result ? { 'Mcp-Session-Id': this.#row.id } : {};
      send(response, jsonReply(200, answer, headers));
    });
    this.#upstream.reach()?.end.send({ ...request, id: this.#greeting.name });
    this.#origin = 'stored';
  }

  post(message: RpcMessage, headers: McpHeaders, response: ServerResponse): void {
    this.#heardFrom(headers);
    // Before the request is one of ours: what is open when the server is attached again is taken for what ran before.
    this.attach();
    if (isRequest(message)) return this.#request(message, headers, response);
    response.writeHead(202).end();
    if (isResponse(message)) this.#upstream.reach()?.end.send(message);
    else this.#notification(message);
  }

  get(headers: McpHeaders, response: ServerResponse): void {
    this.#heardFrom(headers);
    this.attach();
    const { lastEventId } = headers;
    const { client, protocolVersion } = this.#row;
    if (lastEventId === null) return this.#standalone.open(response, protocolVersion);
    const known = this.#ports.log.streamOf(lastEventId);
    const stream = streamIn(known ?? lastEventId, client);
    const cursor = known === null ? null : lastEventId;
    if (stream?.kind === 'answer')
      return this.#calls.resume(
        stream,
        response,
        cursor,
        resumingText(lastEventId, protocolVersion, this.#comeBackAfter()),
      );
    if (stream?.kind === 'standalone' && cursor !== null)
      return this.#standalone.resume(response, cursor, protocolVersion);
    // What was said meanwhile is lost; the client can look for itself.
    this.#standalone.open(response, protocolVersion);
    this.#announce();
  }

  /** Somebody may have changed which servers there are. */
  directoryChanged(): void {
    // Without a listener there is nobody to tell; the next touch attaches it.
    if (!this.#upstream.isAttached && this.isConnected) this.attach();
  }

  /** Its client was silent for long: what is kept of it is kept in the stores. */
  rest(): void {
    this.#standalone.end();
    this.#calls.end();
    this.dispose();
  }

  /** Its client ended it. */
  async leave(): Promise<void> {
    this.#greeting.giveUp();
    this.#calls.forget();
    this.#standalone.forget();
    await this.#upstream.leave();
    this.dispose();
  }

  dispose(): void {
    this.#store.dispose();
  }

  get #isPatient(): boolean {
    return isVsCode(this.#row.hello, this.#entry);
  }

  #spec(): ClientSpec {
    const { client, hello, protocolVersion } = this.#row;
    const known = this.#origin === 'stored' ? (hello ?? genericHello(protocolVersion)) : null;
    return { client, label: this.label, isPatient: this.#isPatient, hello: known };
  }

  #save(): void {
    this.#savedAt = this.#row.lastSeen;
    this.#ports.save(this.#row);
  }

  #heardFrom({ entry }: McpHeaders): void {
    this.#entry ??= entry;
    this.touch();
  }

  #request(request: RpcRequest, headers: McpHeaders, response: ServerResponse): void {
    const { id, method } = request;
    if (!fitsInStream(id))
      return send(response, jsonReply(200, unfitIdAnswer(id, longestClientId)));
    if (method === 'ping' && headers.acceptsJson)
      return send(response, jsonReply(200, resultOf(id, {})));
    this.#calls.post(request, response, headers, (up) => {
      const end = method === 'ping' ? null : this.#upstream.reach()?.end;
      if (end) end.send(up);
      else this.#calls.answered({ ...this.#ownAnswer(request), id: up.id });
    });
  }

  #ownAnswer(request: RpcRequest): RpcResponse {
    const { id, method } = request;
    return method === 'ping' ? resultOf(id, {}) : goneAnswer(request, this.#row.server);
  }

  #notification(message: RpcNotification): void {
    const requestId = message.params?.['requestId'];
    const end = this.#upstream.reach()?.end;
    if (message.method !== 'notifications/cancelled') return end?.send(message);
    if (typeof requestId !== 'string' && typeof requestId !== 'number') return;
    const running = this.#calls.cancel(requestId);
    if (running !== null)
      end?.send({ ...message, params: { ...message.params, requestId: running } });
  }

  #fromServer(message: RpcMessage, cause: RpcId | null): void {
    if (!isResponse(message)) {
      if (!this.#calls.tell(message, cause)) this.#standalone.say(message);
    } else if (message.id === this.#greeting.name) this.#greeting.answered(message);
    else this.#calls.answered(message);
  }

  #attached(running: Running, again: boolean): void {
    this.#calls.settle(running);
    if (this.#origin === 'stranger') this.#greetForStranger();
    else if (again) this.#announce();
  }

  /** Says hello for a client that believes it has; what it knows of the server is of another session. */
  #greetForStranger(): void {
    const { protocolVersion } = this.#row;
    this.#origin = 'stored';
    const request: RpcRequest = {
      jsonrpc: '2.0',
      id: this.#greeting.name,
      method: 'initialize',
      params: genericHello(protocolVersion),
    };
    this.#greeting.wait(request, (answer) => {
      const offered = 'result' in answer ? answer.result['capabilities'] : null;
      for (const notice of listChanges(isObject(offered) ? offered : null))
        this.#standalone.say(notice);
    });
    const end = this.#upstream.reach()?.end;
    end?.send(request);
    end?.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
  }

  #announce(): void {
    for (const notice of listChanges(null)) this.#standalone.say(notice);
  }

  #gone(): void {
    this.#calls.settle(nothingRuns);
    this.#announce();
  }
}
