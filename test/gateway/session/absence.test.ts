// How long clients are told to wait before they come back: measured by the lives before.
import { expect, test } from 'vitest';
import { cameBack, comeBackAfter } from '../../../src/gateway/absence.ts';
import type { Answer } from './httpClient.ts';
import { openRig, type Rig } from './rig.ts';

const never = { endedAt: null, absences: [] };

test('an absence is measured from an orderly end, up to a minute', () => {
  expect(cameBack({ endedAt: 1000, absences: [7] }, 5000)).toEqual({
    endedAt: null,
    absences: [7, 4000],
  });
  expect(cameBack({ endedAt: 1000, absences: [] }, 61_000).absences).toEqual([60_000]);
  expect(cameBack({ endedAt: 1000, absences: [] }, 61_001)).toEqual(never);
  // The clock of the machine was set back.
  expect(cameBack({ endedAt: 1000, absences: [] }, 999)).toEqual(never);
  // It died without a goodbye: nobody knows when.
  expect(cameBack({ endedAt: null, absences: [7] }, 5000).absences).toEqual([7]);
});

test('the last five absences count', () => {
  expect(cameBack({ endedAt: 0, absences: [9, 1, 2, 3, 4] }, 5).absences).toEqual([1, 2, 3, 4, 5]);
});

test('clients wait half as long again as the longest of them, within bounds', () => {
  expect(comeBackAfter(never, 8000)).toBe(8000);
  const after = (...absences: number[]): number => comeBackAfter({ endedAt: null, absences }, 8000);
  expect(after(3000, 4000, 500)).toBe(6000);
  expect([after(100), after(1333), after(1334)]).toEqual([2000, 2000, 2001]);
  expect([after(13_333), after(13_334), after(60_000)]).toEqual([20_000, 20_000, 20_000]);
});

const toldOn = async (rig: Rig, answer: Answer): Promise<number | null | undefined> => {
  await rig.server.until(() => rig.server.last.requests.length > 0);
  await answer.until(({ events }) => events.length === 1);
  return answer.events[0]?.retry;
};

test('[reload-survives] a client is told to wait for longer than the window was away when it reloaded', async () => {
  const first = await openRig({ comeBackAfter: 8000 });
  const client = await first.guest();
  expect(await toldOn(first, await client.call(1))).toBe(8000);
  const ended = first.gateway.stop();
  // A call runs: it gets a tenth of a second for its answer.
  await first.clock.advance(100);
  await first.clock.advance(4000);
  await ended;
  const second = await first.die();
  expect(await toldOn(second, await client.at(second.url()).call(2))).toBe(6000);
  // Whoever dies without a goodbye is not missed for a time that anybody knows.
  await second.clock.advance(30_000);
  const third = await second.die();
  const stream = await client.at(third.url()).get();
  await stream.until(({ events }) => events.length === 1);
  expect(stream.events[0]?.retry).toBe(6000);
});

test('our bridge, which finds the gateway by itself, comes back at once', async () => {
  const rig = await openRig({ comeBackAfter: 8000 });
  const client = rig.client();
  await client.hello('a client', '2025-11-25', { headers: { 'mcp-lifeline-client': 'bridge' } });
  expect(await toldOn(rig, await client.call(1))).toBe(250);
});
