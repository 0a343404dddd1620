// What is written down of the calls of a fleet in virtual time.
import { describe, expect, it } from 'vitest';
import { isKind } from '../../src/core/chronicle.ts';
import { aChronicleRig } from '../support/chronicleRig.ts';

describe('calls', () => {
  it('are counted by the minute, with their ends and latencies, and nothing else of them [keep-secrets]', async () => {
    const rig = await aChronicleRig();
    const program = rig.program('one');
    await rig.fleet.settle();
    program.call('write', { arguments: { secret: 'hunter2' } });
    await rig.clock.advance(100);
    rig.dialer.answer(rig.dialer.waiting[0] ?? 0, { content: [], isError: true });
    await rig.fleet.settle();
    rig.dialer.answersCalls = true;
    program.call('write');
    program.request('tools/list');
    await rig.fleet.settle();
    const [bucket, ...more] = rig.of('calls');
    expect(more).toEqual([]);
    expect(bucket).toMatchObject({ serverId: 'a', count: 2, errors: 1, unknown: 0, refused: 0 });
    expect(bucket?.at).toBe(Math.floor(rig.clock.now() / 60_000) * 60_000);
    expect(bucket?.latencies.map(([, count]) => count)).toEqual([1, 1]);
    expect(JSON.stringify(rig.store.read(null, 0, Infinity))).not.toMatch(/hunter2|write/);
  });

  it('that were cancelled count for nothing', async () => {
    const rig = await aChronicleRig();
    const program = rig.program('one');
    await rig.fleet.settle();
    const id = program.call('write');
    await rig.fleet.settle();
    program.cancel(id);
    await rig.clock.advance(10_000);
    expect(rig.of('calls')).toEqual([]);
  });

  it('that waited long before a loss are none of it', async () => {
    const rig = await aChronicleRig({ connection: 'shared', autoStart: false });
    rig.dialer.answersCalls = true;
    const program = rig.program('one');
    program.call();
    await rig.clock.advance(60_000);
    expect(rig.of('calls')).toMatchObject([{ held: 1 }]);
    rig.dialer.answersCalls = false;
    program.call();
    await rig.fleet.settle();
    rig.dialer.dropLink();
    await rig.clock.advance(10_000);
    expect(rig.of('recovery')).toMatchObject([{ calls: { held: 0, unknown: 1 } }]);
  });

  it('stay in memory for some seconds, and one minute is one entry', async () => {
    const rig = await aChronicleRig();
    const program = rig.program('one');
    rig.dialer.answersCalls = true;
    await rig.fleet.settle();
    const inStore = () => rig.store.read('a', 0, Infinity, ['calls']).filter(isKind('calls'));
    program.call();
    await rig.clock.advance(4_900);
    expect(inStore()).toEqual([]);
    await rig.clock.advance(200);
    expect(inStore()).toMatchObject([{ count: 1 }]);
    program.call();
    await rig.clock.advance(5_100);
    expect(inStore()).toMatchObject([{ count: 2 }]);
    await rig.clock.advance(60_000);
    program.call();
    await rig.clock.advance(5_100);
    expect(inStore()).toMatchObject([{ count: 2 }, { count: 1 }]);
  });

  it('are written down at the end, before the store closes', async () => {
    const rig = await aChronicleRig();
    const program = rig.program('one');
    rig.dialer.answersCalls = true;
    await rig.fleet.settle();
    program.call();
    await rig.fleet.settle();
    rig.chronicler.dispose();
    expect(rig.store.read('a', 0, Infinity, ['calls'])).toMatchObject([{ count: 1 }]);
    expect(rig.store.read(null, 0, Infinity, ['mark']).at(-1)).toMatchObject({ what: 'ended' });
  });
});
