// A tool's result as a person reads it.
import { describe, expect, test } from 'vitest';
import { renderResult } from '../../src/host/toolResult.ts';

const say = (text: string, ...args: (string | number)[]): string =>
  text.replaceAll(/\{(\d)\}/g, (_, index: string) => String(args[Number(index)]));
const render = (...content: unknown[]) => renderResult({ content }, say);

describe('a result', () => {
  test('of text is that text', () => {
    expect(render({ type: 'text', text: 'hello\nyou' })).toEqual({
      text: 'hello\nyou',
      extension: 'txt',
      isError: false,
    });
  });

  test('of JSON text is laid out', () => {
    const { text, extension } = render({ type: 'text', text: '{"a":[1]}' });
    expect([text, extension]).toEqual([JSON.stringify({ a: [1] }, null, 2), 'json']);
  });

  test.each(['{ not json', '5', '"word"'])('of %j stays as it is', (text) => {
    expect(render({ type: 'text', text }).text).toBe(text);
  });

  test('with a picture names it and its size', () => {
    const { text } = render({ type: 'image', mimeType: 'image/png', data: 'AAAA' });
    expect(text).toBe('Image: image/png, 3 bytes');
  });

  test('with resources and links shows both', () => {
    const { text } = render(
      { type: 'resource', resource: { uri: 'a:b', text: 'inside' } },
      { type: 'resource_link', uri: 'c:d' },
    );
    expect(text).toContain('a:b\ninside');
    expect(text).toContain('Link: c:d');
  });

  test('shows structured content once, where the text does not say it already', () => {
    const structuredContent = { a: 1 };
    const repeated = { content: [{ type: 'text', text: '{"a":1}' }], structuredContent };
    expect(renderResult(repeated, say).text).toBe(JSON.stringify(structuredContent, null, 2));
    const more = { content: [{ type: 'text', text: 'see' }], structuredContent };
    expect(renderResult(more, say).text).toContain('"a": 1');
  });

  test('that is an error says so', () => {
    expect(renderResult({ content: [], isError: true }, say).isError).toBe(true);
  });

  test.each([[{}], [{ content: 'x' }], [{ content: [null, 5, { type: 'new' }] }]])(
    'of an unknown shape (%j) is still readable',
    (result) => expect(renderResult(result, say).text).not.toBe(''),
  );
});
