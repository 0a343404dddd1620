// Keeps the standalone GET stream open: reconnects with its cursor, backs off, stops where there is no point. What a
// refused GET means is decided in pushVerdict.ts. A session is never taken for lost because of one, except for
// a server that says for long that our old stream is still there.
import { type Clock, type Millis, sleep } from '../base/clock.ts';
import { type Disposable, Mutable } from '../base/disposable.ts';
import { wordedFailure } from '../core/connection/failure.ts';
import { unsaid } from '../core/wording/unsaid.ts';
import type { LinkEvents, Log } from '../runtime/ports.ts';
import { drain } from './body.ts';
import { isCursor } from './headers.ts';
import type { HttpMessage } from './httpMessage.ts';
import type { Inbox } from './inbox.ts';
import { delayAfter, type Visit, visitOfStatus } from './pushVerdict.ts';
import type { Reply } from './courier.ts';
import { isEventStream, readStream, type StreamEnd } from './stream.ts';

export interface StandaloneDeps {
  /** Sends the GET. */
  readonly ask: (cursor: string | null, signal: AbortSignal) => Promise<Reply>;
  readonly inbox: Inbox;
  readonly events: LinkEvents;
  readonly clock: Clock;
  readonly log: Log;
  readonly maxMessageBytes: number;
}

const stream = 'standalone';
// Servers that send keepalives send them every 15 s (measured); three missed ones are a dead connection.
const longestSilence = 45_000;
// A comment right at the opening is a greeting, not a rhythm.
const greetingTime = 1_000;
// The server may need a moment to see that our old stream is gone, but not longer than this.
const longestConflict = 10_000;
const drainTime = 1_000;

type PushState = Parameters<LinkEvents['push']>[0];

export class StandaloneStream implements Disposable {
  readonly #deps: StandaloneDeps;
  readonly #watchdog = new Mutable();
  #cursor: string | null = null;
  #state: PushState | null = null;
  #run: AbortController | null = null;
  /** Tries in a row that came to nothing. */
  #failures = 0;
  /** The server has had such a stream before. */
  #offered = false;
  #conflictSince: Millis | null = null;

  constructor(deps: StandaloneDeps) {
    this.#deps = deps;
  }

