// The page of the timeline as a person uses it, in a real browser and under its own policy.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  aLane,
  anHour,
  aTransition,
  manyLanes,
  minute,
  someLanes,
} from '../support/timelineScenes.ts';
import { until } from '../vscode/waiting.ts';
import { repository } from '../vscode/places.ts';
import { openScene, placeOf, timelineBrowser, type TimelinePage } from './rig.ts';

const open = timelineBrowser();
const patience = 10_000;

/** The color of a band as the screen shows it; by default that of the edge at its foot, which is drawn in full. */
const colorAt = async (timeline: TimelinePage, server: string, minutesAgo: number, height = 36) => {
  const { x } = await placeOf(timeline, server, minutesAgo);
  const stage = timeline.lane(server).locator('.stage');
  const box = await stage.boundingBox();
  const script = `(() => {
    const canvas = document.querySelector('.lane[data-server="${server}"] canvas');
    const at = Math.round((${x} - ${box?.x ?? 0}) * devicePixelRatio);
    return [...canvas.getContext('2d').getImageData(at, ${height} * devicePixelRatio, 1, 1).data].slice(0, 3);
  })()`;
  return (await timeline.page.evaluate<number[]>(script)).join(' ');
};

describe.each(['dark', 'light', 'contrast'] as const)('in the theme %s', (theme) => {
  test.each([1000, 380])(
    "%s pixels wide it draws the theme's colours and complains of nothing",
    async (width) => {
      const timeline = await openScene(open, { theme, width });
      const expected = {
        dark: ['137 209 133', '55 148 255'],
        light: ['56 138 52', '0 99 211'],
        contrast: ['137 209 133', '89 164 249'],
      };
      expect(await colorAt(timeline, 'notes', 50)).toBe(expected[theme][0]);
      expect(await colorAt(timeline, 'search', 3)).toBe(expected[theme][1]);
      const overflow =
        'document.documentElement.scrollWidth - document.documentElement.clientWidth';
      expect(await timeline.page.evaluate(overflow)).toBe(0);
      const folder = join(repository, 'out', 'timeline');
      mkdirSync(folder, { recursive: true });
      await timeline.page.screenshot({ path: join(folder, `${theme}-${width}.png`) });
      expect(timeline.complaints).toEqual([]);
      expect(timeline.strangers).toEqual([]);
    },
  );
});

test('each look has a pattern of its own, for eyes that tell no colors apart', async () => {
  const timeline = await openScene(open, { theme: 'contrast' });
  const masks = await timeline.page.evaluate<string[]>(`
    [...document.querySelectorAll('.legend canvas')].map((canvas) => {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return data.filter((_, index) => index % 4 === 3).map((alpha) => (alpha > 100 ? 1 : 0)).join('');
    })`);
  expect(masks.length).toBeGreaterThan(12);
  expect(new Set(masks).size).toBe(masks.length);
});

test('an area is filled with the color of its edge', async () => {
  const timeline = await openScene(open, { theme: 'dark' });
  const [red = 0, green = 0, blue = 0] = (await colorAt(timeline, 'notes', 50, 29))
    .split(' ')
    .map(Number);
  expect(green).toBeGreaterThan(red + 20);
  expect(green).toBeGreaterThan(blue + 20);
});

test('a change of theme is taken up at once', async () => {
  const timeline = await openScene(open, { theme: 'dark' });
  await timeline.dress('light');
  await until('the lanes are drawn in the other theme', patience, async () =>
    (await colorAt(timeline, 'notes', 50)) === '56 138 52' ? true : null,
  );
});

describe('before there is anything', () => {
  test('a young history is looked at as a whole', async () => {
    const timeline = await open();
    await timeline.say({ kind: 'begin', language: 'en', words: [], kept: null });
    await timeline.tell(someLanes(Date.now()));
    await timeline.drawn();
    expect(await timeline.button('All').getAttribute('aria-pressed')).toBe('true');
  });

  test('it shows nothing until it was told, and then says that nothing was recorded', async () => {
    const timeline = await open();
    await timeline.say({ kind: 'begin', language: 'en', words: [], kept: null });
    await timeline.drawn();
    expect(await timeline.page.locator('body').innerText()).toBe('');
    await timeline.tell([]);
    await timeline.page.getByRole('heading', { name: 'Nothing recorded yet' }).waitFor();
    await timeline.button('Add Server…').click();
    expect(await timeline.sent()).toContainEqual({
      kind: 'run',
      deed: 'addServer',
      serverId: null,
    });
    expect(await timeline.page.locator('.toolbar').isVisible()).toBe(false);
  });

  test('servers of which nothing is known are not drawn as if there were something', async () => {
    const timeline = await open();
    const now = Date.now();
    await timeline.begin([aLane('new', 'idle', [], now)]);
    await timeline.page.getByRole('heading', { name: 'Nothing recorded yet' }).waitFor();
  });
});

