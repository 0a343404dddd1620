// What is written down of the window itself: that it opened, was reloaded, slept and closed.
import { describe, expect, it } from 'vitest';
import { isKind } from '../../src/core/chronicle.ts';
import { Chronicler } from '../../src/runtime/chronicler.ts';
import { aChronicleRig } from '../support/chronicleRig.ts';

describe('the window', () => {
  it('that comes back within a minute was reloaded, else it was started', async () => {
    const rig = await aChronicleRig();
    rig.chronicler.dispose();
    const { clock } = rig;
    const { store } = rig;
    await clock.advance(2_000);
    const second = new Chronicler({ clock, store, random: () => 0 });
    second.open();
    second.dispose();
    await clock.advance(120_000);
    const third = new Chronicler({ clock, store, random: () => 0 });
    third.open();
    third.dispose();
    const marks = store.read(null, 0, Infinity, ['mark']).filter(isKind('mark'));
    expect(marks.map(({ what, length }) => [what, length])).toEqual([
      ['started', null],
      ['ended', null],
      ['reloaded', 2_000],
      ['ended', null],
      ['started', null],
      ['ended', null],
    ]);
  });

  it('that slept says for how long, though the servers gave no sign for much longer', async () => {
    const rig = await aChronicleRig();
    rig.fleet.server('a').stop();
    await rig.clock.advance(3 * 3_600_000);
    rig.chronicler.slept(60_000);
    expect(rig.of('mark').filter(({ what }) => what === 'slept')).toMatchObject([
      { length: 60_000 },
    ]);
  });

  it('that finds another one at work was started, not reloaded', async () => {
    const { clock, store } = await aChronicleRig();
    await clock.advance(20_000);
    const isGuest = (): boolean => true;
    const second = new Chronicler({ clock, store, random: () => 0, isGuest });
    second.open();
    second.dispose();
    const marks = store.read(null, 0, Infinity, ['mark']).filter(isKind('mark'));
    expect(marks.map(({ what, length }) => [what, length])).toEqual([
      ['started', null],
      ['started', null],
      ['ended', null],
    ]);
  });
});
