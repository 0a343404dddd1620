// The page of Take Over may be looked at by others: no credential stands on it.
import { describe, expect, test } from 'vitest';
import { maskedEntry } from '../../src/host/takeOverMask.ts';

const dots = '••••••••';

describe('an entry is shown with dots for', () => {
  test.each([
    ['the word behind a flag', ['-y', 'x', '--api-key', 'abc'], ['-y', 'x', '--api-key', dots]],
    ['a value in the flag itself', ['--auth=abc def'], [`--auth=${dots} def`]],
    ['a header of mcp-remote', ['--header', 'X-Own: abc'], ['--header', `X-Own: ${dots}`]],
    ['a header in one word', ['--header=Authorization: Bearer abc'], null],
    ['a variable for a container', ['run', '-e', 'NOTION_PAT=abc'], null],
    ['what a service gave out', ['run', `ghp_${'abc'.repeat(10)}`], ['run', dots]],
    ['the query of a URL', ['https://host/mcp?tenant=abc'], [`https://host/mcp?${dots}`]],
  ])('%s in its arguments', (_what, args, shown) => {
    const masked = maskedEntry({ command: 'npx', args }, []);
    expect(JSON.stringify(masked)).not.toContain('abc');
    expect(JSON.stringify(masked)).toContain(dots);
    if (shown !== null) expect(masked).toEqual({ command: 'npx', args: shown });
  });

  test('its URL, its helper and whatever is known to be secret', () => {
    const secrets = [{ where: ['headers', 'X-Own'], value: 'abc', prefix: 'Bearer ' }];
    const masked = maskedEntry(
      {
        url: 'https://me:abc@host/mcp?key=abc&b=abc',
        headers: { 'X-Own': 'Bearer abc', Accept: 'text/plain' },
        headersHelper: 'helper --token abc --user me',
      },
      secrets,
    );
    expect(masked).toEqual({
      url: `https://${dots}@host/mcp?${dots}`,
      headers: { 'X-Own': `Bearer ${dots}`, Accept: 'text/plain' },
      headersHelper: `helper --token ${dots} --user me`,
    });
  });
});

test('an entry keeps everything else in sight, and every variable', () => {
  const entry = {
    command: 'npx',
    args: ['-y', '@scope/server@1', '--port', '3000', '--api-key', '${input:key}', '${env:HOME}/x'],
    env: { API_KEY: '${input:key}', LEVEL: 'info' },
    headers: { Authorization: 'Bearer ${input:key}' },
  };
  expect(maskedEntry(entry, [])).toEqual(entry);
});
