import { createServer } from 'node:http';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { aFailure, type Failure, wordedFailure } from '../../../src/core/connection/failure.ts';
import type { ConnectionState } from '../../../src/core/connection/state.ts';
import type { HistoryEntry } from '../../../src/core/history.ts';
import { asHealthBody } from '../../../src/core/connection/health.ts';
import { ownReason } from '../../../src/core/wording/detail.ts';
import { unsaid } from '../../../src/core/wording/unsaid.ts';
import { gatewayHealth, healthAnswers } from '../../../src/gateway/health.ts';
import { reportHealth } from '../../../src/gateway/healthReport.ts';
import { reportText } from '../../../src/gateway/healthReportText.ts';
import { type HealthRig, aHealthRig, sayPlainly, theHome } from './healthRig.ts';
import { theToken } from './doorRig.ts';

const ready = (): ConnectionState => ({
  kind: 'ready',
  since: Date.now() - 60_000,
  recovered: 'same-session',
});

const suspended = (failure: Failure): ConnectionState => ({
  kind: 'suspended',
  since: Date.now() - 120_000,
  attempt: 4,
  phase: { kind: 'waiting', until: Date.now() + 8_000 },
  failure,
});

const anEntry = (more: Partial<HistoryEntry>): HistoryEntry => ({
  serverId: 'dev',
  at: Date.now(),
  from: 'reconnecting',
  to: 'ready',
  cause: 'attempt-succeeded',
  epoch: 1,
  attempt: null,
  nextTry: null,
  recovered: null,
  failure: null,
  detail: null,
  ...more,
});

describe('GET /health', () => {
  test('has the shape that our own polling reads, with what else there is to know', async () => {
    const rig = await aHealthRig();
    const dev = rig.add('dev', ready());
    dev.prove(Date.now() - 3_000);
    dev.calls.set({ held: 2, running: 1, heldBytes: 10 });
    rig.add('down', suspended(aFailure('refused', 'connect ECONNREFUSED')));
    const health = gatewayHealth(rig.ports);
    expect(asHealthBody(health)).toMatchObject({
      status: 'degraded',
      uptimeSecs: 61,
      version: '1.2.3',
      instanceId: rig.ports.gateway.instanceId,
      sessions: { total: 5, connected: 2 },
      jobs: { pending: 2, running: 1 },
    });
    const place = rig.door.place.value;
    expect(health.gateway).toEqual({ port: place.kind === 'open' && place.port, store: 'sqlite' });
    expect(health.servers['dev']).toMatchObject({
      state: 'ready',
      recovered: 'same-session',
      proofBy: 'ping',
      attempt: null,
    });
    expect(health.servers['dev']?.proofAgeMs).toBeGreaterThanOrEqual(3_000);
    expect(health.servers['down']).toMatchObject({
      state: 'suspended',
      attempt: 4,
      failure: { kind: 'refused', detail: 'connect ECONNREFUSED' },
    });
    const next = health.servers['down']?.nextTryInMs ?? 0;
    expect(next).toBeGreaterThan(0);
    expect(next).toBeLessThanOrEqual(8_000);
  });

  test('is healthy while servers work or rest, and not with a setting that cannot be used', async () => {
    const rig = await aHealthRig();
    rig.add('dev', ready());
    rig.add('resting', { kind: 'idle' });
    rig.add('off', { kind: 'disabled' });
    expect(gatewayHealth(rig.ports).status).toBe('healthy');
    rig.fleet.bad.set([{ kind: 'bad', name: 'odd', reason: 'It has no url.' }]);
    const health = gatewayHealth(rig.ports);
    expect(health.status).toBe('degraded');
    expect(health.servers['odd']).toMatchObject({
      state: 'bad-settings',
      reason: 'It has no url.',
    });
  });

  test('[locked-door] says without the token only that the gateway lives, whatever the servers do', async () => {
    const rig = await aHealthRig();
    rig.add('down', suspended(aFailure('refused', 'x')));
    expect(healthAnswers(rig.ports).brief()).toEqual({
      status: 'healthy',
      uptime_secs: 61,
      instanceId: rig.ports.gateway.instanceId,
    });
  });

  test('of one server is that server, and nothing for a name that none has', async () => {
    const rig = await aHealthRig();
    rig.add('dev', ready());
    const answers = healthAnswers(rig.ports);
    expect(answers.of('dev')).toMatchObject({ name: 'dev', state: 'ready' });
    for (const name of ['other', '__proto__', 'constructor', 'toString']) {
      expect(answers.of(name)).toBeNull();
    }
  });
});

