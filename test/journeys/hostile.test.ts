// Everything that may stand at the URL of a server besides a server. Each is named for what it is, costs a bounded
// amount of memory and requests, and harms no other server of the fleet.
import { once } from 'node:events';
import { createServer } from 'node:https';
import { expect, onTestFinished, test } from 'vitest';
import type { FailureKind } from '../../src/core/connection/failure.ts';
import { failureOf, type StateKind } from '../../src/core/connection/state.ts';
import type { JsonObject } from '../../src/core/rpc.ts';
import { describeFailure } from '../../src/core/wording/failure.ts';
import { selfSignedCertificate, selfSignedKey } from '../servers/selfSigned.ts';
import { type FleetRig, until } from '../support/fleetRig.ts';
import { freePort, startServer } from '../support/serverProcess.ts';
import { aRig, aServer, figure, serversOf } from './stage.ts';

type Verdict = readonly [state: StateKind, failure: FailureKind];

const verdicts: Readonly<Record<string, Verdict>> = {
  '401': ['needs-auth', 'unauthorized'],
  '403': ['failed', 'forbidden'],
  '404': ['suspended', 'endpoint-missing'],
  '405': ['failed', 'method-not-allowed'],
  '429': ['suspended', 'rate-limited'],
  '500': ['suspended', 'server-error'],
  '502': ['suspended', 'server-error'],
  '503': ['suspended', 'server-error'],
  redirect: ['failed', 'not-mcp'],
  'redirect-loop': ['failed', 'redirected'],
  'redirect-away': ['failed', 'redirected'],
  html: ['failed', 'not-mcp'],
  empty: ['suspended', 'malformed'],
  'malformed-json': ['suspended', 'malformed'],
  'not-rpc': ['suspended', 'malformed'],
  'malformed-sse': ['suspended', 'malformed'],
  'wrong-id': ['suspended', 'malformed'],
  large: ['suspended', 'too-large'],
  'endless-event': ['suspended', 'too-large'],
  endless: ['suspended', 'timeout'],
  silent: ['suspended', 'timeout'],
  'headers-only': ['suspended', 'timeout'],
  'accept-then-drop': ['suspended', 'closed'],
  'half-body': ['suspended', 'closed'],
};

const verbatim = (message: string): string => message;

/** State and failure of a server, and whether the failure has words for a person. */
const verdictOn = (rig: FleetRig, name: string): Verdict => {
  const { state } = rig.server(name).life.value;
  const failure = failureOf(state);
  if (failure === null) return expect.fail(`${name} is ${state.kind}, which is no trouble.`);
  const { title, happened, advice } = describeFailure(failure, verbatim);
  expect(Math.min(title.length, happened.length, advice.length)).toBeGreaterThan(5);
  return [state.kind, failure.kind];
};

/** The words with which a call is refused by a connection that never came to be. */
const refusalBy = (rig: FleetRig, server = 'dev', args: JsonObject = {}): Promise<string> =>
  rig.call('anything', args, { server }).then(
    ({ text }) => expect.fail(`An impostor answered: ${text}`),
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );

const startHostile = async () => {
  const server = startServer({ script: 'test/servers/hostile.ts', port: await freePort() });
  onTestFinished(() => server.stop());
  await server.waitListening();
  const requestsOf = async (trap: string): Promise<number> => {
    const answer = await fetch(`${server.origin}/seen/${trap}`);
    const { count } = (await answer.json()) as { count: number };
    return count;
  };
  return { origin: server.origin, requestsOf };
};

const mebibyte = 2 ** 20;
// Long enough for a busy machine to read what is too large, before the time for a handshake is over.
const limits = { connectTimeout: 5_000, 'calls.holdBudget': 7_000, maxMessageBytes: 4 * mebibyte };

