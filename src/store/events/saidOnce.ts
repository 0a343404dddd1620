// What the event store has to say about its limits, once each: it would be true at every event from then on.
import type { Log } from '../../runtime/ports.ts';

export class SaidOnce {
  readonly #log: Log;
  readonly #said = new Set<string>();

  constructor(log: Log) {
    this.#log = log;
  }

  warn(topic: string, text: string): void {
    if (this.#said.has(topic)) return;
    this.#said.add(topic);
    this.#log.warn(`Event store: ${text}. Said once.`);
  }
}
