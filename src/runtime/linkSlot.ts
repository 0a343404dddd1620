// Holds the one live link of a connection, and links that were left and finish what runs on them. Closing is asked for
// here and ends in the background; a closed link reports nothing any more. Not here: when a link is taken or
// released (connection.ts).
import type { Clock, Millis } from '../base/clock.ts';
import { type Disposable, Store, toDisposable } from '../base/disposable.ts';
import { wordedFailure } from '../core/connection/failure.ts';
import type { RpcNotification, RpcResponse } from '../core/rpc.ts';
import { unsaid } from '../core/wording/unsaid.ts';
import { exchangeWithin } from './handshake.ts';
import type { Fate, Link, Log } from './ports.ts';

/** What Docker grants a process that ends in order; and no longer than a dead server may hold up a call. */
const leaveLimit: Millis = 10_000;

export class LinkSlot implements Disposable {
  readonly #clock: Clock;
  readonly #left = new Store();
  #link: Link | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get link(): Link | null {
    return this.#link;
  }

  take(link: Link): void {
    this.release(false);
    this.#link = link;
  }

  release(goodbye: boolean): void {
    void this.detach()?.close(goodbye);
  }

  /** Gives the link up; calls that run on it may still be answered. */
  leave(): void {
    const link = this.detach();
    if (!link) return;
    const store = this.#left.add(new Store());
    store.add(toDisposable(() => void link.close(false)));
    const end = (): void => this.#left.drop(store);
    store.add(this.#clock.after(leaveLimit, end));
    void link.leave().then(end);
  }

  /** Hands the link over to somebody who waits for its end. */
  detach(): Link | null {
    const link = this.#link;
    this.#link = null;
    return link;
  }

  /** Passes a message without an answer; without a link it is of no use to anybody any more. */
  tell(message: RpcNotification | RpcResponse, log: Log): void {
    const what = 'method' in message ? message.method : 'an answer';
    if (!this.#link) return log.debug(`dropped ${what}: the server is not connected`);
    void this.#link.tell(message).then((fate) => {
      if (fate.kind !== 'accepted' && fate.kind !== 'answered')
        log.debug(`${what} did not reach the server: ${fate.failure.detail}`);
    });
  }

  ping(clock: Clock, limit: Millis, id: number): Promise<Fate> {
    if (!this.#link)
      return Promise.resolve({
        kind: 'not-sent',
        failure: wordedFailure('closed', unsaid('not connected')),
      });
    return exchangeWithin(clock, limit, this.#link, { jsonrpc: '2.0', id, method: 'ping' });
  }

  dispose(): void {
    this.#left.dispose();
    this.release(false);
  }
}
