// The answer to a client that takes plain JSON only: one body, when the answer is there. Until then a blank goes out now and
// then, which JSON allows before a value, because some clients drop everything when a response shows no sign of life.
// Not here: streams (sseReply.ts).
import type { ServerResponse } from 'node:http';
import type { LoggedEvent } from './sse.ts';
import { type Reply, StallWatch } from './sseReply.ts';

const type = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' };

export class JsonReply implements Reply {
  readonly carriesEvents = false;
  readonly #response: ServerResponse;
  readonly #stalls: StallWatch;
  #isDone = false;

  constructor(response: ServerResponse, closed: (isWhole: boolean) => void) {
    this.#response = response;
    this.#stalls = new StallWatch(response);
    // A client that hangs up while we write is no error of ours; `close` tells of it.
    response.on('error', () => undefined);
    response.once('close', () => {
      this.#isDone = true;
      closed(response.writableFinished);
    });
  }

  push(): void {
    // There is no room for anything but the answer.
  }

  finish({ json }: LoggedEvent): void {
    if (this.#isDone) return;
    this.#isDone = true;
    if (!this.#response.headersSent)
      this.#response.writeHead(200, { ...type, 'Content-Length': Buffer.byteLength(json) });
    this.#response.end(json);
  }

  beat(): void {
    if (!this.#stalls.look() || this.#isDone) return;
    if (!this.#response.headersSent) this.#response.writeHead(200, type);
    this.#response.write(' ');
  }

  end(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    // Half an answer must not look like one.
    this.#response.destroy();
  }
}
