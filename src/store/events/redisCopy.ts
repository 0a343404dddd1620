// Keeps a copy of the events in Redis, for other processes and for longer than this one lives. The events themselves are here,
// so that a Redis that is away costs nobody anything: what it lacks is written when it is back, and after its own restart
// everything that is still kept. Nobody waits for it. Not here: the connection (redisClient.ts) and the events (copySource.ts).
import { type Clock, type Millis, sleep } from '../../base/clock.ts';
import { type Disposable, Mutable } from '../../base/disposable.ts';
import type { Log } from '../../runtime/ports.ts';
import type { CopySource } from './copySource.ts';
import { redisReason } from './redisReason.ts';
import type { ConnectRedis, CopiedEvent, CopyLimits, RedisConnection } from './redisWire.ts';
import { unsaid } from '../../core/wording/unsaid.ts';
import { ownWords } from '../../core/wording/saidError.ts';
import { ownReason, type Reason } from '../../core/wording/detail.ts';

export interface CopyPorts {
  readonly url: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly source: CopySource;
  readonly limits: () => CopyLimits;
  readonly connect: ConnectRedis;
  /** `state` is another one. */
  readonly changed: () => void;
}

export type CopyState =
  | { readonly kind: 'current' }
  /** It lacks something, or everything. */
  | ({ readonly kind: 'behind'; readonly since: Millis } & Reason);

const timeout: Millis = 3000;
/** Somebody has to notice that an idle one is gone. */
const pingEvery: Millis = 10_000;
const pauses: readonly Millis[] = [100, 250, 500, 1000, 2000];
const longestPause: Millis = 5000;
/** Streams that are written at the same time, so that the way to a distant Redis is not gone once for each. */
const atOnce = 32;
/** Dropped streams that Redis is told of; the others go there by their age. */
const mostGone = 10_000;

export class RedisCopy implements Disposable {
  readonly #ports: CopyPorts;
  readonly #connection = new Mutable<RedisConnection>();
  readonly #ended = new AbortController();
  readonly #lacking = new Set<string>();
  readonly #gone = new Set<string>();
  readonly #waiting = new Set<(isCurrent: boolean) => void>();
  #state: CopyState;
  #isAnnounced = false;
  #hasWarned = false;
  #runId: string | null = null;
  #lost: Error | null = null;
  #wake: () => void = () => undefined;
  #pause = 0;
  #written = 0;

  constructor(ports: CopyPorts) {
    this.#ports = ports;
    const since = ports.clock.now();
    this.#state = { kind: 'behind', since, ...ownReason(unsaid('it is being connected')) };
    void this.#live();
  }

  get state(): CopyState {
    return this.#state;
  }

