// The link over stdio: one process of ours, a JSON-RPC message per line. The process is ours to start and to end, so it is
// spawned here and not by the SDK's StdioClientTransport, which is measured to be unable to keep our promises: it ends
// the direct child only (npx and uvx leave orphans), does not tell the exit code, and calls a message sent that
// was merely queued. Only its choice of safe variables is followed (launch.ts).
// Not here: starting the process (stdioDialer.ts) and starting it again (core/connection/step.ts).
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { type Clock, type Millis, sleep } from '../../base/clock.ts';
import { Mutable } from '../../base/disposable.ts';
import type { Fate } from '../../core/calls/fate.ts';
import { type Failure, wordedFailure } from '../../core/connection/failure.ts';
import {
  isResponse,
  type RpcId,
  type RpcMessage,
  type RpcNotification,
  type RpcRequest,
  type RpcResponse,
} from '../../core/rpc.ts';
import { unsaid, type Unsaid } from '../../core/wording/unsaid.ts';
import type { ExchangeOptions, Link, LinkEvents, Log, SessionRef } from '../../runtime/ports.ts';
import { AnswerBook } from '../answerBook.ts';
import { whileOpen } from '../whileOpen.ts';
import { exitFailure } from './exits.ts';
import { type Letter, Outbox } from './outbox.ts';
import { readOutput } from './output.ts';
import type { Exit, ProcessTree } from './processTree.ts';
import { StderrTail } from './stderrTail.ts';

export interface StdioLinkDeps {
  readonly child: ChildProcessWithoutNullStreams;
  readonly tree: ProcessTree;
  /** Ends the tree in order. */
  readonly end: () => Promise<void>;
  /** Values of the settings that may show up on stderr and must not be shown. */
  readonly secrets: readonly string[];
  readonly maxMessageBytes: number;
  readonly clock: Clock;
  readonly log: Log;
}

type Posted =
  | { readonly kind: 'posted'; readonly letter: Letter }
  | { readonly kind: 'refused'; readonly failure: Failure };

/** What a dying process wrote last is still in its pipes; a grandchild that lives on may hold them open. */
const lastWords: Millis = 500;
/** A process that closes its input or output mostly exits right away; that says more. */
const exitGrace: Millis = 1_000;
/** Nobody waits for a notification in earnest. */
const tellLimit: Millis = 30_000;

const notSent = (failure: Failure): Fate => ({ kind: 'not-sent', failure });
const broken = (failure: Failure): Fate => ({ kind: 'broken', failure, cursor: null });

/** What becomes of a message without an answer: may it have been read in whole? */
const fateOf = (letter: Letter | null, failure: Failure): Fate =>
  letter?.state === 'written' || letter?.state === 'handed' ? broken(failure) : notSent(failure);

export class StdioLink implements Link {
  readonly #deps: StdioLinkDeps;
  readonly #events: LinkEvents;
  readonly #outbox: Outbox;
  readonly #book = new AnswerBook();
  readonly #tail: StderrTail;
  readonly #dying = new Mutable();
  readonly #telling = new Set<AbortController>();
  #session: SessionRef = { id: null, protocolVersion: null };
  /** Why nothing can be sent any more. */
  #over: Failure | null = null;
  #closing: Promise<void> | null = null;

