// What happens to a request at the door, from its header to its hand-over: the guard, its terms, its body, its message. Each
// step may end it with a refusal. Not here: connections and ports (door.ts).
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../base/clock.ts';
import { errorOf } from '../core/rpc.ts';
import type { Log } from '../runtime/ports.ts';
import { idAtStart, peek, readBody } from './body.ts';
import type { DoorConnections } from './doorConnections.ts';
import { type Refused, refusalReply } from './doorWords.ts';
import { admit, digestOf, type McpMethod, methodsOf, type Verdict } from './guard.ts';
import { objectionToEra, understand } from './guardMessage.ts';
import { termsOf } from './guardTerms.ts';
import type { McpHandler, McpHeaders, McpRequest } from './mcpRequest.ts';
import { errorReply, jsonReply, type Reply, send, sendUnread } from './reply.ts';

/** What `/health` says. */
export interface HealthAnswers {
  /** For whom has not shown the token: that the gateway lives. */
  brief(): object;
  whole(): object;
  /** Null where there is no such server. */
  of(server: string): object | null;
}

interface RequestPorts {
  readonly token: string;
  readonly limits: { readonly maxBodyBytes: number };
  readonly handle: McpHandler;
  readonly health: HealthAnswers;
  readonly clock: Clock;
  readonly log: Log;
}

// JSON-RPC 2.0 section 5.1, and the first code that is free for a server's own use.
const internalError = -32603;
const serverError = -32000;

/** One request with the answer that is to be written for it. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** It waits for our word before it sends its body. */
  readonly isAsking: boolean;
}

export class DoorRequests {
  readonly #ports: RequestPorts;
  readonly #connections: DoorConnections;
  readonly #deny: (why: Refused) => void;
  readonly #digest: Buffer;

  constructor(ports: RequestPorts, connections: DoorConnections, deny: (why: Refused) => void) {
    this.#ports = ports;
    this.#connections = connections;
    this.#deny = deny;
    this.#digest = digestOf(ports.token);
  }

  take(request: IncomingMessage, response: ServerResponse, isAsking: boolean): void {
    const exchange: Exchange = { request, response, isAsking };
    const { socket, method, url, rawHeaders } = request;
    const { remoteAddress, localPort } = socket;
    const verdict = admit(
      { remoteAddress, localPort, method, target: url, rawHeaders },
      this.#digest,
    );
    if (verdict.kind === 'refused') return this.#refuse(exchange, verdict.why);
    if (verdict.kind === 'health') return this.#answerHealth(exchange, verdict);
    this.#connections.trust(socket);
    this.#serve(exchange, verdict.method, verdict.server);
  }

  #refuse(exchange: Exchange, why: Refused): void {
    this.#deny(why);
    this.#reply(exchange, refusalReply(why, methodsOf(exchange.request.url ?? '')));
  }

  /** Answers a request of which the body was not read. */
  #reply({ request, response, isAsking }: Exchange, reply: Reply): void {
    // A client that asked first sends no body after a refusal.
    if (isAsking) send(response, { ...reply, headers: { ...reply.headers, Connection: 'close' } });
    else sendUnread(request, response, reply, this.#ports.clock);
  }

  #answerHealth(exchange: Exchange, verdict: Extract<Verdict, { kind: 'health' }>): void {
    const { health } = this.#ports;
    if (verdict.server !== null) {
      const found = health.of(verdict.server);
      if (found === null) return this.#refuse(exchange, 'no-such-path');
      return this.#reply(exchange, jsonReply(200, found));
    }
    this.#reply(exchange, jsonReply(200, verdict.mayKnow ? health.whole() : health.brief()));
  }

  #serve(exchange: Exchange, method: McpMethod, server: string): void {
    const { maxBodyBytes } = this.#ports.limits;
    const terms = termsOf(method, exchange.request.headers, maxBodyBytes);
    if (terms.kind === 'fine') {
      const { headers } = terms;
      if (method === 'POST') return this.#read(exchange, server, headers);
      return this.#handOver(exchange, {
        kind: method === 'GET' ? 'get' : 'delete',
        server,
        headers,
      });
    }
    if (terms.why !== 'too-large' || exchange.isAsking) return this.#refuse(exchange, terms.why);
    peek(exchange.request, this.#ports.clock, (start) => this.#refuseLarge(exchange, start));
  }

  /** With the id of the message if it can be had: its caller would wait for ever otherwise. */
  #refuseLarge(exchange: Exchange, start: Buffer): void {
    this.#deny('too-large');
    const { maxBodyBytes } = this.#ports.limits;
    const message = `The message is larger than the ${maxBodyBytes} bytes that the gateway takes. Send less at once, or raise the setting mcpLifeline.gateway.maxBodyBytes.`;
    const error = errorOf(idAtStart(start), { code: serverError, message });
    this.#reply(exchange, errorReply(413, error));
  }

  #read(exchange: Exchange, server: string, headers: McpHeaders): void {
    const { request, response, isAsking } = exchange;
    if (isAsking) response.writeContinue();
    readBody(request, this.#ports.limits.maxBodyBytes, (body) => {
      if (body.kind === 'too-large') this.#refuseLarge(exchange, body.start);
      if (body.kind !== 'whole') return;
      const understood = understand(body.bytes);
      if (understood.kind === 'refused') return send(response, errorReply(400, understood.error));
      const { message } = understood;
      const objection = objectionToEra(message, headers);
      if (objection !== null) return send(response, errorReply(400, objection));
      const bytes = body.bytes.length;
      this.#handOver(exchange, { kind: 'post', server, headers, message, bytes });
    });
  }

  #handOver({ response }: Exchange, request: McpRequest): void {
    try {
      this.#ports.handle(request, response);
    } catch (error) {
      // A fault of ours must cost this one request only. Its text may quote what was asked, so it stays in the log.
      const reason = error instanceof Error ? error.message : String(error);
      this.#ports.log.error(`The gateway failed to answer a request: ${reason}`);
      const id = request.kind === 'post' && 'id' in request.message ? request.message.id : null;
      const body = { code: internalError, message: 'The gateway failed to answer this request.' };
      if (response.headersSent) response.destroy();
      else send(response, errorReply(500, errorOf(id, body)));
    }
  }
}
