// The head of an answer, and where its body ends: as RFC 9112 has it, and no further than two readers would agree.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bodyReaderOf } from '../../../src/mcp/direct/bodyReader.ts';
import { type Framing, readHead } from '../../../src/mcp/direct/head.ts';

const head = (...lines: string[]) => readHead(['HTTP/1.1 200 OK', ...lines].join('\r\n'));

describe('a head', () => {
  test('tells status, headers by their small names, framing, and whether the connection is kept', () => {
    const read = head('Content-Type: text/plain', 'CONTENT-length:  12 ', 'Keep-Alive: timeout=5');
    expect(read).toEqual({
      statusCode: 200,
      headers: { 'content-type': 'text/plain', 'content-length': '12', 'keep-alive': 'timeout=5' },
      framing: { kind: 'length', bytes: 12 },
      isKept: true,
      restsFor: 5000,
    });
  });

  test.each([
    [['Transfer-Encoding: chunked'], { kind: 'chunked' }, true],
    [[], { kind: 'until-close' }, false],
    [['Content-Length: 0', 'Connection: close'], { kind: 'length', bytes: 0 }, false],
  ] as const)('delimits its body: %j', (lines, framing, isKept) => {
    expect(head(...lines)).toMatchObject({ framing, isKept });
  });

  test.each([204, 304])('of %s has no body', (status) => {
    const read = readHead(`HTTP/1.1 ${status} -\r\nContent-Type: text/plain`);
    expect(read).toMatchObject({ framing: { kind: 'length', bytes: 0 }, isKept: true });
  });

  test('of HTTP/1.0 keeps no connection', () => {
    expect(readHead('HTTP/1.0 200 OK\r\nContent-Length: 1').isKept).toBe(false);
  });

  test('joins what is said twice, but for what can mean only one', () => {
    const read = head('X: 1', 'x: 2', 'Location: /a', 'Location: /b', 'Set-Cookie: a=b');
    expect(read.headers).toEqual({ x: '1, 2', location: '/a' });
  });

  test.each([
    ['two lengths', ['Content-Length: 1', 'Content-Length: 2']],
    ['a length and chunks', ['Content-Length: 1', 'Transfer-Encoding: chunked']],
    ['chunks of something else', ['Transfer-Encoding: gzip, chunked']],
    ['a length that is no number', ['Content-Length: +1']],
    ['a line that goes on', ['X: 1', ' 2']],
    ['a name with a blank', ['X : 1']],
    ['no name', [': 1']],
    ['a bare line feed', ['X: 1\nContent-Length: 5']],
    ['a control character', ['X: \u0000']],
  ])('with %s is no HTTP', (_, lines) => {
    expect(() => head(...lines)).toThrow('does not speak HTTP');
  });

  test.each(['HTTP/2 200 OK', 'HTTP/1.1 20 OK', 'http/1.1 200 OK', 'SSH-2.0-x', ''])(
    'that begins with "%s" is no HTTP',
    (line) => {
      expect(() => readHead(line)).toThrow('does not speak HTTP');
    },
  );
});

/** What a reader makes of bytes that come in parts. */
const readIn = (framing: Framing, bytes: Buffer, cuts: readonly number[]) => {
  const reader = bodyReaderOf(framing);
  const parts: Buffer[] = [];
  const stops = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])];
  const sorted = stops.toSorted((one, other) => one - other);
  for (const [index, from] of sorted.entries()) {
    const taken = reader.take(bytes.subarray(from, sorted[index + 1] ?? bytes.length));
    parts.push(...taken.parts);
    if (taken.rest !== null) {
      const left = bytes.length - (sorted[index + 1] ?? bytes.length) + taken.rest.length;
      return { body: Buffer.concat(parts).toString(), left };
    }
  }
  return { body: Buffer.concat(parts).toString(), left: null };
};

const chunked = (texts: readonly string[], extra = ''): string =>
  `${texts.map((text) => `${text.length.toString(16)}${extra}\r\n${text}\r\n`).join('')}0\r\n`;
const aText = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 40 });
/** What follows the body on the connection. */
const after = fc.constantFrom('', 'next');

describe('a body', () => {
  test('in chunks is the same however its bytes are cut, and ends where it ends', () => {
    fc.assert(
      fc.property(fc.array(aText), fc.array(fc.nat(400)), after, (texts, cuts, next) => {
        const bytes = Buffer.from(`${chunked(texts, ';a=b')}X-Sum: 1\r\n\r\n${next}`);
        const read = readIn({ kind: 'chunked' }, bytes, cuts);
        expect(read).toEqual({ body: texts.join(''), left: next.length });
      }),
    );
  });

  test('of a length is as long, however its bytes are cut', () => {
    fc.assert(
      fc.property(aText, fc.array(fc.nat(100)), after, (text, cuts, next) => {
        const framing = { kind: 'length', bytes: text.length } as const;
        const read = readIn(framing, Buffer.from(text + next), cuts);
        expect(read).toEqual({ body: text, left: next.length });
      }),
    );
  });

  test('without either goes on for as long as there is something', () => {
    expect(readIn({ kind: 'until-close' }, Buffer.from('abc'), [1])).toEqual({
      body: 'abc',
      left: null,
    });
  });

  test.each([
    ['a size that is none', 'x\r\n'],
    ['a negative size', '-1\r\n'],
    ['a bare line feed', '1\nx\r\n'],
    ['a chunk longer than it said', '1\r\nxy\r\n'],
    ['an extension without an end', `1;${'a'.repeat(5000)}`],
    ['trailers without an end', `0\r\n${'X: 1\r\n'.repeat(5000)}`],
  ])('in chunks with %s is no HTTP', (_, text) => {
    const reader = bodyReaderOf({ kind: 'chunked' });
    expect(() => reader.take(Buffer.from(text))).toThrow('does not speak HTTP');
  });
});
