// One HTTP response that follows a stream of the event log as server-sent events. Whatever is said is in the log before it is
// written here, so nothing has to be queued for a client that reads slowly: it falls behind, and catches up from the log when
// its socket has drained. One that does not read at all is cut, and may come back with its cursor.
// Not here: what is said, and which stream (sessionCalls.ts, standalone.ts).
import type { ServerResponse } from 'node:http';
import type { Clock, Millis } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import type { Written } from '../core/resultText.ts';
import type { EventLog, StoredEvent } from '../runtime/gatewayPorts.ts';
import { hasBegun } from './begun.ts';
import { endWith, isWhole, type Parts, sendAnswer } from './reply.ts';
import { comment, eventParts, isAnswer, type LoggedEvent, sseHeaders, storedParts } from './sse.ts';
import type { Beating } from './streams.ts';

/** Whether an answer went out by itself: `gone`, all of it has left this process; `going`, the rest follows. */
export type Alone = 'gone' | 'going' | 'no';

/** Where the answer of a request goes. */
export interface Reply extends Beating {
  /** Whether it can carry what is said before the answer. */
  readonly carriesEvents: boolean;
  push(event: LoggedEvent): void;
  /** The answer as plain JSON, if nothing was said before it. There is no cursor then, and so nobody comes back for it. */
  alone(json: Written): Alone;
  /** The answer: nothing comes after it. */
  finish(event: LoggedEvent): void;
  /** Ends it where it is; its client comes back for the rest. */
  end(): void;
}

/** When a reply begins that waits for what there is to say. */
export interface LateBeginning {
  /** Begins it as a stream. */
  readonly opening: () => void;
  readonly clock: Clock;
  readonly patience: Millis;
  /** Whether its client takes plain JSON as well, which costs both sides less than a stream of one event. */
  readonly mayBePlain: boolean;
}

export interface FollowedStream {
  readonly log: Pick<EventLog, 'readAfter'>;
  readonly id: string;
  /** Whether an answer ends it. On a standalone stream it does not. */
  readonly endsWithAnswer: boolean;
}

/** So many bytes may wait for a client to read them, and one message more. */
const mostWaiting = 1024 * 1024;
/** After so many beats on which a client read nothing of what waits for it, it is cut. */
const mostStalls = 4;

/** Cuts a response whose client has stopped reading. */
export class StallWatch {
  readonly #response: ServerResponse;
  #waited = 0;
  #stalls = 0;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  /** False: there is no use in writing more now. */
  look(): boolean {
    const waiting = this.#response.writableLength;
    this.#stalls = waiting > 0 && waiting === this.#waited ? this.#stalls + 1 : 0;
    this.#waited = waiting;
    if (this.#stalls >= mostStalls) this.#response.destroy();
    return waiting === 0;
  }
}

export class SseReply implements Reply {
  readonly carriesEvents = true;
  readonly #response: ServerResponse;
  readonly #stream: FollowedStream;
  readonly #stalls: StallWatch;
  #cursor: string | null = null;
  #isBehind = false;
  #isDone = false;
  /** The answer, where it came while this reply was behind: the log may have dropped it by then. */
  #last: LoggedEvent | null = null;
  #batch: Iterator<StoredEvent> = [].values();
  /** Begins it, while it has not begun, and when that will be at the latest. */
  #late: (LateBeginning & { readonly limit: Disposable }) | null = null;

  /** `closed` is called once, with whether everything that was said has gone out. */
  constructor(response: ServerResponse, stream: FollowedStream, closed: (whole: boolean) => void) {
    this.#response = response;
    this.#stream = stream;
    this.#stalls = new StallWatch(response);
    // A client that hangs up while we write is no error of ours; `close` tells of it.
    response.on('error', () => undefined);
    const { socket } = response;
    response.once('close', () => {
      this.#isDone = true;
      this.#late?.limit.dispose();
      closed(isWhole(response, socket));
    });
  }

  /** The last event that was written. */
  get cursor(): string | null {
    return this.#cursor;
  }

  /** The log has more than was written. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  /** Begins with this text, in one write with the headers. What is said from then on follows. */
  begin(opening: string, cursor: string | null): void {
    this.#cursor = cursor;
    this.#response.writeHead(200, sseHeaders);
    this.#response.write(opening);
    // Node would keep it back until this turn is over, and the request may be on its way to its server before that: whoever is to
    // come back for its answer has the cursor first.
    this.#response.socket?.uncork();
    hasBegun(this.#response);
  }

  /** Begins when something has to be said, or after the patience. An answer that comes first goes out alone. */
  beginLate(late: LateBeginning): void {
    this.#late = { ...late, limit: late.clock.after(late.patience, () => this.open()) };
  }

  /** Begins now, if it has not begun. */
  open(): void {
    const late = this.#late;
    this.#late = null;
    late?.limit.dispose();
    if (!this.#isDone) late?.opening();
  }

  /** Begins with what the log has after an event; null: from its start. Headers go out even if the log has nothing to tell. */
  resume(cursor: string | null, opening = comment): void {
    this.begin(opening, cursor);
    this.#isBehind = true;
    this.#catchUp();
  }

  push(event: LoggedEvent): void {
    this.open();
    if (this.#isDone || this.#isBehind) return;
    this.#cursor = event.id;
    if (this.#write(eventParts(event))) return;
    this.#isBehind = true;
    this.#response.once('drain', () => this.#catchUp());
  }

  alone(json: Written): Alone {
    if (this.#isDone || this.#late?.mayBePlain !== true) return 'no';
    this.#isDone = true;
    this.#late.limit.dispose();
    this.#late = null;
    return sendAnswer(this.#response, json) ? 'gone' : 'going';
  }

  finish(event: LoggedEvent): void {
    if (this.#isDone) return;
    if (this.#isBehind) this.#last = event;
    else this.#endWith(event.id, eventParts(event));
  }

  beat(): void {
    this.open();
    if (this.#stalls.look() && !this.#isDone) this.#response.write(comment);
  }

  end(): void {
    // Its client comes back for the rest, and needs a cursor for that.
    this.open();
    if (this.#isDone) return;
    this.#isDone = true;
    endWith(this.#response, []);
  }

  /** False: more should wait until the client has read. */
  #write(parts: Parts): boolean {
    for (const part of parts) this.#response.write(part);
    return this.#response.writableLength <= mostWaiting;
  }

  #endWith(id: string, parts: Parts): void {
    this.#cursor = id;
    this.#isDone = true;
    if (this.#late) this.#response.writeHead(200, sseHeaders);
    this.#late?.limit.dispose();
    this.#late = null;
    endWith(this.#response, parts);
  }

  #catchUp(): void {
    while (!this.#isDone) {
      const stored = this.#nextStored();
      if (stored === undefined) return this.#caughtUp();
      if (this.#stream.endsWithAnswer && isAnswer(stored.message))
        return this.#endWith(stored.id, storedParts(stored));
      this.#cursor = stored.id;
      // A standalone stream's priming events only mark where a listener began.
      if (stored.message === null && !this.#stream.endsWithAnswer) continue;
      if (this.#write(storedParts(stored))) continue;
      this.#response.once('drain', () => this.#catchUp());
      return;
    }
  }

  #nextStored(): StoredEvent | undefined {
    const next = this.#batch.next();
    if (next.done !== true) return next.value;
    this.#batch = this.#stream.log.readAfter(this.#stream.id, this.#cursor).values();
    const first = this.#batch.next();
    return first.done === true ? undefined : first.value;
  }

  #caughtUp(): void {
    this.#isBehind = false;
    if (this.#last) this.finish(this.#last);
  }
}
