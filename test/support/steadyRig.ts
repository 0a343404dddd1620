// A steady end in virtual time, over an upstream that the test plays itself: it sets the life, answers, and reads what came.
import { Source } from '../../src/base/signal.ts';
import { outcomeKey } from '../../src/core/calls/answers.ts';
import { aFailure } from '../../src/core/connection/failure.ts';
import { type ConnectionState, type Life, newLife } from '../../src/core/connection/state.ts';
import {
  errorOf,
  isNotification,
  isResponse,
  type JsonObject,
  type RpcId,
  type RpcMessage,
  type RpcRequest,
  type RpcResponse,
  resultOf,
} from '../../src/core/rpc.ts';
import type { ServerOffer } from '../../src/runtime/gatewayPorts.ts';
import { SteadyEnd } from '../../src/runtime/steadyEnd.ts';
import { ScriptedEnd } from './scriptedEnd.ts';
import { VirtualClock } from './virtualClock.ts';

const down = { since: 0, attempt: 1, phase: { kind: 'trying' } } as const;

export const states = {
  idle: { kind: 'idle' },
  connecting: { kind: 'connecting', since: 0 },
  ready: { kind: 'ready', since: 0, recovered: 'first' },
  degraded: { kind: 'degraded', since: 0, recovered: 'first', troubles: ['slow'] },
  reconnecting: { kind: 'reconnecting', ...down, failure: aFailure('closed', 'cut') },
  stopped: { kind: 'stopped', since: 0 },
} as const satisfies Record<string, ConnectionState>;

export const welcomeWith = (...capabilities: readonly string[]): JsonObject => ({
  protocolVersion: '2025-11-25',
  capabilities: Object.fromEntries(capabilities.map((name) => [name, {}])),
  serverInfo: { name: 'real', version: '3' },
});

/** What the connection says of a call that the server could not be asked. */
const refusalOf = (id: RpcId): RpcResponse =>
  errorOf(id, { code: -32010, message: 'away', data: { [outcomeKey]: { outcome: 'not-run' } } });

export class SteadyRig {
  readonly clock = new VirtualClock();
  readonly inner = new ScriptedEnd(() => undefined);
  readonly life: Source<Life>;
  readonly heard: RpcMessage[] = [];
  readonly saved: ServerOffer[] = [];
  readonly noted: RpcRequest[] = [];
  readonly steady: SteadyEnd;
  offer: ServerOffer | null = null;
  welcome: JsonObject | null = null;
  nudges = 0;
  closes = 0;
  /** What a nudge does to the connection. */
  nudged: () => void = () => undefined;

  constructor(state: keyof typeof states) {
    this.life = new Source<Life>({ ...newLife('idle', false), state: states[state] });
    this.steady = new SteadyEnd({
      clock: this.clock,
      inner: this.inner,
      life: this.life,
      server: 'files',
      offers: {
        load: () => this.offer,
        save: (offer) => {
          this.offer = offer;
          this.saved.push(offer);
        },
      },
      welcome: () => this.welcome,
      nudge: () => {
        this.nudges += 1;
        this.nudged();
      },
      note: (request) => this.noted.push(request),
    });
    this.steady.end.onMessage((message) => this.heard.push(message));
    this.steady.end.onClose(() => (this.closes += 1));
  }

  become(state: keyof typeof states): void {
    this.life.set({ ...this.life.value, state: states[state] });
  }

  /** The server is there and has said hello. */
  comeUp(welcome: JsonObject): void {
    this.welcome = welcome;
    this.become('ready');
  }

  ask(id: RpcId, method: string, params?: JsonObject): void {
    this.steady.end.send({ jsonrpc: '2.0', id, method, ...(params ? { params } : {}) });
  }

  hello(id: RpcId = 'hello'): void {
    this.ask(id, 'initialize', { protocolVersion: '2025-06-18' });
  }

  cancel(requestId: RpcId): void {
    this.steady.end.send({
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId },
    });
  }

  answer(id: RpcId, result: JsonObject): void {
    this.inner.say(resultOf(id, result));
  }

  refuse(id: RpcId): void {
    this.inner.say(refusalOf(id));
  }

  answersTo(id: RpcId): readonly RpcResponse[] {
    return this.heard.filter(isResponse).filter((response) => response.id === id);
  }

  /** The one result under this id; undefined where there is none, an error, or more than one. */
  resultOf(id: RpcId): JsonObject | undefined {
    const [response, ...more] = this.answersTo(id);
    return response && 'result' in response && more.length === 0 ? response.result : undefined;
  }

  get notices(): readonly string[] {
    return this.heard.filter(isNotification).map(({ method }) => method);
  }

  passed(method: string): number {
    return this.inner.requests(method).length;
  }
}