test('[bounded] two dozen impostors in one fleet: each is named, none hangs or eats memory, and the honest server beside them works', async () => {
  const { origin, requestsOf } = await startHostile();
  const honest = await aServer();
  const traps = Object.keys(verdicts);
  const before = process.memoryUsage().rss;
  const impostors = serversOf(traps, (trap) => `${origin}/${trap}`);
  const servers = { honest: { url: honest.url }, ...impostors };
  const rig = aRig(null, { ...limits, servers });
  await rig.untilState('ready', 'honest');
  const calls = traps.map((trap) => refusalBy(rig, trap));
  expect(await rig.call('echo', { text: 'still here' }, { server: 'honest' })).toMatchObject({
    text: 'still here',
  });
  const refusedAt = performance.now();
  const refusals = await Promise.all(calls);
  figure('until the last call to an impostor was answered', refusedAt);
  for (const words of refusals) expect(words).toMatch(/^The call was not run\..+For the user:/u);
  await until(() =>
    Object.entries(verdicts).every(([trap, [kind]]) => {
      const { state } = rig.server(trap).life.value;
      return state.kind === kind;
    }),
  );
  const found = Object.keys(verdicts).map((trap) => [trap, verdictOn(rig, trap)]);
  expect(Object.fromEntries(found)).toEqual(verdicts);
  expect(await rig.call('echo', { text: 'unharmed' }, { server: 'honest' })).toMatchObject({
    text: 'unharmed',
  });
  expect(rig.states('honest')).toEqual(['idle', 'connecting', 'ready']);
  // Neither the clock nor a call asks again where a person must sign in.
  expect(await requestsOf('401')).toBe(1);
  expect((process.memoryUsage().rss - before) / mebibyte).toBeLessThan(400);
});

test('a server that asks for patience is given it: no try comes before the time it named', async () => {
  const { origin, requestsOf } = await startHostile();
  const rig = aRig(`${origin}/429`);
  const triedAt: number[] = [];
  const note = async (): Promise<boolean> => {
    while (triedAt.length < (await requestsOf('429'))) triedAt.push(performance.now());
    return triedAt.length >= 4;
  };
  await until(note);
  const gaps = triedAt.slice(1).map((at, index) => at - (triedAt[index] ?? 0));
  // It says two seconds; what is missing is the time between a try and our seeing it.
  expect(Math.min(...gaps)).toBeGreaterThan(1_800);
  expect(rig.server().life.value.state).toMatchObject({ failure: { retryAfter: 2_000 } });
});

test('a certificate that nobody trusts is named, and nothing is sent to who shows it', async () => {
  let requests = 0;
  const server = createServer({ key: selfSignedKey, cert: selfSignedCertificate }, () => {
    requests += 1;
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const headers = { Authorization: 'Bearer secret' };
  const rig = aRig(null, { servers: { dev: { url: `https://localhost:${port}/mcp`, headers } } });
  await rig.untilState('failed');
  expect(verdictOn(rig, 'dev')).toEqual(['failed', 'certificate']);
  expect(await refusalBy(rig)).toContain('certificate');
  expect(requests).toBe(0);
});

test('a host name that does not resolve is waited for, as it may come with the VPN', async () => {
  const rig = aRig('http://no-such-host.invalid/mcp', { 'calls.holdBudget': 500 });
  expect(await refusalBy(rig)).toContain('cannot be resolved');
  await rig.untilState('suspended');
  expect(verdictOn(rig, 'dev')).toEqual(['suspended', 'unresolved']);
});

test('[keep-secrets] what goes wrong is told without the credentials of the server', async () => {
  const { origin } = await startHostile();
  const headers = { Authorization: 'Bearer hunter2hunter2', 'X-Key': 'k-5ecret-k' };
  const url = `${origin}/500/?token=querysecret1`;
  const rig = aRig(null, { servers: { dev: { url, headers } }, 'calls.holdBudget': 500 });
  const text = await refusalBy(rig, 'dev', { password: 'argumentsecret' });
  await until(() => rig.server().life.value.tries > 3);
  const told = JSON.stringify([text, rig.log, rig.sightings, rig.server().history(50)]);
  expect(told).toContain('server-error');
  expect(told).not.toMatch(/hunter2|5ecret|querysecret|argumentsecret/u);
});