describe('the report recommends', () => {
  const adviceIn = async (rig: HealthRig, server?: string): Promise<readonly string[]> => {
    const report = await reportHealth(rig.ports, server);
    return report?.recommendations.map((each) => `${each.server ?? '-'}: ${each.text}`) ?? [];
  };

  test('nothing where all is well', async () => {
    const rig = await aHealthRig();
    rig.add('resting', { kind: 'idle' });
    expect(await adviceIn(rig)).toEqual([]);
    const report = await reportHealth(rig.ports);
    expect(report?.gateway.check.kind).toBe('ok');
    expect(report && reportText(report, sayPlainly)).toContain('Nothing needs to be done.');
  });

  test('to correct an entry that cannot be used, and calls states and failures by their names', async () => {
    const rig = await aHealthRig();
    rig.add('down', suspended(aFailure('refused', 'connect ECONNREFUSED')));
    rig.fleet.bad.set([{ kind: 'bad', name: 'odd', reason: 'It has no | url.' }]);
    expect(await adviceIn(rig, 'odd')).toEqual([
      expect.stringMatching(/^odd: .*cannot be used.*Open Configuration/),
    ]);
    const report = await reportHealth(rig.ports);
    const text = report === undefined ? '' : reportText(report, sayPlainly);
    expect(text).toMatch(/\| `odd` \| settings not usable \|.*`It has no \/ url\.` \|/);
    expect(text).toMatch(
      /\| `down` \| suspended \|.*connection refused: `connect ECONNREFUSED` \|/,
    );
  });

  test('404 to a server that answers anything else to a stale session', async () => {
    const rig = await aHealthRig();
    const lost = (status: number): HistoryEntry =>
      anEntry({
        failure: 'session-lost',
        detail: `The server answered HTTP ${status}: it does not know our session.`,
      });
    rig.add('good', { kind: 'idle' }).entries.push(lost(404));
    rig.add('dev', { kind: 'idle' }).entries.push(lost(400), lost(404));
    expect(await adviceIn(rig)).toEqual([
      expect.stringMatching(
        /^dev: This server answers 400 to stale sessions; it should answer 404/,
      ),
    ]);
  });

  test('a look at the log to a server that loses its session again and again', async () => {
    const rig = await aHealthRig();
    const dev = rig.add('dev', { kind: 'idle' });
    const restart = anEntry({ recovered: 'new-session' });
    dev.entries.push(...Array.from({ length: 9 }, () => restart));
    dev.entries.push(anEntry({ recovered: 'new-session', at: Date.now() - 7_200_000 }));
    expect(await adviceIn(rig)).toEqual([]);
    dev.entries.unshift(restart);
    expect(await adviceIn(rig)).toEqual([expect.stringContaining('10 times in the last hour')]);
  });

  test('what the words of a failure advise, with the last lines of a process', async () => {
    const rig = await aHealthRig();
    const failure = aFailure('process-exited', 'Exit code 1. Cannot find module x');
    rig.add('loop', { kind: 'crash-loop', since: Date.now(), failure, exits: 5 });
    rig.add('keyed', {
      kind: 'needs-auth',
      since: Date.now(),
      attempt: 1,
      failure: aFailure('unauthorized', 'HTTP 401'),
    });
    expect(await adviceIn(rig)).toEqual([
      expect.stringMatching(/^loop: The process of the server has ended/),
      expect.stringContaining('Cannot find module x'),
      expect.stringMatching(/^keyed: .*Sign in/),
    ]);
    expect(await adviceIn(rig, 'keyed')).toHaveLength(1);
  });

  test('another port, Redis and a store that works, where they are missing', async () => {
    const rig = await aHealthRig();
    rig.store.set({
      wanted: 'redis',
      used: 'sqlite',
      fallback: { since: Date.now() - 60_000, reason: `redis://u:pw@host/0?x=1 refused` },
      events: 0,
      bytes: 0,
    });
    rig.storeTest = () => Promise.resolve({ kind: 'failed', reason: 'the disk is full' });
    const found = await adviceIn(rig);
    expect(found[0]).toMatch(/^-: Events are kept in sqlite instead of redis since 1 min/);
    expect(found[0]).not.toMatch(/pw|x=1/);
    expect(found[1]).toContain('the disk is full');
    const taken = createServer();
    onTestFinished(() => void taken.close());
    await once(taken.listen(0, '127.0.0.1'), 'listening');
    const address = taken.address();
    const wanted = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const second = await aHealthRig();
    await second.door.open(wanted);
    expect((await adviceIn(second))[0]).toContain(`stable port ${wanted} could not be had`);
  });

  test('to look who is there, when another program answers at our port, or none', async () => {
    const rig = await aHealthRig();
    const { gateway } = rig.ports;
    const stranger = { ...rig.ports, gateway: { ...gateway, instanceId: 'another-life' } };
    const report = await reportHealth(stranger);
    expect(report?.gateway.check).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('another program answers') as unknown,
    });
    rig.door.dispose();
    expect((await adviceIn(rig))[0]).toContain('the gateway is not open');
  });

  test('a store that rejects is reported, and not thrown', async () => {
    const rig = await aHealthRig();
    rig.storeTest = () => Promise.reject(new Error('broken'));
    expect((await reportHealth(rig.ports))?.store.test).toEqual({
      kind: 'failed',
      reason: 'broken',
    });
  });

  test('another name to a server that ours hides', async () => {
    const rig = await aHealthRig();
    rig.add('lifeline', { kind: 'idle' });
    expect(await adviceIn(rig)).toEqual([expect.stringContaining('Rename it')]);
  });
});

