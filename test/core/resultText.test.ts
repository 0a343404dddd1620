import { describe, expect, test } from 'vitest';
import { asWritten } from '../../src/core/rpc.ts';
import { jsonOf, readLargeResult, type Written, writtenOf } from '../../src/core/resultText.ts';

const pad = 'x'.repeat(40_000);
/** With spaces and an exponent, which no JSON made anew would have. */
const result = `{ "pad" : "${pad}", "size":4e4 }`;
const value = { pad, size: 40_000 };

const frames: readonly (readonly [text: string, id: string | number])[] = [
  [`{"result":${result},"jsonrpc":"2.0","id":7}`, 7],
  [`{"result":${result},"id":"seven","jsonrpc":"2.0"}`, 'seven'],
  [`{"jsonrpc":"2.0","id":-7,"result":${result}}`, -7],
  [`{"id":"7","jsonrpc":"2.0","result":${result}}`, '7'],
  [`{"jsonrpc":"2.0","result":${result},"id":7}`, 7],
];

const textOf = (written: Written): string =>
  typeof written === 'string'
    ? written
    : written.before +
      written.bytes.map((part) => new TextDecoder().decode(part)).join('') +
      written.after;

describe('a large result', () => {
  test.each(frames)('is read from a usual frame (%#)', (text, id) => {
    expect(readLargeResult(text)).toMatchObject({ jsonrpc: '2.0', id, result: value });
  });

  test.each(frames)('goes on under another id in the words of its server (%#)', (text) => {
    const read = readLargeResult(text);
    expect(read && jsonOf({ ...read, id: 'a"b' })).toBe(
      `{"jsonrpc":"2.0","id":"a\\"b","result":${result}}`,
    );
  });

  test.each(frames)('goes on in the bytes that came, whatever their parts (%#)', (text) => {
    const bytes = new TextEncoder().encode(text);
    for (const at of [1, 20, 30, 1000, bytes.length - 20, bytes.length - 1]) {
      const read = readLargeResult(text, [bytes.subarray(0, at), bytes.subarray(at)]);
      const written = read && writtenOf({ ...read, id: 'ä' });
      expect(written).toMatchObject({ before: '{"jsonrpc":"2.0","id":"ä","result":', after: '}' });
      expect(written && textOf(written)).toBe(`{"jsonrpc":"2.0","id":"ä","result":${result}}`);
    }
  });

  test('is text where its frame has characters of several bytes, or another result its place', () => {
    const text = `{"jsonrpc":"2.0","id":"ä","result":${result}}`;
    const named = readLargeResult(text, [new TextEncoder().encode(text)]);
    expect(named && writtenOf(named)).toBe(text);
    const plain = text.replace('ä', 'a');
    const read = readLargeResult(plain, [new TextEncoder().encode(plain)]);
    expect(read && writtenOf({ ...read, result: {} })).toBe(
      '{"jsonrpc":"2.0","id":"a","result":{}}',
    );
  });

  test('is made anew where another result was put in its place', () => {
    const read = readLargeResult(`{"jsonrpc":"2.0","id":1,"result":${result}}`);
    expect(read && jsonOf({ ...read, result: { other: 1 } })).toBe(
      '{"jsonrpc":"2.0","id":1,"result":{"other":1}}',
    );
  });

  test('leaves no trace in JSON that is made in the usual way', () => {
    const read = readLargeResult(`{"jsonrpc":"2.0","id":1,"result":${result}}`);
    expect(read?.[asWritten]).toBeDefined();
    expect(JSON.parse(JSON.stringify(read))).toEqual({ jsonrpc: '2.0', id: 1, result: value });
  });
});

describe('what is not exactly one result in a usual frame is left to whoever reads all of it', () => {
  test.each([
    ['small', '{"jsonrpc":"2.0","id":1,"result":{}}'],
    ['a blank in the frame', `{"jsonrpc": "2.0","id":1,"result":${result}}`],
    ['something behind the result', `{"jsonrpc":"2.0","id":1,"result":${result},"more":{}}`],
    ['a second id', `{"jsonrpc":"2.0","id":1,"result":${result},"id":2}`],
    ['a second result', `{"result":{"a":1},"result":${result},"jsonrpc":"2.0","id":1}`],
    ['no version', `{"result":${result},"id":1}`],
    ['two versions', `{"jsonrpc":"2.0","result":${result},"id":1,"jsonrpc":"2.0"}`],
    ['an error', `{"jsonrpc":"2.0","id":1,"error":${result}}`],
    ['a result that is no object', `{"jsonrpc":"2.0","id":1,"result":["${pad}"]}`],
    ['a batch', `[{"jsonrpc":"2.0","id":1,"result":${result}}]`],
    ['broken JSON', `{"jsonrpc":"2.0","id":1,"result":{"pad":"${pad}" ?}}`],
    ['an id with an escape', `{"result":${result},"jsonrpc":"2.0","id":"a\\"b"}`],
    ['a line break between values', `{"jsonrpc":"2.0","id":1,"result":{\n"pad":"${pad}"}}`],
    ['an end inside of a text', `{"result":{"pad":"${pad},"jsonrpc":"2.0","id":1}`],
  ])('%s', (_, text) => {
    expect(readLargeResult(text)).toBeUndefined();
  });
});
