// The body that answers a request of ours, as JSON or as an event stream, and the fate that it means for the request.
// Only a response with our id on our own body counts (facts of real servers: resumed streams carry foreign answers).
import type { Clock, Millis } from '../base/clock.ts';
import { Mutable } from '../base/disposable.ts';
import type { Fate } from '../core/calls/fate.ts';
import { type Failure, type FailureKind, wordedFailure } from '../core/connection/failure.ts';
import type { RpcId, RpcResponse } from '../core/rpc.ts';
import { unsaid, type Unsaid } from '../core/wording/unsaid.ts';
import type { LinkEvents, StreamName } from '../runtime/ports.ts';
import { drain, readText } from './body.ts';
import { answerLosesSession } from './failures.ts';
import type { HttpMessage } from './httpMessage.ts';
import type { Data, Inbox } from './inbox.ts';
import { answerAmong } from './messages.ts';
import type { Pauses } from './pauses.ts';
import type { Asked } from './statuses.ts';
import { readStream, type StreamEnd } from './stream.ts';

export interface Wanted {
  readonly id: RpcId;
  readonly asked: Asked;
  /** The stream goes on from here; null on the body of the request itself. */
  readonly from: string | null;
  /**
   * How long a stream may bring no event before it is asked for again; null: for ever. Only for resumed ones: some
   * servers accept a resumption, replay what they have, and never send what follows (server-everything).
   */
  readonly patience: Millis | null;
  /** Names the reason when the connection breaks. */
  readonly explain: (error: unknown) => Failure;
}

export interface AnswerTools {
  readonly events: LinkEvents;
  readonly inbox: Inbox;
  readonly pauses: Pauses;
  readonly clock: Clock;
  readonly maxMessageBytes: number;
}

export const streamOf = (id: RpcId): StreamName => `request:${id}`;

// A server ends the stream right after the answer (spec); one that does not must not keep a socket of ours.
const graceAfterAnswer = 1_000;
// More bytes than comments make in the longest patience.
const mostKeepalives = 4_096;

const broken = (kind: FailureKind, words: Unsaid): Fate => ({
  kind: 'broken',
  failure: wordedFailure(kind, words),
  cursor: null,
});

const tooLarge = (limit: number): Fate =>
  broken(
    'too-large',
    unsaid('The answer is larger than {0} bytes, the limit of the settings.', limit),
  );

const fateOf = (response: RpcResponse, { id, asked }: Wanted): Fate =>
  asked.withSession && answerLosesSession(response, id)
    ? {
        kind: 'refused',
        failure: wordedFailure(
          'session-lost',
          unsaid('The server answered that it does not know our session.'),
        ),
      }
    : { kind: 'answered', response: { ...response, id } };

/** Reads a JSON answer. */
export const readJsonAnswer = async (
  message: HttpMessage,
  wanted: Wanted,
  tools: AnswerTools,
): Promise<Fate> => {
  const { events, inbox, maxMessageBytes } = tools;
  const body = await readText(message, maxMessageBytes, () => events.heard());
  switch (body.kind) {
    case 'broke':
      return { kind: 'broken', failure: wanted.explain(body.error), cursor: null };
    case 'too-large':
      return tooLarge(maxMessageBytes);
    case 'whole': {
      const source = { stream: streamOf(wanted.id), resumed: false };
      const { responses } = inbox.take(body, null, source);
      const response = answerAmong(responses, wanted.id, true);
      if (response) return fateOf(response, wanted);
      return broken('malformed', unsaid('The body of the answer holds no answer to the request.'));
    }
  }
};

/** The event stream that is to bring the answer. Its fate is known when the answer came or the stream ended. */
export class AnswerStream {
  readonly #message: HttpMessage;
  readonly #wanted: Wanted;
  readonly #tools: AnswerTools;
  readonly #stream: StreamName;
  #cursor: string | null;
  #fruitful = false;
  /** The last event was unreadable: it may have been the answer. */
  #flawed = false;
  #done = false;
  #impatient = false;
  #bytes = 0;
  readonly #patience = new Mutable();