  /** There are new events on this stream. */
  note(stream: string): void {
    // Without a connection nothing is remembered, however long that lasts: the next one asks for all that is kept.
    if (this.#connection.value === undefined) return;
    this.#lacking.add(stream);
    this.#wake();
  }

  drop(stream: string): void {
    this.#lacking.delete(stream);
    if (this.#gone.size < mostGone) this.#gone.add(stream);
    this.#wake();
  }

  /** What Redis has of a stream; empty where it cannot be asked. Never waits for its return. */
  async read(stream: string): Promise<readonly CopiedEvent[]> {
    const connection = this.#connection.value;
    if (connection === undefined) return [];
    try {
      return await connection.read(stream);
    } catch (error) {
      this.#lose(connection, error instanceof Error ? error : new Error(String(error)));
      return [];
    }
  }

  /** Resolves when Redis has everything that is kept now, or cannot be reached. */
  settled(): Promise<boolean> {
    if (this.#state.kind === 'behind') return Promise.resolve(false);
    return new Promise((resolve) => {
      this.#waiting.add(resolve);
      this.#wake();
    });
  }

  dispose(): void {
    this.#ended.abort();
    this.#connection.dispose();
    this.#wake();
    this.#answer(this.#waiting, false);
  }

  async #live(): Promise<void> {
    while (!this.#ended.signal.aborted) {
      try {
        await this.#serve();
      } catch (error) {
        this.#connection.value = undefined;
        this.#lacking.clear();
        if (!this.#ended.signal.aborted) await this.#fail(error);
      }
    }
  }

  /** One connection, from its beginning until it is lost, which is thrown. */
  async #serve(): Promise<void> {
    const connection = await this.#connect();
    this.#forgetUnlessSame(await connection.runId());
    for (;;) {
      const waiting = [...this.#waiting];
      await this.#catchUp(connection);
      if (this.#ended.signal.aborted) return;
      if (this.#lost !== null) throw this.#lost;
      this.#succeed();
      this.#answer(waiting, true);
      if ((await this.#rest()) === 'silent') await connection.ping();
    }
  }

  async #connect(): Promise<RedisConnection> {
    const { url, clock, connect } = this.#ports;
    this.#lost = null;
    const lost = (reason: Error): void => {
      this.#lost ??= reason;
      this.#wake();
    };
    const { signal } = this.#ended;
    const connection = await connect({ url, clock, timeout, signal, lost });
    this.#connection.value = connection;
    return connection;
  }

  #forgetUnlessSame(runId: string | null): void {
    const { source } = this.#ports;
    if (runId === null || runId !== this.#runId) source.forgetCopied();
    for (const name of source.names) this.#lacking.add(name);
    this.#runId = runId;
  }

  /** Until Redis has everything that was there at the beginning; what comes meanwhile is for the next time. */
  async #catchUp(connection: RedisConnection): Promise<void> {
    // First, so that a stream that was made anew does not lose what it has by now.
    await this.#removeGone(connection);
    const names = [...this.#lacking];
    for (let start = 0; start < names.length; start += atOnce)
      await this.#copyAll(connection, names.slice(start, start + atOnce));
  }

  async #copyAll(connection: RedisConnection, names: readonly string[]): Promise<void> {
    for (const name of names) this.#lacking.delete(name);
    const results = await Promise.allSettled(names.map((name) => this.#copy(connection, name)));
    const failures: unknown[] = [];
    const behind: string[] = [];
    for (const [index, name] of names.entries()) {
      const result = results[index];
      if (result?.status === 'fulfilled' && result.value === 'done') continue;
      // Until it is done Redis lacks it, whatever happens next.
      this.#lacking.add(name);
      if (result?.status === 'rejected') failures.push(result.reason);
      else behind.push(name);
    }
    if (failures.length > 0) throw failures[0];
    for (const name of behind) await this.#merge(connection, name);
  }

  async #copy(connection: RedisConnection, name: string): Promise<'done' | 'behind'> {
    const { source, limits } = this.#ports;
    for (let batch = source.next(name); batch !== null; batch = source.next(name)) {
      const { events, last } = batch;
      const outcome = events.length > 0 ? await connection.add(name, events, limits()) : 'added';
      if (outcome === 'behind') return 'behind';
      if (outcome === 'foreign') this.#warnOfForeign();
      source.copied(name, last);
      this.#written += events.length;
    }
    return 'done';
  }

  /** Both have events that the other lacks, or had the same one: alone on the connection, because it watches the key. */
  async #merge(connection: RedisConnection, name: string): Promise<void> {
    const { source, limits } = this.#ports;
    const events = source.all(name);
    if (!(await connection.merge(name, events, limits()))) return;
    source.copied(name, events.at(-1)?.seq ?? 0);
    this.#written += events.length;
  }

  async #removeGone(connection: RedisConnection): Promise<void> {
    const names = [...this.#gone];
    if (names.length === 0) return;
    await connection.remove(names);
    for (const name of names) this.#gone.delete(name);
  }

  /** Until there is something to do, or it is time to look whether Redis is still there. */
  #rest(): Promise<'woken' | 'silent'> {
    const isBusy = this.#lacking.size > 0 || this.#gone.size > 0 || this.#waiting.size > 0;
    if (isBusy || this.#lost !== null) return Promise.resolve('woken');
    return new Promise((resolve) => {
      const timer = this.#ports.clock.after(pingEvery, () => resolve('silent'));
      this.#wake = () => {
        timer.dispose();
        resolve('woken');
      };
    });
  }

  #lose(connection: RedisConnection, reason: Error): void {
    if (this.#connection.value !== connection) return;
    this.#lost ??= reason;
    this.#wake();
  }

  #succeed(): void {
    this.#pause = 0;
    if (this.#state.kind === 'current') return;
    const { clock, log, changed } = this.#ports;
    const { since } = this.#state;
    this.#state = { kind: 'current' };
    if (this.#isAnnounced) {
      const seconds = Math.round((clock.now() - since) / 1000);
      log.info(
        `Event store: Redis is back after ${seconds} s; ${this.#written} events were written to it.`,
      );
    }
    this.#isAnnounced = false;
    this.#written = 0;
    changed();
  }

  async #fail(error: unknown): Promise<void> {
    const { clock, log, url, changed } = this.#ports;
    const reason = redisReason(error, url);
    this.#answer(this.#waiting, false);
    const since = this.#state.kind === 'behind' ? this.#state.since : clock.now();
    this.#state = { kind: 'behind', since, reason, words: ownWords(error) };
    if (!this.#isAnnounced) {
      this.#written = 0;
      log.warn(
        `Event store: Redis cannot be used (${reason}). Events are kept here, and written to it when it is back.`,
      );
    }
    this.#isAnnounced = true;
    changed();
    const pause = pauses[this.#pause] ?? longestPause;
    this.#pause += 1;
    // Ended while it waits: the loop looks.
    await sleep(clock, pause, this.#ended.signal).catch(() => undefined);
  }

  #warnOfForeign(): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#ports.log.warn(
      'Event store: a key in Redis that should be a stream of events is something else; its events are kept here only.',
    );
  }

  #answer(waiting: Iterable<(isCurrent: boolean) => void>, isCurrent: boolean): void {
    for (const answer of waiting) {
      this.#waiting.delete(answer);
      answer(isCurrent);
    }
  }
}
