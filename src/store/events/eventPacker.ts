// Turns a message into what is kept of it: as it is, compressed, or a few words in its place where it is too large.
import type { Signal } from '../../base/signal.ts';
import type { Written } from '../../core/resultText.ts';
import type { RpcMessage } from '../../core/rpc.ts';
import type { EventStoreSettings } from '../../core/settings.ts';
import { type Body, bytesOf, pack } from './packing.ts';
import type { SaidOnce } from './saidOnce.ts';
import { standInFor } from './tooLarge.ts';

/** One event may take this part of the whole. */
const largestShare = 4;

export class EventPacker {
  readonly #settings: Signal<Pick<EventStoreSettings, 'maxBytes' | 'compressFrom'>>;
  readonly #said: SaidOnce;

  constructor(
    settings: Signal<Pick<EventStoreSettings, 'maxBytes' | 'compressFrom'>>,
    said: SaidOnce,
  ) {
    this.#settings = settings;
    this.#said = said;
  }

  pack(message: RpcMessage | null, json?: Written): Body {
    if (message === null) return null;
    const { maxBytes, compressFrom } = this.#settings.value;
    const allowed = Math.floor(maxBytes / largestShare);
    // What is too large as it is may fit when it is compressed.
    const body = pack(json ?? JSON.stringify(message), Math.min(compressFrom, allowed + 1));
    const bytes = bytesOf(body);
    if (bytes <= allowed) return body;
    this.#said.warn(
      'too-large',
      `an event of ${bytes} bytes is too large to be kept (${allowed} are allowed, a quarter of mcpLifeline.eventStore.maxBytes); a client that comes back for it is told so`,
    );
    const standIn = standInFor(message, bytes, allowed);
    return standIn === null ? null : JSON.stringify(standIn);
  }
}