  open(cursor: string | null): void {
    this.#cursor = cursor !== null && isCursor(cursor) ? cursor : null;
    this.#offered = this.#cursor !== null;
    if (this.#cursor !== null) this.#deps.inbox.seen.addCursor(this.#cursor);
    this.#start();
  }

  /** Leaves a connection that may be dead and opens a new one at once. */
  reopen(): void {
    if (!this.#run) return;
    this.#tell('down');
    this.#failures = 0;
    this.#start();
  }

  dispose(): void {
    this.#run?.abort();
    this.#run = null;
    this.#watchdog.dispose();
  }

  #start(): void {
    this.#run?.abort();
    const run = new AbortController();
    this.#run = run;
    void this.#keepOpen(run.signal).catch((error: unknown) => {
      // Sleeping ends with a rejection when the run is over; anything else is a bug and must be heard.
      if (!run.signal.aborted) throw error;
    });
  }

  async #keepOpen(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const visit = await this.#visit(signal);
      if (signal.aborted) return;
      const delay = this.#after(visit);
      if (delay === null) return;
      await sleep(this.#deps.clock, delay, signal);
    }
  }

  async #visit(signal: AbortSignal): Promise<Visit> {
    const reply = await this.#deps.ask(this.#cursor, signal);
    if (reply.kind === 'failed') return { kind: 'failed', retryAfter: 0 };
    const { message } = reply;
    if (signal.aborted) {
      message.destroy();
      return { kind: 'failed', retryAfter: 0 };
    }
    this.#deps.events.heard();
    const isStream = message.statusCode === 200 && isEventStream(message);
    if (isStream) return this.#read(message, signal);
    drain(message, this.#deps.clock, drainTime);
    // Credentials that could not be renewed just now: later they may.
    if (reply.refusal?.kind === 'unrenewed') return { kind: 'failed', retryAfter: 0 };
    return visitOfStatus(message.statusCode ?? 0, message.headers, this.#deps.clock.now());
  }

  async #read(message: HttpMessage, signal: AbortSignal): Promise<Visit> {
    const { clock, events, inbox, maxMessageBytes } = this.#deps;
    const resumed = this.#cursor !== null;
    const openedAt = clock.steady();
    let delivered = false;
    let retry: Millis | null = null;
    this.#offered = true;
    this.#conflictSince = null;
    this.#tell(resumed ? 'resumed' : 'fresh');
    const end = await readStream(message, maxMessageBytes, {
      heard: () => {
        if (signal.aborted) return;
        events.heard();
        if (this.#watchdog.value) this.#watch(message);
      },
      event: (data, id) => {
        if (signal.aborted) return;
        const taken = inbox.take({ text: data }, id, { stream, resumed });
        delivered ||= taken.delivered > 0;
        if (taken.responses.length === 0) return;
        this.#deps.log.debug(
          'Dropped an answer on the standalone stream: it belongs to a request.',
        );
      },
      cursor: (id) => {
        if (signal.aborted) return;
        this.#cursor = id;
        events.cursor(stream, id);
      },
      retry: (delay) => {
        retry = delay;
      },
      comment: () => {
        if (!signal.aborted && clock.steady() - openedAt > greetingTime) this.#watch(message);
      },
    });
    if (!signal.aborted) this.#watchdog.value = undefined;
    this.#logEnd(end);
    return {
      kind: 'closed',
      lived: clock.steady() - openedAt,
      delivered,
      retry,
      clean: end.kind === 'ended',
    };
  }

  #watch(message: HttpMessage): void {
    this.#watchdog.value = this.#deps.clock.after(longestSilence, () => {
      this.#deps.log.info('The standalone stream has missed its keepalives; opening it anew.');
      message.destroy();
    });
  }

  #logEnd(end: StreamEnd): void {
    this.#deps.log.debug(
      end.kind === 'too-large'
        ? `An event on the standalone stream was larger than ${this.#deps.maxMessageBytes} bytes.`
        : `The standalone stream has ${end.kind === 'ended' ? 'ended' : 'broken'}.`,
    );
  }

  /** What to do after a try: how long to wait before the next, or null to stop. */
  #after(visit: Visit): Millis | null {
    switch (visit.kind) {
      case 'unauthorized':
        // Asking again without a person would be a loop (118 refreshes in a second, measured on the SDK).
        this.#tell('down');
        return null;
      case 'absent':
        return this.#afterAbsent();
      case 'conflict':
        return this.#afterConflict();
      case 'failed':
      case 'closed': {
        this.#conflictSince = null;
        this.#tell('down');
        const next = delayAfter(visit, this.#failures);
        this.#failures = next.failures;
        return next.delay;
      }
    }
  }

  /** A server that never had the stream has none; one that had it may be starting, or not like the cursor. */
  #afterAbsent(): Millis | null {
    if (!this.#offered) {
      this.#tell('off');
      return null;
    }
    this.#tell('down');
    const hadCursor = this.#cursor !== null;
    this.#cursor = null;
    if (hadCursor) this.#deps.events.cursor(stream, null);
    const next = delayAfter({ kind: 'failed', retryAfter: 0 }, this.#failures);
    this.#failures = next.failures;
    // Without the cursor it is another question, worth asking at once.
    return hadCursor ? 0 : next.delay;
  }

  #afterConflict(): Millis | null {
    const now = this.#deps.clock.steady();
    this.#conflictSince ??= now;
    this.#tell('down');
    if (now - this.#conflictSince >= longestConflict) {
      const text = unsaid(
        'The server keeps an old stream of this session and takes no new one (HTTP 409).',
      );
      this.#deps.events.lost(wordedFailure('session-lost', text, { status: 409 }));
      return null;
    }
    const next = delayAfter({ kind: 'failed', retryAfter: 0 }, this.#failures);
    this.#failures = next.failures;
    return Math.min(next.delay, this.#conflictSince + longestConflict - now);
  }

  #tell(state: PushState): void {
    // Each opening is news; being still down is not.
    if (this.#state === state && (state === 'down' || state === 'off')) return;
    this.#state = state;
    this.#deps.events.push(state);
  }
}
