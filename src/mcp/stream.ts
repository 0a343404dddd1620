// Reading one SSE body: events, ids, retry, comments, and the limits that keep a mad stream from eating memory.
// Not here: what an event says (inbox.ts) and what follows from the stream's end.
import { createParser } from 'eventsource-parser';
import type { Millis } from '../base/clock.ts';
import { type BodyEnd, consume } from './body.ts';
import { isCursor } from './headers.ts';
import type { HttpMessage } from './httpMessage.ts';
import { LongLines } from './longLines.ts';

export interface StreamSink {
  /** So many bytes, of anything. */
  heard(bytes: number): void;
  /** A message event with data. `bytes`: those of a large one, as they came. */
  event(data: string, id: string | null, bytes: readonly Buffer[] | null): void;
  /** The stream's newest id, after its event was told; also of an event without data (priming, SEP-1699). */
  cursor(id: string): void;
  retry(delay: Millis): void;
  comment(): void;
  /** Where to post messages: only HTTP+SSE (2024-11-05) says so, with the first event of its stream. */
  endpoint?(data: string): void;
}

export type StreamEnd = BodyEnd | { readonly kind: 'too-large' };

export const isEventStream = (message: HttpMessage): boolean =>
  /^text\/event-stream\b/i.test(message.headers['content-type'] ?? '');

const readerOf = (limit: number, sink: StreamSink) => {
  let newest: string | null = null;
  let overflow = false;
  // Characters since something was understood: garbage without an end is not buffered, yet must not go on for ever.
  let sense = false;
  const flush = (): void => {
    if (newest !== null) sink.cursor(newest);
    newest = null;
  };
  const parser = createParser({
    maxBufferSize: limit,
    onId: (id) => {
      sense = true;
      if (isCursor(id)) newest = id;
    },
    onEvent: ({ event, data, id }) => {
      sense = true;
      if (event === 'endpoint') sink.endpoint?.(data);
      // Other event types are not the protocol's (a `ping` of some servers).
      const ours = event === undefined || event === 'message';
      const bytes = lines.bytesOf(data);
      if (ours && data !== '') sink.event(data, id ?? null, bytes);
      flush();
    },
    onRetry: (delay) => sink.retry(delay),
    onComment: () => {
      sense = true;
      sink.comment();
    },
    onError: ({ type }) => {
      if (type === 'max-buffer-size-exceeded') overflow = true;
    },
  });
  const lines = new LongLines((text) => {
    // The parser takes nothing after an overflow.
    if (!overflow) parser.feed(text);
  });
  let idle = 0;
  /** False when the limit is passed. */
  return (chunk: Buffer): boolean => {
    sink.heard(chunk.length);
    sense = false;
    lines.read(chunk);
    flush();
    idle = sense ? 0 : idle + chunk.length;
    return !overflow && idle <= limit;
  };
};

/** Reads until the stream ends, breaks, or passes `limit` bytes without completing an event. Never rejects. */
export const readStream = async (
  message: HttpMessage,
  limit: number,
  sink: StreamSink,
): Promise<StreamEnd> => {
  const end = await consume(message, readerOf(limit, sink));
  return end.kind === 'stopped' ? { kind: 'too-large' } : end;
};
