// The timeline's page in the hands of a person: the pointer, and the keyboard alone.
import { describe, expect, test } from 'vitest';
import { manyLanes, minute } from '../support/timelineScenes.ts';
import { until } from '../vscode/waiting.ts';
import { openScene, placeOf, timelineBrowser, type TimelinePage, waitForTip } from './rig.ts';

const open = timelineBrowser();
const patience = 10_000;

describe('with the pointer', () => {
  test('pointing at a band tells what it was, how long, and why', async () => {
    const timeline = await openScene(open);
    const { x, y } = await placeOf(timeline, 'notes', 27.6);
    await timeline.page.mouse.move(x, y);
    await waitForTip(
      timeline,
      /Reconnecting.*\(48 s\)The connection was lost6 triesConnection refused: connect ECONNREFUSED/,
    );
    await waitForTip(timeline, /3 calls held/);
    await timeline.page.mouse.move(5, 5);
    await timeline.page.locator('.tip').waitFor({ state: 'hidden' });
  });

  test('the wheel zooms at the pointer where nothing scrolls', async () => {
    const timeline = await openScene(open);
    const { x, y } = await placeOf(timeline, 'notes', 30);
    await timeline.page.mouse.move(x, y);
    const before = await timeline.shown;
    await timeline.page.mouse.wheel(0, -400);
    await until('less time is shown', patience, async () =>
      (await timeline.shown) === before ? null : true,
    );
    expect(await timeline.button('Live').getAttribute('aria-pressed')).toBe('false');
    expect(await timeline.button('1 h').getAttribute('aria-pressed')).toBe('false');
    await waitForTip(timeline, /notes/);
  });

  test('with lanes out of sight the wheel scrolls, and zooms with Ctrl', async () => {
    const timeline = await open();
    await timeline.begin(manyLanes(Date.now()));
    await timeline.lane('server-20').waitFor();
    await timeline.page.mouse.move(600, 300);
    await timeline.page.mouse.wheel(0, 900);
    const top = 'document.querySelector(".scroller").scrollTop';
    await until('the lanes are scrolled', patience, async () =>
      (await timeline.page.evaluate<number>(top)) > 0 ? true : null,
    );
    expect(await timeline.button('1 h').getAttribute('aria-pressed')).toBe('true');
    await timeline.page.keyboard.down('Control');
    await timeline.page.mouse.wheel(0, -300);
    await timeline.page.keyboard.up('Control');
    await until('it is zoomed', patience, async () =>
      (await timeline.button('1 h').getAttribute('aria-pressed')) === 'false' ? true : null,
    );
  });

  test('dragging shows the part that was chosen, and a double click the present', async () => {
    const timeline = await openScene(open);
    const [from, to] = [await placeOf(timeline, 'notes', 30), await placeOf(timeline, 'notes', 20)];
    await timeline.page.mouse.move(from.x, from.y);
    await timeline.page.mouse.down();
    await timeline.page.mouse.move(to.x, to.y, { steps: 5 });
    await timeline.page.mouse.up();
    await timeline.drawn();
    const length = (await timeline.looksAt())?.length ?? 0;
    expect(length / minute).toBeGreaterThan(9.5);
    expect(length / minute).toBeLessThan(10.5);
    await timeline.page.mouse.dblclick(from.x, from.y);
    await timeline.page.locator('button[aria-pressed="true"]', { hasText: 'Live' }).waitFor();
  });
});

describe('with the keyboard alone', () => {
  const focused = (timeline: TimelinePage): Promise<string> =>
    timeline.page.evaluate('document.activeElement.closest(".lane")?.dataset.server ?? ""');

  test('arrows step through what happened and from lane to lane, and each is said aloud', async () => {
    const timeline = await openScene(open);
    const { keyboard } = timeline.page;
    const spoken = timeline.page.locator('.spoken');
    await timeline.lane('notes').locator('.stage').focus();
    await keyboard.press('End');
    await spoken.filter({ hasText: /^Computer slept/ }).waitFor({ state: 'attached' });
    await waitForTip(timeline, /notes.*Computer slept/);
    await keyboard.press('ArrowLeft');
    const ready = /^Ready, since .+ same session goes on\.$/;
    await spoken.filter({ hasText: ready }).waitFor({ state: 'attached' });
    await keyboard.press('ArrowDown');
    expect(await focused(timeline)).toBe('search');
    await keyboard.press('Home');
    await spoken.filter({ hasText: /^Connecting/ }).waitFor({ state: 'attached' });
    await keyboard.press('ArrowUp');
    expect(await focused(timeline)).toBe('notes');
    await keyboard.press('Escape');
    await timeline.page.locator('.tip').waitFor({ state: 'hidden' });
  });

  test('Tab reaches every button, every server and one lane', async () => {
    const timeline = await openScene(open);
    const met = new Set<string>();
    for (let index = 0; index < 30; index += 1) {
      await timeline.page.keyboard.press('Tab');
      met.add(
        await timeline.page.evaluate<string>(
          'document.activeElement.textContent || document.activeElement.className',
        ),
      );
    }
    for (const name of ['5 min', 'All', 'Live', 'Table', 'Legend', 'notes', 'archive'])
      expect(met).toContain(name);
    const stops = timeline.page.locator('.stage[tabindex="0"]');
    expect(await stops.count()).toBe(1);
  });

  test('plus, minus and the page keys zoom and move, and 0 returns to the present', async () => {
    const timeline = await openScene(open);
    const { keyboard } = timeline.page;
    await timeline.lane('notes').locator('.stage').focus();
    const live = timeline.button('Live');
    await keyboard.press('+');
    await timeline.drawn();
    expect(await timeline.button('1 h').getAttribute('aria-pressed')).toBe('false');
    expect(await live.getAttribute('aria-pressed')).toBe('true');
    await keyboard.press('-');
    await timeline.drawn();
    expect(await timeline.button('1 h').getAttribute('aria-pressed')).toBe('true');
    await keyboard.press('PageUp');
    await timeline.drawn();
    expect(await live.getAttribute('aria-pressed')).toBe('false');
    await keyboard.press('0');
    await timeline.drawn();
    expect(await live.getAttribute('aria-pressed')).toBe('true');
  });
});
