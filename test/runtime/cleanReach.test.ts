// Whatever a server or a library says of a failure, no secret gets further than the way to the server.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConnectionError, type Failure, wordedFailure } from '../../src/core/connection/failure.ts';
import type { RpcRequest } from '../../src/core/rpc.ts';
import { unsaid } from '../../src/core/wording/unsaid.ts';
import { cleanReach } from '../../src/runtime/cleanReach.ts';
import { KnownSecrets } from '../../src/runtime/knownSecrets.ts';
import type { Dialer, Fate, Link, LinkEvents, Reach, SessionRef } from '../../src/runtime/ports.ts';

const secret = 'planted-secret-71c2';
const sessionId = '0b9e4c1a-session-of-ours';
const signal = new AbortController().signal;

const telling = (): Failure =>
  wordedFailure(
    'rejected',
    unsaid('The server said: {0} is wrong for {1}, twice {0}.', secret, sessionId),
  );

const answers = ({ method, id }: RpcRequest): Fate | null => {
  const error = { code: -32_000, message: telling().detail };
  switch (method) {
    case 'answer':
      return { kind: 'answered', response: { jsonrpc: '2.0', id, result: { secret } } };
    case 'initialize':
    case 'refuse':
      return { kind: 'answered', response: { jsonrpc: '2.0', id, error } };
    default:
      return null;
  }
};

const aLink = (events: LinkEvents): Link & { readonly events: LinkEvents } => {
  const fate = (kind: 'broken' | 'refused' | 'not-sent'): Fate =>
    kind === 'broken' ? { kind, failure: telling(), cursor: 'c1' } : { kind, failure: telling() };
  return {
    events,
    session: { id: sessionId, protocolVersion: '2025-11-25' },
    useVersion: () => undefined,
    exchange: (request) => Promise.resolve(answers(request) ?? fate('broken')),
    tell: () => Promise.resolve(fate('refused')),
    resume: () => Promise.resolve(fate('not-sent')),
    listen: () => undefined,
    reset: () => undefined,
    leave: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
};

const failing = (): Promise<never> =>
  Promise.reject(new ConnectionError(telling(), new Error(secret)));

const aReach = (dialer: Dialer, more: Partial<Reach> = {}) => {
  const secrets = new KnownSecrets();
  secrets.learn('settings', [secret]);
  const prober = { isLocal: true, health: failing, listening: failing };
  return cleanReach({ dialer, prober, ...more }, secrets);
};

const dialled = async (lost: (failure: Failure) => void = () => undefined) => {
  let inner: LinkEvents | undefined;
  const reach = aReach({
    dial: (_session, events) => {
      inner = events;
      return Promise.resolve(aLink(events));
    },
  });
  const silent = {
    message: () => undefined,
    heard: () => undefined,
    cursor: () => undefined,
    push: () => undefined,
  };
  const session: SessionRef = { id: null, protocolVersion: null };
  return {
    link: await reach.dialer.dial(session, { ...silent, lost }, signal),
    inner: () => inner,
  };
};

const isClean = (value: unknown): void => {
  const text = JSON.stringify(value);
  expect(text).toContain('[redacted]');
  expect(text).not.toContain(secret);
  expect(text).not.toContain(sessionId);
};

test('[keep-secrets] every fate of a request and every loss is told without them', async () => {
  const lost: Failure[] = [];
  const { link, inner } = await dialled((failure) => lost.push(failure));
  const request = { jsonrpc: '2.0', id: 1, method: 'tools/call' } as const;
  isClean(await link.exchange(request, {}));
  isClean(await link.tell({ jsonrpc: '2.0', method: 'notifications/initialized' }));
  isClean(await link.resume(1, 'c1', {}));
  inner()?.lost(telling());
  isClean(lost);
  expect(lost[0]?.words).toContain('[redacted]');
});

test('an answer is for who asked, and passes as it is', async () => {
  const { link } = await dialled();
  const fate = await link.exchange({ jsonrpc: '2.0', id: 1, method: 'answer' }, {});
  expect(JSON.stringify(fate)).toContain(secret);
});

test('[keep-secrets] a refused attempt and a probe say it without them, and without what caused it', async () => {
  const reach = aReach({ dial: failing }, { settle: failing });
  const session = { id: sessionId, protocolVersion: null };
  const ways = [
    () => reach.dialer.dial(session, {} as LinkEvents, signal),
    () => reach.prober.health(signal),
    () => reach.prober.listening(signal),
    () => reach.settle?.(signal) ?? Promise.resolve(),
  ];
  for (const way of ways) {
    const error: unknown = await Promise.resolve(way()).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConnectionError);
    if (!(error instanceof ConnectionError)) continue;
    expect(`${error.message} ${error.failure.detail} ${String(error.cause)}`).not.toContain(secret);
    expect(error.failure.kind).toBe('rejected');
  }
});

test('the same way stays the same way, so that nothing is built anew for nothing', async () => {
  const dialer: Dialer = { dial: failing };
  const prober = { isLocal: true, health: failing, listening: failing };
  const settled = { dialer, prober, meaning: 'one' };
  const reach = aReach(dialer, { settle: () => Promise.resolve(settled) });
  const [first, second] = [await reach.settle?.(signal), await reach.settle?.(signal)];
  expect(first?.dialer).toBe(second?.dialer);
  expect(first?.prober).toBe(second?.prober);
  expect(first?.meaning).toBe('one');
});

test('what is learnt later counts for what is said later, and what is learnt anew replaces the old', () => {
  const secrets = new KnownSecrets(['/home/ann']);
  expect(secrets.clean('it is abcdefgh')).toBe('it is abcdefgh');
  secrets.learn('settings', ['abcdefgh']);
  secrets.add('tokens', 'ijklmnop');
  expect(secrets.clean('abcdefgh ijklmnop /home/ann/x')).toBe('[redacted] [redacted] ~/x');
  secrets.learn('settings', []);
  expect(secrets.clean('abcdefgh ijklmnop')).toBe('abcdefgh [redacted]');
});

test('[bounded] of what one owner adds the newest two hundred are known', () => {
  fc.assert(
    fc.property(fc.integer({ min: 201, max: 400 }), (count) => {
      const secrets = new KnownSecrets();
      for (let index = 0; index < count; index += 1) secrets.add('tokens', `token-${index}-`);
      expect(secrets.values.length).toBeLessThanOrEqual(201);
      expect(secrets.clean(`token-${count - 1}-`)).toBe('[redacted]');
    }),
    { numRuns: 5 },
  );
});

test('[keep-secrets] what a server says when it refuses the greeting is told without secrets, what it says to a caller as it is', async () => {
  const { link } = await dialled();
  const ask = (method: string): Promise<Fate> =>
    link.exchange({ jsonrpc: '2.0', id: 1, method, params: {} }, {});
  isClean(await ask('initialize'));
  expect(JSON.stringify(await ask('refuse'))).toContain(secret);
});
