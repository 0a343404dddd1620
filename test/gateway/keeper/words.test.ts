// What a gateway, its port keeper and the next gateway say to one another.
import { describe, expect, it, test } from 'vitest';
import {
  asksToLeave,
  knowsToken,
  leaveRequest,
  ordersFor,
  waitOf,
} from '../../../src/gateway/keeperWords.ts';
import { keeperEnvironment } from '../../../src/gateway/keeperProcess.ts';

const token = 'the-token-of-a-gateway';
const terms = {
  port: 4100,
  knowsBegun: true,
  holdFor: 20_000,
  maxConnections: 512,
};
const orders = ordersFor(token, terms);

const headOf = (line: string, headers: Readonly<Record<string, string>>): string =>
  [line, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)].join('\r\n');

const asked = (known: string): string => leaveRequest(4100, known);

test('[keep-secrets] the orders of a keeper do not hold the token', () => {
  expect(orders).toMatchObject(terms);
  expect(JSON.stringify(orders)).not.toContain(token);
});

describe('a keeper leaves', () => {
  it('for whoever knows the token, and for nobody else', () => {
    expect(asksToLeave(asked(token), orders)).toBe(true);
    expect(asksToLeave(asked('another'), orders)).toBe(false);
    expect(asksToLeave(headOf('GET /health HTTP/1.1', {}), orders)).toBe(false);
  });

  it('[keep-secrets] without being told the token, or what a keeper has been told of it', () => {
    expect(asked(token)).not.toContain(token);
    expect(asked(token)).not.toContain(orders.digest);
  });

  it('not for the digest that it checks tokens with', () => {
    const head = headOf('GET /health HTTP/1.1', { 'mcp-lifeline-leave': orders.digest });
    expect(asksToLeave(head, orders)).toBe(false);
  });
});

it.each([
  ['Bearer the-token-of-a-gateway', true],
  ['bearer  the-token-of-a-gateway', true],
  ['Bearer the-token-of-a-gatewa', false],
  ['Bearer ', false],
  ['Basic the-token-of-a-gateway', false],
])('who sends "%s" knows the token: %j', (authorization, isKnown) => {
  expect(knowsToken(headOf('POST /mcp/a HTTP/1.1', { authorization }), orders)).toBe(isKnown);
});

it.each([
  ['GET /health HTTP/1.1', {}, 0],
  ['GET /health/files HTTP/1.1', {}, 0],
  ['POST /mcp/files HTTP/1.1', { 'Mcp-Lifeline-Client': 'bridge' }, 250],
  ['POST /mcp/files HTTP/1.1', { 'Mcp-Lifeline-Client': 'codex' }, null],
  ['POST /mcp/health HTTP/1.1', {}, null],
  ['GET /healthy HTTP/1.1', {}, null],
])('%s with %j is told after %j ms that the gateway is away', (line, headers, wait) => {
  expect(waitOf(headOf(line, headers))).toBe(wait);
});

test('[keep-secrets] a keeper is given what a bare Node needs of the environment, and nothing else', () => {
  const own = {
    PATH: '/bin',
    HOME: '/home/me',
    SystemRoot: 'C:\\Windows',
    TMP: '',
    API_KEY: 'secret',
  };
  expect(keeperEnvironment(own)).toEqual({
    PATH: '/bin',
    HOME: '/home/me',
    SystemRoot: 'C:\\Windows',
    // The program may be the editor's.
    ELECTRON_RUN_AS_NODE: '1',
  });
});
