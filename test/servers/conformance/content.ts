// The smallest image and sound there are, and how a tool says something with them.
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';

/** One red pixel. */
export const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==';
/** A sound without a sample. */
const wav = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA=';

export type Content = CallToolResult['content'][number];

export const textContent = (text: string): Content => ({ type: 'text', text });
export const imageContent: Content = { type: 'image', data: png, mimeType: 'image/png' };
export const audioContent: Content = { type: 'audio', data: wav, mimeType: 'audio/wav' };

export const resourceContent = (uri: string, mimeType: string, text: string): Content => ({
  type: 'resource',
  resource: { uri, mimeType, text },
});

export const say = (...content: readonly Content[]): CallToolResult => ({ content: [...content] });
