// Reading the body of an answer to its end, or to a limit. Never throws: how it ended is a value.
import type { Clock, Millis } from '../base/clock.ts';
import type { HttpMessage } from './httpMessage.ts';

export type BodyEnd =
  | { readonly kind: 'ended' }
  | { readonly kind: 'broke'; readonly error: unknown }
  /** The reader had enough. */
  | { readonly kind: 'stopped' };

const cut = (): Error => Object.assign(new Error('aborted'), { code: 'ECONNRESET' });

/** Hands on every chunk until the end, or until `take` returns false: then the connection is cut. */
export const consume = (message: HttpMessage, take: (chunk: Buffer) => boolean): Promise<BodyEnd> =>
  new Promise((resolve) => {
    if (message.destroyed) return resolve({ kind: 'broke', error: cut() });
    let stopped = false;
    message.on('data', (chunk: Buffer) => {
      if (stopped || take(chunk)) return;
      stopped = true;
      resolve({ kind: 'stopped' });
      message.destroy();
    });
    message.once('end', () => resolve({ kind: 'ended' }));
    message.on('error', (error) => resolve({ kind: 'broke', error }));
    message.once('close', () => {
      // An error costs its stack; nearly every message ends before it closes.
      if (!message.readableEnded) resolve({ kind: 'broke', error: cut() });
    });
    message.resume();
  });

export type TextEnd =
  | { readonly kind: 'whole'; readonly text: string; readonly bytes: readonly Buffer[] }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'broke'; readonly error: unknown };

/** The whole body as text, or word that it is larger than `limit` bytes, of which no more is read than that. */
export const readText = async (
  message: HttpMessage,
  limit: number,
  heard: () => void,
): Promise<TextEnd> => {
  if (Number(message.headers['content-length'] ?? 0) > limit) {
    message.destroy();
    return { kind: 'too-large' };
  }
  const chunks: Buffer[] = [];
  let size = 0;
  const end = await consume(message, (chunk) => {
    heard();
    size += chunk.length;
    if (size > limit) return false;
    chunks.push(chunk);
    return true;
  });
  switch (end.kind) {
    case 'ended':
      return {
        kind: 'whole',
        text: Buffer.concat(chunks, size).toString('utf8'),
        bytes: chunks,
      };
    case 'broke':
      return end;
    case 'stopped':
      return { kind: 'too-large' };
  }
};

/** As much of a body as comes within both limits: for error pages, whose status already says what matters. */
export const readSome = async (
  message: HttpMessage,
  limits: { readonly bytes: number; readonly time: Millis },
  clock: Clock,
): Promise<string> => {
  const chunks: Buffer[] = [];
  let room = limits.bytes;
  const timer = clock.after(limits.time, () => message.destroy());
  await consume(message, (chunk) => {
    chunks.push(chunk.subarray(0, room));
    room -= chunk.length;
    return room > 0;
  });
  timer.dispose();
  return Buffer.concat(chunks).toString('utf8');
};

/** Lets the rest pass by, so that the connection can serve again; cut if it does not end soon. */
export const drain = (message: HttpMessage, clock: Clock, grace: Millis): void => {
  if (message.destroyed || message.readableEnded) return;
  const timer = clock.after(grace, () => message.destroy());
  // A listener for errors must stay: the connection may still break.
  message.on('error', () => timer.dispose());
  message.once('close', () => timer.dispose());
  message.resume();
};
