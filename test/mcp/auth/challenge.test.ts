import { describe, expect, test } from 'vitest';
import { asksForMore, readChallenge, scopesOf } from '../../../src/mcp/auth/challenge.ts';

const url = 'https://a.example/.well-known/oauth-protected-resource';

describe('what a refusal asks for', () => {
  test.each([
    [`Bearer resource_metadata="${url}", scope="a b"`, url, ['a', 'b'], null],
    [`bearer scope=a, error=invalid_token, resource_metadata=${url}`, url, ['a'], 'invalid_token'],
    [`Negotiate, Bearer realm="x", resource_metadata="${url}"`, url, [], null],
    [`Basic realm="x", Bearer scope="a"`, null, ['a'], null],
    [`Bearer scope="a", Basic realm="x", scope="b"`, null, ['a'], null],
    ['Bearer', null, [], null],
    ['Bearer resource_metadata="no address"', null, [], null],
    ['Bearer error_description="scope=evil error=insufficient_scope"', null, [], null],
    ['Basic realm="Bearer of news"', null, [], null],
    ['', null, [], null],
    [null, null, [], null],
    ['Basic realm="x, Bearer scope=a"', null, [], null],
    ['Negotiate abc==, Bearer scope="a"', null, ['a'], null],
  ])('%s', (header, resourceMetadataUrl, scopes, error) => {
    expect(readChallenge(header)).toEqual({ resourceMetadataUrl, scopes, error });
  });

  test('a header that nobody wrote for us is not read', () => {
    expect(readChallenge(`Bearer scope="${'x'.repeat(9_000)}"`).scopes).toEqual([]);
  });

  test('a 403 asks for more rights only where it says so', () => {
    expect(asksForMore('Bearer error="insufficient_scope", scope="a"')).toBe(true);
    expect(asksForMore('Bearer error="invalid_token"')).toBe(false);
    expect(asksForMore(null)).toBe(false);
  });

  test('a scope that is named twice counts once', () => {
    expect(scopesOf('  a  b a ')).toEqual(['a', 'b']);
  });
});