describe('for a screen reader', () => {
  test('each lane says its server, what it is now, and how to go on', async () => {
    const timeline = await openScene(open);
    const stage = timeline.lane('notes').locator('.stage');
    expect(await stage.getAttribute('role')).toBe('application');
    expect(await stage.getAttribute('aria-label')).toMatch(
      /^notes, ready, [\d.]+% up\. Left and right step/,
    );
  });

  test('the table holds what the lanes show', async () => {
    const timeline = await openScene(open);
    await timeline.button('Table').click();
    const table = timeline.page.getByRole('table');
    await table.waitFor();
    expect(await table.getByRole('columnheader').allTextContents()).toEqual([
      'When',
      'Server',
      'What',
      'Details',
    ]);
    const row = table.getByRole('row').filter({ hasText: 'Suspended' });
    expect(await row.getByRole('cell').nth(1).innerText()).toBe('notes');
    await row
      .filter({ hasText: /Attempts|tries/ })
      .first()
      .waitFor();
    await timeline.button('Table').click();
    await timeline.lane('notes').waitFor();
  });

  test('each thing that can be pressed has a name', async () => {
    const timeline = await openScene(open);
    for (const button of await timeline.page.getByRole('button').all()) {
      const name = (await button.getAttribute('aria-label')) ?? (await button.innerText());
      expect(name).toMatch(/\p{L}/u);
    }
  });
});

describe('live', () => {
  test('what happens is drawn as it comes', async () => {
    const timeline = await openScene(open);
    const now = Date.now();
    expect(await colorAt(timeline, 'notes', 0.2)).toBe('137 209 133');
    const lost = [
      ...anHour(now),
      aTransition(now - minute, 'ready', 'reconnecting', { failure: 'closed' }),
    ];
    await timeline.tell([aLane('notes', 'reconnecting', lost, now)]);
    await timeline.lane('notes').locator('.state', { hasText: 'reconnecting' }).waitFor();
    await timeline.drawn();
    expect(await colorAt(timeline, 'notes', 0.5)).toBe('55 148 255');
  });

  test('[truth-on-screen] without news from the extension it says so and draws no further', async () => {
    const timeline = await openScene(open);
    const now = Date.now();
    await timeline.page.clock.install({ time: now });
    await timeline.page.reload();
    await timeline.begin([aLane('notes', 'ready', anHour(now), now)]);
    await timeline.lane('notes').waitFor();
    await timeline.page.clock.runFor(30_000);
    await timeline.page
      .locator('.note', { hasText: /^No news from MCP Lifeline since / })
      .waitFor();
    const shown = await timeline.shown;
    await timeline.page.clock.runFor(30_000);
    expect(await timeline.shown).toBe(shown);
  });

  test('who asked for less motion is shown a picture that stands longer', async () => {
    const picturesIn = async (options: { calm?: 'system' | 'editor' } = {}): Promise<number> => {
      const timeline = await open(options);
      const now = Date.now();
      await timeline.page.clock.install({ time: now });
      await timeline.page.reload();
      await timeline.begin([aLane('notes', 'ready', anHour(now), now)]);
      await timeline.button('5 min').click();
      const shown = new Set<string>();
      for (let second = 0; second < 12; second += 1) {
        await timeline.page.clock.runFor(1_000);
        shown.add(await timeline.shown);
      }
      return shown.size;
    };
    expect(await picturesIn()).toBeGreaterThan(8);
    expect(await picturesIn({ calm: 'system' })).toBeLessThan(4);
    expect(await picturesIn({ calm: 'editor' })).toBeLessThan(4);
  });
});

test('what was looked at is looked at again when the tab comes back', async () => {
  const timeline = await openScene(open);
  await timeline.button('24 h').click();
  await timeline.button('Legend').click();
  await timeline.button('Table').click();
  await timeline.page.reload();
  await timeline.begin(someLanes(Date.now()));
  await timeline.page.getByRole('table').waitFor();
  const pressed = timeline.page.locator('button[aria-pressed="true"]');
  expect(await pressed.allTextContents()).toEqual(['24 h', 'Live', 'Table']);
});

test('a person who asks for one server is taken to its lane', async () => {
  const timeline = await open();
  await timeline.begin(manyLanes(Date.now()));
  await timeline.say({ kind: 'reveal', serverId: 'server-18' });
  await timeline.page.locator('.lane[data-server="server-18"] .stage:focus').waitFor();
  await until('the lane is in sight', patience, async () => {
    const box = await timeline.lane('server-18').boundingBox();
    return box !== null && box.y + box.height <= 640 ? true : null;
  });
});

test('what a server calls itself is text and nothing else', async () => {
  const timeline = await open();
  const name = '<img src=x onerror="window.sent.push(1)">';
  const now = Date.now();
  await timeline.begin([aLane(name, 'ready', anHour(now), now)]);
  await timeline.page.getByRole('button', { name, exact: true }).click();
  expect(await timeline.sent()).toEqual([
    { kind: 'ready' },
    { kind: 'run', deed: 'showHealthReport', serverId: name },
  ]);
  expect(timeline.strangers).toEqual([]);
});

test("it speaks the user's language", async () => {
  const timeline = await openScene(open, {
    words: [
      ['Live', 'Aktuell'],
      ['Nothing recorded yet', 'Noch nichts'],
    ],
  });
  await timeline.button('Aktuell').waitFor();
  onTestFinished(() => expect(timeline.complaints).toEqual([]));
});
