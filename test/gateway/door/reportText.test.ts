// How the health report says things: of each server what concerns it, in the reader's language, one in the singular.
import { expect, test } from 'vitest';
import { Source } from '../../../src/base/signal.ts';
import { aFailure } from '../../../src/core/connection/failure.ts';
import type { ConnectionState } from '../../../src/core/connection/state.ts';
import type { DoorPlace } from '../../../src/gateway/door.ts';
import { reportHealth } from '../../../src/gateway/healthReport.ts';
import { reportText } from '../../../src/gateway/healthReportText.ts';
import { aHealthRig, sayPlainly } from './healthRig.ts';

const ready: ConnectionState = { kind: 'ready', since: 0, recovered: 'same-session' };

test('the report tells of each server how many sessions use it, and how it came back', async () => {
  const rig = await aHealthRig();
  rig.add('dev', ready);
  rig.fleet.bad.set([{ kind: 'bad', name: 'odd', reason: 'It has no url.' }]);
  rig.store.set({ ...rig.store.value, events: 1 });
  const report = await reportHealth(rig.ports);
  if (!report) throw new Error('There is no report.');
  expect(report.servers['dev']?.sessions).toEqual({ total: 3, connected: 1 });
  expect(report.servers['odd']?.sessions).toBeNull();
  const text = reportText(report, sayPlainly);
  expect(text).toContain('- Sessions: 5 (2 connected)');
  expect(text).toMatch(/^\| `dev` \|.*\| the same session goes on \| 3 \(1 connected\) \|/m);
  expect(text).toContain('- Event store: sqlite, 1 event, 2 KiB');
});

test('a server that a person is waited for says for what, and tells of no tries', async () => {
  const rig = await aHealthRig();
  const waiting = (kind: 'unapproved' | 'needs-input'): ConnectionState => ({
    kind: 'needs-input',
    failure: aFailure(kind, ''),
    since: 0,
    attempt: 2,
  });
  rig.add('shared', waiting('unapproved'));
  rig.add('guarded', waiting('needs-input'));
  const report = await reportHealth(rig.ports);
  if (!report) throw new Error('There is no report.');
  const text = reportText(report, sayPlainly);
  expect(text).toMatch(/^\| `shared` \| waits for your leave \|.*\|  \|/m);
  expect(text).toMatch(/^\| `guarded` \| input needed \|.*\|  \|/m);
  expect(text).not.toContain('no further try');
});

test('connections that were turned away are counted, and one is said in the singular', async () => {
  const rig = await aHealthRig();
  const adviceAt = async (count: number): Promise<string> => {
    const denied = new Map([['turned-away', count]] as const);
    const report = await reportHealth({ ...rig.ports, denied: () => denied });
    return report?.recommendations.map(({ text }) => text).join() ?? '';
  };
  expect(await adviceAt(1)).toMatch(/^1 connection was turned away because/);
  expect(await adviceAt(2)).toMatch(/^2 connections were turned away because/);
});

test('nothing of it is in English for who reads another language, but what others have said', async () => {
  const rig = await aHealthRig();
  rig.add('dev', ready);
  rig.door.dispose();
  const place = new Source<DoorPlace>({ kind: 'failed', code: 'EADDRINUSE' });
  const { gateway } = rig.ports;
  const hide = (text: string, ...args: (string | number)[]): string =>
    sayPlainly(text.replaceAll(/\p{L}/gu, '*'), ...args);
  const report = await reportHealth({ ...rig.ports, gateway: { ...gateway, place }, say: hide });
  if (!report) throw new Error('There is no report.');
  const whole = reportText(report, hide).replaceAll(/`(dev|sqlite)`|sqlite/g, '');
  expect(whole.match(/\p{L}{2,}/gu) ?? []).toEqual([]);
});
