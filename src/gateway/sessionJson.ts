// The answer to a client that takes plain JSON only: one body, when the answer is there. Until then a blank goes out now and
// then, which JSON allows before a value, because some clients drop everything when a response shows no sign of life.
// Not here: streams (sseReply.ts).
import type { ServerResponse } from 'node:http';
import type { Written } from '../core/resultText.ts';
import { hasBegun } from './begun.ts';
import { endWith, isWhole, partsOf, sendAnswer } from './reply.ts';
import type { LoggedEvent } from './sse.ts';
import { type Alone, type Reply, StallWatch } from './sseReply.ts';

const type = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' };

export class JsonReply implements Reply {
  readonly carriesEvents = false;
  readonly #response: ServerResponse;
  readonly #stalls: StallWatch;
  #isDone = false;

  constructor(response: ServerResponse, closed: (whole: boolean) => void) {
    this.#response = response;
    this.#stalls = new StallWatch(response);
    // A client that hangs up while we write is no error of ours; `close` tells of it.
    response.on('error', () => undefined);
    const { socket } = response;
    response.once('close', () => {
      this.#isDone = true;
      closed(isWhole(response, socket));
    });
  }

  push(): void {
    // There is no room for anything but the answer.
  }

  alone(json: Written): Alone {
    if (this.#isDone || this.#response.headersSent) return 'no';
    this.#isDone = true;
    return sendAnswer(this.#response, json) ? 'gone' : 'going';
  }

  finish({ json }: LoggedEvent): void {
    if (this.alone(json) !== 'no' || this.#isDone) return;
    this.#isDone = true;
    endWith(this.#response, partsOf(json));
  }

  beat(): void {
    if (!this.#stalls.look() || this.#isDone) return;
    if (!this.#response.headersSent) this.#response.writeHead(200, type);
    this.#response.write(' ');
    hasBegun(this.#response);
  }

  end(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    // Half an answer must not look like one.
    this.#response.destroy();
  }
}
