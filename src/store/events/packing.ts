// What is kept of a message: its JSON, compressed where it is large, or nothing for a priming event. Measured on 5 MB of JSON,
// Zstandard takes 19 ms and makes 28 % of it, where Brotli takes 87 ms and deflate 65 ms for no less, and writing what is
// saved would take longer. Where Node has no Zstandard (before 22.15) it is Brotli. Both are read by their first bytes.
// Not here: when an event is too large altogether (tooLarge.ts).
import * as zlib from 'node:zlib';
import type { Written } from '../../core/resultText.ts';
import { asMessage, type RpcMessage } from '../../core/rpc.ts';

/** Text, compressed text, or null for an event without data. */
export type Body = string | Uint8Array | null;

/** Compression that saves less than a tenth is not worth its undoing. */
const worthwhile = 0.9;
/** No event is this large; a forged one in a shared database must not fill the memory. */
const largestMessage = 512 * 2 ** 20;
const zstdMagic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

const { constants } = zlib;
const hasZstd = typeof zlib.zstdCompressSync === 'function';

const compress = (json: string | Buffer): Buffer =>
  hasZstd
    ? zlib.zstdCompressSync(json, { params: { [constants.ZSTD_c_compressionLevel]: 1 } })
    : zlib.brotliCompressSync(json, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });

const expand = (packed: Uint8Array): string => {
  const isZstd = zstdMagic.equals(packed.subarray(0, zstdMagic.length));
  const undo = isZstd ? zlib.zstdDecompressSync : zlib.brotliDecompressSync;
  return undo(packed, { maxOutputLength: largestMessage }).toString('utf8');
};

export const bytesOf = (body: Body): number => {
  if (body === null) return 0;
  return typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
};

const wholeOf = (json: Written): string | Buffer =>
  typeof json === 'string'
    ? json
    : Buffer.concat([Buffer.from(json.before), ...json.bytes, Buffer.from(json.after)]);

/** Compresses what has at least `compressFrom` bytes, where that helps. */
export const pack = (json: Written, compressFrom: number): Body => {
  const whole = wholeOf(json);
  const size = Buffer.byteLength(whole);
  const packed = size < compressFrom ? null : compress(whole);
  if (packed && packed.byteLength <= size * worthwhile) return packed;
  return typeof whole === 'string' ? whole : whole.toString('utf8');
};

/** Throws for what is no message: somebody else wrote it, or it is damaged. */
export const unpack = (body: Body): RpcMessage | null => {
  if (body === null) return null;
  const value: unknown = JSON.parse(typeof body === 'string' ? body : expand(body));
  const message = asMessage(value);
  if (message === undefined) throw new Error('it is no JSON-RPC message');
  return message;
};
