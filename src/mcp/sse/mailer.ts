// Posts messages to the endpoint of an HTTP+SSE server and tells whether it took them. Answers come on the stream; what
// the POST brings back is only a receipt. Not here: the stream and the answers (sseLink.ts).
import type { Clock, Millis } from '../../base/clock.ts';
import { Mutable } from '../../base/disposable.ts';
import type { Fate } from '../../core/calls/fate.ts';
import { wordedFailure } from '../../core/connection/failure.ts';
import { isRequest, type RpcMessage } from '../../core/rpc.ts';
import { unsaid } from '../../core/wording/unsaid.ts';
import { drain } from '../body.ts';
import { fateOfRefusal, isSuccess } from '../exchange.ts';
import type { Answered } from '../courier.ts';
import type { Wire } from '../wire.ts';

export interface MailerDeps {
  readonly wire: Wire;
  readonly clock: Clock;
  /** A POST without a receipt is given up when nothing at all was heard for so long. */
  readonly patience: Millis;
  /** Steady time of the last byte on the stream. */
  readonly lastHeard: () => Millis;
}

const drainTime = 1_000;
/** Once the answer is there nobody needs the receipt. */
const receiptGrace: Millis = 1_000;

export class Mailer {
  readonly #deps: MailerDeps;

  constructor(deps: MailerDeps) {
    this.#deps = deps;
  }

  /**
   * `accepted`, or why not. `answered` resolves when the answer has come on the stream, which some servers send before
   * the receipt, and some never send one (server-everything to a stale session).
   */
  async post(
    message: RpcMessage,
    signal?: AbortSignal,
    answered?: Promise<unknown>,
  ): Promise<Fate> {
    const { wire, clock } = this.#deps;
    const late = new AbortController();
    const watch = new Mutable();
    this.#watchSilence(watch, clock.steady(), late);
    void answered?.then(() => {
      watch.value = clock.after(receiptGrace, () => late.abort());
    });
    const either = signal ? AbortSignal.any([signal, late.signal]) : late.signal;
    const reply = await wire.post(message, either);
    watch.dispose();
    if (reply.kind === 'response') return this.#receipt(reply, message);
    const fate = wire.fateOfFailed(reply, signal);
    // Given up by the watch above, and by nobody else.
    return late.signal.aborted && 'failure' in fate && fate.failure.kind === 'cancelled'
      ? {
          ...fate,
          failure: wordedFailure('timeout', unsaid('The server did not take the message.')),
        }
      : fate;
  }

  /** A server that is heard may take its time: some give the receipt when the request has been worked off. */
  #watchSilence(watch: Mutable<{ dispose(): void }>, since: Millis, late: AbortController): void {
    const { clock, patience, lastHeard } = this.#deps;
    const silent = clock.steady() - Math.max(since, lastHeard());
    if (silent >= patience) return late.abort();
    watch.value = clock.after(patience - silent, () => this.#watchSilence(watch, since, late));
  }

  #receipt(reply: Answered, message: RpcMessage): Promise<Fate> {
    const { clock } = this.#deps;
    if (isSuccess(reply.message.statusCode ?? 0)) {
      drain(reply.message, clock, drainTime);
      return Promise.resolve({ kind: 'accepted' });
    }
    // The endpoint is the session: what is refused there is refused to a session.
    const asked = {
      id: isRequest(message) ? message.id : null,
      withSession: true,
      afterHandshake: true,
    };
    return fateOfRefusal(reply, asked, clock);
  }
}
