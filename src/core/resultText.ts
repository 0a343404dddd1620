// Large results keep the text that their server wrote: making it anew takes longer than everything else that is done with it on
// its way to a client. The text holds exactly the result, and is good for nothing but that very value.
// Not here: small messages, which are quicker made than cut out.
import { asWritten, isObject, type RpcId, type RpcMessage, type RpcResult } from './rpc.ts';

/** In characters. */
const largeFrom = 32 * 1024;
/** What stands around a result is short. */
const longestFrame = 300;

const id = String.raw`(-?\d{1,15}|"[^"\\\u0000-\u001f]{1,200}")`;
/** As servers write it that put the result last, and those that put it first. */
const idBefore = new RegExp(
  String.raw`^\{(?:"jsonrpc":"2\.0","id":${id}|"id":${id},"jsonrpc":"2\.0"),"result":(?=\{)`,
);
const resultFirst = /^\{(?:"jsonrpc":"2\.0",)?"result":(?=\{)/;
const idAfter = new RegExp(
  String.raw`\}(,"jsonrpc":"2\.0","id":${id}|,"id":${id}(?:,"jsonrpc":"2\.0")?)\}$`,
);

interface Frame {
  readonly id: RpcId;
  readonly from: number;
  readonly to: number;
}

const idOf = (text: string | undefined): RpcId =>
  text?.startsWith('"') ? text.slice(1, -1) : Number(text);

const frameOf = (text: string): Frame | null => {
  const start = text.slice(0, longestFrame);
  const before = idBefore.exec(start);
  if (before) {
    const [all, one, other] = before;
    return { id: idOf(one ?? other), from: all.length, to: text.length - 1 };
  }
  const first = resultFirst.exec(start);
  const after = idAfter.exec(text.slice(-longestFrame));
  // Each of them, or neither, says which JSON-RPC it is.
  if (!first || !after || first[0].includes('jsonrpc') === after[0].includes('jsonrpc'))
    return null;
  const [, tail = '', one, other] = after;
  return { id: idOf(one ?? other), from: first[0].length, to: text.length - tail.length - 1 };
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // It was framed in another way than it looked; whoever reads all of it will see.
    return undefined;
  }
};

// oxlint-disable-next-line no-control-regex -- The point is which characters are of one byte.
const ascii = /^[\x00-\x7f]*$/;

/** Without so many bytes at both ends. */
const cutBothEnds = (parts: readonly Uint8Array[], front: number, back: number) => {
  let left = front;
  let size = parts.reduce((sum, part) => sum + part.length, 0) - front - back;
  return parts.flatMap((part) => {
    const from = Math.min(left, part.length);
    left -= from;
    const inside = part.subarray(from, Math.min(part.length, from + size));
    size -= inside.length;
    return inside.length > 0 ? inside : [];
  });
};

/** What of the bytes of a text is between both ends of its frame; null where characters of the frame are more than a byte. */
const bytesIn = (
  bytes: readonly Uint8Array[],
  text: string,
  { from, to }: Frame,
): readonly Uint8Array[] | null =>
  ascii.test(text.slice(0, from)) && ascii.test(text.slice(to))
    ? cutBothEnds(bytes, from, text.length - to)
    : null;

/** A line break may stand between any two values, but not in an event, which ends there. */
const isOneLine = (text: string): boolean => !text.includes('\n') && !text.includes('\r');

/**
 * A large result in one of the usual frames; undefined for anything else, which is to be read as a whole. `bytes`: the text in
 * UTF-8, in parts, where it came so.
 */
export const readLargeResult = (
  text: string,
  bytes: readonly Uint8Array[] | null = null,
): RpcResult | undefined => {
  const frame = text.length < largeFrom || !text.endsWith('}') ? null : frameOf(text);
  if (!frame || !isOneLine(text)) return undefined;
  const written = text.slice(frame.from, frame.to);
  // If this alone is one value, nothing else can have stood between the two ends of the frame.
  const result = parse(written);
  if (!isObject(result)) return undefined;
  const asItCame = bytes && bytesIn(bytes, text, frame);
  const words = { of: result, text: written, bytes: asItCame };
  return { jsonrpc: '2.0', id: frame.id, result, [asWritten]: words };
};

/** A message as it goes out: its text, or a large result in bytes, between what stands around it. */
export type Written =
  | string
  | {
      readonly before: string;
      readonly bytes: readonly Uint8Array[];
      readonly after: string;
    };

/** The message as JSON, in the bytes in which its server wrote it where they are known. */
export const writtenOf = (message: RpcMessage): Written => {
  const words = 'result' in message ? message[asWritten] : undefined;
  if (!words?.bytes || !('result' in message) || words.of !== message.result)
    return jsonOf(message);
  const before = `{"jsonrpc":"2.0","id":${JSON.stringify(message.id)},"result":`;
  return { before, bytes: words.bytes, after: '}' };
};

/** The message as JSON text. */
export const jsonOf = (message: RpcMessage): string => {
  if (!('result' in message)) return JSON.stringify(message);
  const written = message[asWritten];
  // Somebody may have put another result in its place.
  if (written?.of !== message.result) return JSON.stringify(message);
  return `{"jsonrpc":"2.0","id":${JSON.stringify(message.id)},"result":${written.text}}`;
};
