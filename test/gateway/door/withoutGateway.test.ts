// What the editor's health report says when there is no gateway to ask: it is switched off, or not open yet.
import { expect, test } from 'vitest';
import { Source } from '../../../src/base/signal.ts';
import { aFailure } from '../../../src/core/connection/failure.ts';
import { reportHealth } from '../../../src/gateway/healthReport.ts';
import type { GatewayDoor } from '../../../src/host/gatewayDoor.ts';
import {
  editorReport,
  type EditorReportParts,
  type ReportingGateway,
} from '../../../src/wiring/editorReport.ts';
import { FakeChronicle } from '../../support/fakeChronicle.ts';
import { settle, VirtualClock } from '../../support/virtualClock.ts';
import { aHealthRig, sayPlainly } from './healthRig.ts';

/** A window with the servers `docs`, which is down, and `web`, and with a faulty entry. */
const aWindow = async (door: GatewayDoor, more: Partial<EditorReportParts> = {}) => {
  const rig = await aHealthRig();
  rig.add('web', { kind: 'ready', since: 0, recovered: 'same-session' });
  const failure = aFailure('unauthorized', 'HTTP 401', { status: 401 });
  rig.add('docs', { kind: 'needs-auth', since: 0, attempt: 1, failure });
  rig.fleet.bad.set([{ kind: 'bad', name: 'odd', reason: 'It has no url.' }]);
  const place = new Source<GatewayDoor>(door);
  const clock = new VirtualClock();
  const parts: EditorReportParts = {
    hasBegun: new Source(true),
    door: place,
    clock,
    gateway: () => null,
    isWanted: () => door.kind !== 'off',
    fleet: rig.fleet,
    chronicle: new FakeChronicle(),
    clean: rig.ports.clean,
    ...more,
  };
  return { rig, place, clock, report: editorReport(parts) };
};

const open: GatewayDoor = { kind: 'open', port: 1, ports: [1], token: 'x', instead: null };

test('the servers are reported on with a gateway that is switched off', async () => {
  const { report } = await aWindow({ kind: 'off' });
  const all = await report(null, sayPlainly);
  expect(all).toContain('# MCP Lifeline: degraded');
  expect(all).toContain('switched off (mcpLifeline.gateway.enabled)');
  expect(all).toMatch(/\| `web` \| ready .*the same session goes on/);
  expect(all).toMatch(/\| `docs` \| sign-in needed /);
  expect(all).toMatch(/\| `odd` \| settings not usable .*It has no url/);
  expect(all).toMatch(/^- `docs`: /m);
  const one = await report('docs', sayPlainly);
  expect(one).toMatch(/\| `docs` \| sign-in needed /);
  expect(one).not.toContain('web');
});

test('a name that no server has is told from a gateway that is not there', async () => {
  const { report } = await aWindow({ kind: 'off' });
  expect(await report('nobody', sayPlainly)).toBe('There is no server "nobody".');
});

test('a report that is asked for before the servers are there waits for them', async () => {
  const hasBegun = new Source(false);
  const { report, rig } = await aWindow({ kind: 'off' }, { hasBegun });
  const servers = rig.fleet.servers.value;
  rig.fleet.servers.set([]);
  const asked = report('docs', sayPlainly);
  await settle();
  rig.fleet.servers.set(servers);
  hasBegun.set(true);
  expect(await asked).toMatch(/\| `docs` \| sign-in needed /);
});

test('a gateway that is being opened is waited for', async () => {
  let gateway: ReportingGateway | null = null;
  const { report, place, rig } = await aWindow({ kind: 'opening' }, { gateway: () => gateway });
  let said: string | null = null;
  const asked = report(null, sayPlainly).then((text) => (said = text));
  await settle();
  expect(said).toBeNull();
  gateway = { report: (server) => reportHealth(rig.ports, server) };
  place.set(open);
  expect(await asked).toMatch(/^- Gateway 1\.2\.3: port \d+, reached/m);
});

test('a gateway that does not open is not said to be switched off', async () => {
  const { report, clock } = await aWindow({ kind: 'opening' });
  const asked = report(null, sayPlainly);
  await settle();
  await clock.advance(10_000);
  const text = await asked;
  expect(text).toContain('not open yet');
  expect(text).not.toContain('switched off');
  expect(text).toMatch(/\| `web` \| ready /);
  expect(clock.pending).toBe(0);
});

test('the report speaks the language of whoever asks, not that of the gateway', async () => {
  const rig = await aHealthRig();
  const window = await aWindow(open, {
    gateway: () => ({
      report: (server, say) => reportHealth({ ...rig.ports, say }, server),
    }),
  });
  const loud = (text: string, ...args: (string | number)[]): string =>
    sayPlainly(text, ...args).toUpperCase();
  expect(await window.report(null, loud)).toContain('## SERVERS');
  expect(await window.report(null, sayPlainly)).toContain('## Servers');
});