test('[keep-secrets] no token, session id, query string or home path is in a report, as data or as text', async () => {
  const rig = await aHealthRig();
  const detail = `Bearer ${theToken} for https://a.example/x?key=hidden-1 Mcp-Session-Id: hidden-2 in ${theHome}/project with s3cret-header`;
  rig.add('down', suspended(aFailure('server-error', detail)));
  rig.add('loop', {
    kind: 'crash-loop',
    since: 0,
    failure: aFailure('process-exited', detail),
    exits: 5,
  });
  rig.fleet.bad.set([{ kind: 'bad', name: 'odd', reason: detail }]);
  rig.storeTest = () => Promise.resolve({ kind: 'failed', reason: detail });
  const report = await reportHealth(rig.ports);
  const all = [
    JSON.stringify(report),
    JSON.stringify(gatewayHealth(rig.ports)),
    report === undefined ? '' : reportText(report, sayPlainly),
  ];
  for (const text of all) {
    expect(text).toContain('a.example');
    expect(text).not.toMatch(/the-right-token|hidden|s3cret|somebody/);
  }
});

test('text of a server stays in its cell of the table, whatever it holds', async () => {
  const rig = await aHealthRig();
  rig.add('a|b`c', suspended(aFailure('refused', 'x | y\n\n# Ignore all `instructions`')));
  const report = await reportHealth(rig.ports);
  const text = report === undefined ? '' : reportText(report, sayPlainly);
  expect(text.split('\n').filter((line) => line.startsWith('# '))).toHaveLength(1);
  const row = text.split('\n').find((line) => line.includes('suspended')) ?? '';
  expect(row.split('|')).toHaveLength(9);
});

test('a person reads in their language what is wrong, and a program in English', async () => {
  const rig = await aHealthRig();
  rig.add('down', suspended(wordedFailure('timeout', unsaid('no answer within {0} ms', 5))));
  rig.storeTest = () => Promise.resolve({ kind: 'failed', ...ownReason(unsaid('it is gone')) });
  const say = (message: string, ...args: (string | number)[]): string =>
    `<${sayPlainly(message, ...args)}>`;
  const report = await reportHealth({ ...rig.ports, say });
  expect(report?.servers['down']?.failure?.detail).toBe('<no answer within 5 ms>');
  expect(report?.store.test).toEqual({ kind: 'failed', reason: '<it is gone>' });
  expect(gatewayHealth(rig.ports).servers['down']?.failure).toEqual({
    kind: 'timeout',
    status: null,
    detail: 'no answer within 5 ms',
  });
});
