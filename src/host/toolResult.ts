// A tool's result as text that a person can read. Text stays text, JSON is laid out, pictures and sounds are named,
// not shown. No editor in here.
import { isObject, type JsonObject } from '../core/rpc.ts';
import type { Say } from '../core/wording.ts';

export interface Rendered {
  readonly text: string;
  /** Tells the editor how to colour it. */
  readonly extension: 'json' | 'md' | 'txt';
  readonly isError: boolean;
}

interface Part {
  readonly text: string;
  readonly isJson: boolean;
}

const plain = (text: string): Part => ({ text, isJson: false });

const layOut = (text: string): Part => {
  const start = text.trimStart()[0];
  // A bare number or quoted word is valid JSON too, and better left as it is.
  if (start !== '{' && start !== '[') return plain(text);
  try {
    return { text: JSON.stringify(JSON.parse(text), null, 2), isJson: true };
  } catch {
    // It only looked like JSON.
    return plain(text);
  }
};

const bytesOf = (base64: unknown): number =>
  typeof base64 === 'string' ? Math.floor((base64.length * 3) / 4) : 0;
const named = (value: unknown, otherwise: string): string =>
  typeof value === 'string' ? value : otherwise;

const embedded = (resource: unknown, say: Say): Part => {
  if (!isObject(resource)) return plain(say('A resource that cannot be read.'));
  const uri = named(resource['uri'], '?');
  const text = resource['text'];
  return typeof text === 'string'
    ? plain(`${say('Resource {0}', uri)}\n${layOut(text).text}`)
    : plain(
        say(
          'Resource {0}: {1}, {2} bytes',
          uri,
          named(resource['mimeType'], say('unknown type')),
          bytesOf(resource['blob']),
        ),
      );
};

const partOf = (block: unknown, say: Say): Part => {
  if (!isObject(block)) return { text: JSON.stringify(block, null, 2), isJson: true };
  switch (block['type']) {
    case 'text':
      return layOut(named(block['text'], ''));
    case 'image':
      return plain(
        say(
          'Image: {0}, {1} bytes',
          named(block['mimeType'], say('unknown type')),
          bytesOf(block['data']),
        ),
      );
    case 'audio':
      return plain(
        say(
          'Audio: {0}, {1} bytes',
          named(block['mimeType'], say('unknown type')),
          bytesOf(block['data']),
        ),
      );
    case 'resource_link':
      return plain(say('Link: {0}', named(block['uri'], '?')));
    case 'resource':
      return embedded(block['resource'], say);
    default:
      return { text: JSON.stringify(block, null, 2), isJson: true };
  }
};

/** Structured content repeats the text in most servers; it is shown only where it says more. */
const structuredPart = (result: JsonObject, parts: readonly Part[]): Part[] => {
  const structured = result['structuredContent'];
  if (structured === undefined) return [];
  const text = JSON.stringify(structured, null, 2);
  return parts.some((part) => part.text === text) ? [] : [{ text, isJson: true }];
};

export const renderResult = (result: JsonObject, say: Say): Rendered => {
  const blocks = Array.isArray(result['content']) ? result['content'] : [];
  const parts = blocks.map((block: unknown) => partOf(block, say));
  const all = [...parts, ...structuredPart(result, parts)];
  const isError = result['isError'] === true;
  const [first] = all;
  if (!first) return { text: say('The tool answered with no content.'), extension: 'txt', isError };
  if (all.length === 1)
    return { text: first.text, extension: first.isJson ? 'json' : 'txt', isError };
  return { text: all.map((part) => part.text).join('\n\n'), extension: 'txt', isError };
};
