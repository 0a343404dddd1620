// Every kind of failure in words that a person can act on.
import { describe, expect, test } from 'vitest';
import { aFailure } from '../../../src/core/connection/failure.ts';
import { describeFailure } from '../../../src/core/wording/failure.ts';
import { failureKinds, say } from './someStates.ts';

describe('a failure', () => {
  test.each(failureKinds)('%s has a title, what happened and what to do', (kind) => {
    const { title, happened, advice } = describeFailure(aFailure(kind, 'SECRET DETAIL'), say);
    expect(title).toMatch(/^[a-zA-Z][^.{}]+$/);
    expect(happened).toMatch(/^[A-Z][^{}]+\.$/);
    expect(advice).toMatch(/^[A-Z][^{}]+\.$/);
    // The detail is technical; it stands beside the words, never instead of them.
    expect(title + happened + advice).not.toContain('SECRET DETAIL');
  });

  test('has a title of its own', () => {
    const titles = failureKinds.map((kind) => describeFailure(aFailure(kind, ''), say).title);
    expect(new Set(titles).size).toBe(titles.length);
  });

  test('of the server names its status where there was one', () => {
    const happened = (status: number | null) =>
      describeFailure(aFailure('server-error', '', { status }), say).happened;
    expect(happened(502)).toBe('The server answered with HTTP status 502.');
    expect(happened(null)).toBe('The server answered with an error.');
  });

  test('of too many requests names the wait that was asked for', () => {
    const asked = aFailure('rate-limited', '', { retryAfter: 90_000 });
    expect(describeFailure(asked, say).happened).toContain('asks to wait 1 min.');
  });
});
