// The bridge's standard output: JSON-RPC, one message on a line, and nothing else ever. A client that does not read is waited
// for, and what may wait for it is bounded. Not here: what is said (bridgeSession.ts).
import type { Writable } from 'node:stream';
import { type Clock, type Millis, sleep } from '../base/clock.ts';
import type { RpcMessage } from '../core/rpc.ts';

export interface BridgeOutputDeps {
  readonly stream: Writable;
  readonly clock: Clock;
  /** Bytes that may wait for a client that does not read. */
  readonly limit: number;
  /** The client reads again. */
  readonly drained: () => void;
  /** The client will never read again. */
  readonly closed: () => void;
}

/** So much waiting means that the client is behind: nothing more is taken from it until it has read. */
const behindFrom = 2 ** 20;
const flushStep: Millis = 10;

export class BridgeOutput {
  readonly #deps: BridgeOutputDeps;
  #isClosed = false;

  constructor(deps: BridgeOutputDeps) {
    this.#deps = deps;
    const { stream, drained } = deps;
    // EPIPE, mostly: the client has gone, or has closed its end.
    stream.on('error', () => this.#close());
    stream.on('close', () => this.#close());
    stream.on('drain', drained);
  }

  get isBehind(): boolean {
    return this.#deps.stream.writableLength > behindFrom;
  }

  /** False where it would be more than may wait. One message always may, however large, and so may what is a `must`. */
  send(message: RpcMessage, must = false): boolean {
    if (this.#isClosed) return true;
    const { stream, limit } = this.#deps;
    const line = `${JSON.stringify(message)}\n`;
    const waiting = stream.writableLength;
    if (!must && waiting > 0 && waiting + Buffer.byteLength(line) > limit) return false;
    stream.write(line);
    return true;
  }

  /** Waits until the client has everything, for so long at most. */
  async flush(limit: Millis): Promise<void> {
    const { stream, clock } = this.#deps;
    const until = clock.steady() + limit;
    while (!this.#isClosed && stream.writableLength > 0 && clock.steady() < until)
      await sleep(clock, flushStep);
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#deps.closed();
  }
}
