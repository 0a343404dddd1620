import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  answerStreamId,
  fitsInStream,
  longestClientId,
  standaloneStreamId,
  streamIn,
} from '../../../src/gateway/streamIds.ts';

const anId = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.string({ unit: 'binary', maxLength: 60 }),
);

test('an event of a stream tells the stream, and the id that the client gave, whatever it was', () => {
  fc.assert(
    fc.property(anId, fc.boolean(), fc.string(), (clientId, isToolCall, after) => {
      fc.pre(fitsInStream(clientId));
      const method = isToolCall ? 'tools/call' : 'prompts/get';
      const id = answerStreamId('gateway-x_-Y', 'n0', { id: clientId, method });
      expect(id).toMatch(/^[\x21-\x7e]+$/);
      const found = streamIn(`${id}${after}`, 'gateway-x_-Y');
      // JSON knows no negative zero.
      expect(found).toEqual({
        kind: 'answer',
        id,
        clientId: clientId === 0 ? 0 : clientId,
        isToolCall,
      });
    }),
  );
});

test('a stream of another client is none of his', () => {
  const id = answerStreamId('gateway-a', 'n0', { id: 1, method: 'tools/call' });
  expect(streamIn(id, 'gateway-b')).toBeNull();
  expect(streamIn(standaloneStreamId('gateway-a'), 'gateway-b')).toBeNull();
  expect(streamIn(standaloneStreamId('gateway-a'), 'gateway-a')?.kind).toBe('standalone');
});

test('a cursor that somebody made up names no stream', () => {
  fc.assert(fc.property(fc.string(), (text) => streamIn(text, 'gateway-a') === null));
  expect(streamIn('t.gateway-a.n0.%7B%7D.', 'gateway-a')).toBeNull();
  expect(streamIn('t.gateway-a.n0.%.', 'gateway-a')).toBeNull();
});

test('an id that would not fit into a header is known for one', () => {
  expect(fitsInStream('x'.repeat(longestClientId + 1))).toBe(false);
  expect(fitsInStream('é'.repeat(longestClientId / 2))).toBe(false);
});
