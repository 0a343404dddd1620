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

/** A large result in one of the usual frames; undefined for anything else, which is to be read as a whole. */
export const readLargeResult = (text: string): RpcResult | undefined => {
  const frame = text.length < largeFrom || !text.endsWith('}') ? null : frameOf(text);
  if (!frame) return undefined;
  const written = text.slice(frame.from, frame.to);
  // If this alone is one value, nothing else can have stood between the two ends of the frame.
  const result = parse(written);
  if (!isObject(result)) return undefined;
  return { jsonrpc: '2.0', id: frame.id, result, [asWritten]: { of: result, text: written } };
};

/** The message as JSON text. */
export const jsonOf = (message: RpcMessage): string => {
  if (!('result' in message)) return JSON.stringify(message);
  const written = message[asWritten];
  // Somebody may have put another result in its place.
  if (written?.of !== message.result) return JSON.stringify(message);
  return `{"jsonrpc":"2.0","id":${JSON.stringify(message.id)},"result":${written.text}}`;
};