  /** The process has just been started: nothing that it does has been missed. */
  constructor(deps: StdioLinkDeps, events: LinkEvents) {
    const { child, maxMessageBytes, secrets, log } = deps;
    this.#deps = deps;
    this.#events = whileOpen(events, () => this.#closing === null);
    this.#outbox = new Outbox(child.stdin, maxMessageBytes);
    this.#tail = new StderrTail(secrets);
    readOutput(child, deps, {
      heard: () => this.#events.heard(),
      message: (message) => this.#take(message),
      complained: (line) => {
        log.info(`stderr: ${line}`);
        this.#tail.add(line);
      },
      tooLarge: (id) => this.#overflowed(id),
      closed: (text) => this.#expectExit(text),
    });
    // In the very event and not after a promise: what is told of writes from then on is about the closed pipe.
    child.once('exit', (code, signal) => this.#exited({ code, signal }));
  }

  /** A server on stdio has no session but its life (spec, transports: stdio). */
  get session(): SessionRef {
    return this.#session;
  }

  useVersion(protocolVersion: string): void {
    this.#session = { id: null, protocolVersion };
  }

  exchange(request: RpcRequest, { signal, begun }: ExchangeOptions): Promise<Fate> {
    if (signal?.aborted)
      return Promise.resolve(
        notSent(wordedFailure('cancelled', unsaid('Nobody waits for the answer any more.'))),
      );
    let letter: Letter | null = null;
    const waiting = this.#book.wait(request.id, signal, (failure) => {
      if (letter) this.#outbox.withdraw(letter);
      return fateOf(letter, failure);
    });
    // Never while the caller still is in this very call.
    const posted = this.#post(request, () => queueMicrotask(() => begun?.()));
    if (posted.kind === 'posted') letter = posted.letter;
    else this.#book.end(request.id, notSent(posted.failure));
    return waiting;
  }

  async tell(message: RpcNotification | RpcResponse): Promise<Fate> {
    const done = new AbortController();
    const posted = this.#post(message, () => done.abort());
    if (posted.kind === 'refused') return notSent(posted.failure);
    const { letter } = posted;
    if (letter.state !== 'written') {
      this.#telling.add(done);
      await sleep(this.#deps.clock, tellLimit, done.signal).catch(() => {
        // Woken up: it was written, or the link is over.
      });
      this.#telling.delete(done);
    }
    if (letter.state === 'written') return { kind: 'accepted' };
    this.#outbox.withdraw(letter);
    const late = wordedFailure('timeout', unsaid('The server did not read a notification.'));
    return fateOf(letter, this.#over ?? late);
  }

  resume(): Promise<Fate> {
    const text = unsaid('A server on stdio keeps nothing to resume from.');
    return Promise.resolve(broken(wordedFailure('closed', text)));
  }

  /** There is one stream for everything. */
  listen(): void {
    this.#events.push('off');
  }

  reset(): void {
    // A pipe within this machine does not die of sleep.
  }

  leave(): Promise<void> {
    return this.#book.emptied();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#end(wordedFailure('closed', unsaid('The link was closed by us.')));
    await this.#deps.end();
  }

  #post(message: RpcMessage, written: () => void): Posted {
    if (this.#over) return { kind: 'refused', failure: this.#over };
    const letter = this.#outbox.post(JSON.stringify(message), written);
    if (letter) return { kind: 'posted', letter };
    const text = unsaid('The server does not read its input, and too much waits for it already.');
    return { kind: 'refused', failure: wordedFailure('silent', text) };
  }

  #take(message: RpcMessage): void {
    if (!isResponse(message)) this.#events.message(message, 'standalone');
    else if (!this.#book.answer(message))
      this.#deps.log.debug('Dropped an answer that nobody waits for any more.');
  }

  /** The server goes on; only who waits for this very answer must hear of it. Where that is not known, nobody may wait. */
  #overflowed(id: RpcId | null): void {
    const text = unsaid(
      'The server sent a message of more than {0} bytes, the limit of the settings.',
      this.#deps.maxMessageBytes,
    );
    const failure = wordedFailure('too-large', text);
    if (id === null || !this.#book.has(id)) this.#fail(failure);
    else this.#book.end(id, broken(failure));
  }

  /** If the exit does not follow soon, the link is of no use all the same. */
  #expectExit(text: Unsaid): void {
    if (this.#over || this.#dying.value || this.#deps.tree.exit) return;
    const { clock } = this.#deps;
    this.#dying.value = clock.after(exitGrace, () => this.#fail(wordedFailure('closed', text)));
  }

  #exited(exit: Exit): void {
    this.#outbox.freeze();
    const { child, clock } = this.#deps;
    const report = (): void => this.#fail(exitFailure(exit, this.#tail.text));
    child.once('close', report);
    this.#dying.value = clock.after(lastWords, report);
  }

  /** The link is lost. The connection hears of it first, so that nobody sends again on what is gone. */
  #fail(failure: Failure): void {
    if (this.#over) return;
    this.#over = failure;
    this.#events.lost(failure);
    this.#end(failure);
    // What the process has left running belongs to nobody any more.
    void this.#deps.end();
  }

  #end(failure: Failure): void {
    this.#over ??= failure;
    this.#dying.dispose();
    this.#outbox.freeze();
    this.#book.endAll(this.#over);
    this.#outbox.close();
    for (const done of this.#telling) done.abort();
  }
}
