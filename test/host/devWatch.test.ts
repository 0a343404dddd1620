// A server under work: what a change of its files does, how often, and what it leaves alone.
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ServerDefinition } from '../../src/core/settings.ts';
import { createDevWatch, placeGlob, type PlacedGlob } from '../../src/host/devWatch.ts';
import { aServer, VirtualFleet } from '../support/virtualFleet.ts';

const home = '/work/home';

describe('a glob', () => {
  test.each<[string, PlacedGlob]>([
    ['src/**/*.ts', { folder: home, glob: 'src/**/*.ts' }],
    ['./build/*.js', { folder: home, glob: 'build/*.js' }],
    ['${workspaceFolder}/src/**', { folder: home, glob: 'src/**' }],
    ['/abs/src/*.{js,ts}', { folder: '/abs/src', glob: '*.{js,ts}' }],
    ['/abs/server.py', { folder: '/abs', glob: 'server.py' }],
    ['/server.py', { folder: '/', glob: 'server.py' }],
    ['C:\\work\\**', { folder: 'C:/work', glob: '**' }],
  ])('%s is looked for in its place', (written, placed) => {
    expect(placeGlob(written, home)).toEqual(placed);
  });

  test('is looked for nowhere where no folder is open, unless it says where itself', () => {
    expect(placeGlob('src/**', null)).toBe(null);
    expect(placeGlob('${workspaceFolder}/src/**', null)).toBe(null);
    expect(placeGlob('/abs/src/**', null)).toEqual({ folder: '/abs/src', glob: '**' });
  });
});

const aStdio = (): ServerDefinition => ({
  kind: 'stdio',
  name: 'a',
  origin: { scope: 'folder', folder: '/work/a' },
  command: 'node',
  args: [],
  env: {},
  envFile: null,
  cwd: null,
  autoStart: true,
  enabled: true,
  trustHints: false,
  connection: 'perClient',
  watch: ['src/**'],
});

const aRig = (definition: ServerDefinition) => {
  const fleet = new VirtualFleet([definition]);
  const watched: (PlacedGlob & { readonly changed: () => void })[] = [];
  const looked: string[] = [];
  const watch = createDevWatch({
    clock: fleet.clock,
    fleet: {
      servers: fleet.fleet.servers,
      bad: fleet.fleet.bad,
      get: (id) => fleet.fleet.get(id),
      lookAgain: (id) => void looked.push(id),
    },
    watchFiles: (placed, changed) => {
      const one = { ...placed, changed };
      watched.push(one);
      return { dispose: () => void watched.splice(watched.indexOf(one), 1) };
    },
    folder: () => home,
    logOf: () => ({ info: () => undefined }),
  });
  onTestFinished(() => watch.dispose());
  return { fleet, watched, looked };
};

describe('a change of a file', () => {
  test('starts a program anew, once for changes that follow each other quickly', async () => {
    const { fleet, watched } = aRig(aStdio());
    await fleet.open();
    expect(watched).toMatchObject([{ folder: '/work/a', glob: 'src/**' }]);
    const dials = (): number => fleet.dialer('a').count('dial');
    expect(dials()).toBe(1);
    for (let changes = 0; changes < 5; changes += 1) {
      watched[0]?.changed();
      await fleet.clock.advance(200);
    }
    expect(dials()).toBe(1);
    await fleet.clock.advance(300);
    expect(dials()).toBe(2);
  });

  test('that never pauses is heard all the same', async () => {
    const { fleet, watched } = aRig(aStdio());
    await fleet.open();
    for (let changes = 0; changes < 32; changes += 1) {
      watched[0]?.changed();
      await fleet.clock.advance(100);
    }
    expect(fleet.dialer('a').count('dial')).toBe(2);
  });

  test('has a server looked at that somebody else starts', async () => {
    const { fleet, watched, looked } = aRig(aServer('a', { watch: ['*.py'] }));
    await fleet.open();
    watched[0]?.changed();
    await fleet.clock.advance(300);
    expect(looked).toEqual(['a']);
    expect(fleet.dialer('a').count('dial')).toBe(1);
  });

  test('starts nothing that was stopped, and nothing is watched that is gone or switched off', async () => {
    const { fleet, watched } = aRig(aStdio());
    await fleet.open();
    fleet.fleet.get('a')?.stop();
    await fleet.clock.advance(60_000);
    const dials = fleet.dialer('a').count('dial');
    watched[0]?.changed();
    await fleet.clock.advance(1_000);
    expect(fleet.dialer('a').count('dial')).toBe(dials);
    await fleet.configure([{ ...aStdio(), enabled: false }]);
    expect(watched).toEqual([]);
    await fleet.configure([]);
    expect(watched).toEqual([]);
  });
});