  constructor(message: HttpMessage, wanted: Wanted, tools: AnswerTools) {
    this.#message = message;
    this.#wanted = wanted;
    this.#tools = tools;
    this.#stream = streamOf(wanted.id);
    this.#cursor = wanted.from;
  }

  read(): Promise<Fate> {
    return new Promise((resolve) => {
      const { events, maxMessageBytes } = this.#tools;
      this.#waitFor();
      const reading = readStream(this.#message, maxMessageBytes, {
        heard: (bytes) => {
          this.#bytes += bytes;
          events.heard();
        },
        event: (text, id, bytes) => {
          const fate = this.#done ? null : this.#judge({ text, bytes }, id);
          if (fate) resolve(this.#answered(fate));
        },
        cursor: (id) => this.#moved(id),
        retry: (delay: Millis) => {
          if (!this.#done) this.#tools.pauses.announced(this.#stream, delay);
        },
        comment: () => {},
      });
      void reading.then((end) => {
        // After the answer its end says nothing any more.
        if (!this.#done) resolve(this.#ended(end));
      });
    });
  }

  /** Cuts the connection if nothing is lost by it: the stream can be resumed. */
  cutIfResumable(): void {
    if (this.#cursor !== null && !this.#done) this.#message.destroy();
  }

  #waitFor(): void {
    const { patience } = this.#wanted;
    if (patience === null) return;
    const before = this.#bytes;
    this.#patience.value = this.#tools.clock.after(patience, () => {
      // Keepalives do not count, but a large event on its way does.
      if (this.#bytes - before > mostKeepalives) return this.#waitFor();
      this.#impatient = true;
      this.#message.destroy();
    });
  }

  #judge(data: Data, id: string | null): Fate | null {
    const { from } = this.#wanted;
    const source = { stream: this.#stream, resumed: from !== null };
    const { responses, flawed } = this.#tools.inbox.take(data, id, source);
    this.#flawed = flawed;
    this.#waitFor();
    // A resumed stream may hold other streams' errors, so there an error without an id is nobody's.
    const response = answerAmong(responses, this.#wanted.id, from === null);
    return response ? fateOf(response, this.#wanted) : null;
  }

  #answered(fate: Fate): Fate {
    this.#done = true;
    this.#patience.dispose();
    this.#tools.pauses.forget(this.#stream);
    if (this.#cursor !== null) this.#tools.events.cursor(this.#stream, null);
    drain(this.#message, this.#tools.clock, graceAfterAnswer);
    return fate;
  }

  #moved(id: string): void {
    if (this.#done || this.#cursor === id) return;
    this.#cursor = id;
    this.#fruitful = true;
    this.#tools.events.cursor(this.#stream, id);
  }

  #ended(end: StreamEnd): Fate {
    this.#done = true;
    this.#patience.dispose();
    const fate = this.#fateAtEnd(end);
    if (fate.kind !== 'broken') return fate;
    if (fate.cursor === null) {
      this.#tools.pauses.forget(this.#stream);
      this.#tools.events.cursor(this.#stream, null);
    } else {
      const resumed = this.#wanted.from !== null;
      this.#tools.pauses.ended(this.#stream, { resumed, fruitful: this.#fruitful });
    }
    return fate;
  }

  #fateAtEnd(end: StreamEnd): Fate {
    if (end.kind === 'too-large') return tooLarge(this.#tools.maxMessageBytes);
    if (this.#impatient) {
      const failure = wordedFailure('silent', unsaid('The resumed stream brought nothing more.'));
      return { kind: 'broken', failure, cursor: this.#cursor };
    }
    if (end.kind === 'broke') {
      return { kind: 'broken', failure: this.#wanted.explain(end.error), cursor: this.#cursor };
    }
    // Asking again would bring the same unreadable event again, or a stream that waits for ever.
    if (this.#flawed)
      return broken('malformed', unsaid('The last event of the stream is no message.'));
    const failure = wordedFailure('closed', unsaid('The stream ended before the answer.'));
    return { kind: 'broken', failure, cursor: this.#cursor };
  }
}
