// What a picture says: the texts and icons of ours that the window shows at this moment, line by line, without what differs
// from one run to the next. Not here: what it should say (said.json) and what is done with it (pictures.test.ts).
import type { FrameLocator, Page } from 'playwright-core';
import { z } from 'zod';

const linesShape = z.array(z.string());
const windowShape = z.object({
  status: linesShape,
  views: linesShape,
  question: linesShape,
  notices: linesShape,
  editor: linesShape,
});

/** Where something can be read. */
export type Area = keyof z.infer<typeof windowShape> | 'timeline';

// As text, since it runs in the page.
const readWindow = `(() => {
  const text = (element) => (element?.textContent ?? '').trim();
  const shown = (selector, root = document) =>
    [...root.querySelectorAll(selector)].filter((each) => each.checkVisibility() && each.getBoundingClientRect().height > 0);
  const icon = (root) =>
    [...(root.querySelector('.codicon:not(.monaco-tl-twistie):not(.action-label)')?.classList ?? [])]
      .filter((name) => /^codicon-(?!modifier|colored)/.test(name))
      .map((name) => '(' + name.slice('codicon-'.length) + ')');
  const line = (...parts) => parts.flat().filter((part) => part !== '').join(' ');
  const row = (each) => line(
    '>'.repeat(Number(each.getAttribute('aria-level') ?? 1)),
    icon(each),
    shown('.label-name', each).map(text),
    shown('.label-description', each).map(text),
  );
  const status = document.getElementById('mcp-lifeline.mcp-lifeline.mcpLifeline.status');
  const pane = (each) => [
    line('view:', text(each.querySelector('.pane-header .title'))),
    ...(each.querySelector('.pane-header.expanded') === null
      ? []
      : [...shown('.monaco-list-row', each).map(row), ...shown('.welcome-view-content p', each).map(text)]),
  ];
  const question = (box) => [
    line('question:', text(box.querySelector('.quick-input-title'))),
    ...shown('.quick-input-filter input', box).map((input) => input.placeholder),
    ...shown('.monaco-list-row', box).map(row),
  ];
  const notice = (each) => [
    line('notice:', text(each.querySelector('.notification-list-item-message'))),
    ...shown('.notification-list-item-buttons-container .monaco-button', each).map(text),
  ];
  return {
    status: status === null ? [] : [line('status:', icon(status), text(status))],
    views: shown('.part.sidebar .pane').flatMap(pane),
    question: shown('.quick-input-widget').flatMap(question),
    notices: shown('.notification-list-item').flatMap(notice),
    editor: [...shown('.editor-group-container .tab.active'), ...shown('.editor-instance .view-line')].map(text),
  };
})()`;

const readTimeline = `(() => {
  const text = (element) => (element?.textContent ?? '').trim();
  const texts = (selector, root = document) => [...root.querySelectorAll(selector)].map(text);
  return [
    ...texts('.toolbar .group'),
    ...texts('.legend li'),
    ...[...document.querySelectorAll('.lane')].map((lane) =>
      ['lane:', ...texts('.server, .state, .share', lane)].join(' ')),
  ];
})()`;

/** The page of the web view that is in front: a frame in a frame. */
export const timelineOf = (page: Page): FrameLocator =>
  page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');

/** Whether a server that comes back is degraded for a moment, and who notices first that one is gone, is chance. */
const isChance = (line: string): boolean => /^>>.*(→ degraded|degraded → ready)/i.test(line);

const number = /\d+(?:[.,:]\d+)*(?:\s?[AP]M)?/g;

/** What is the same in every run. */
const constant = (line: string): string => {
  const words = line.replaceAll(/\s+/g, ' ').trim();
  // How many servers are connected is no chance.
  if (words.startsWith('status:')) return words;
  return words
    .replace(/^(>>> \(\S+\)) \S+ →/, '$1')
    .replaceAll(number, '#')
    .replaceAll(/# (?:ms|min|h)\b/g, '# s')
    .replaceAll(/\bjust now\b|# s ago\b/g, 'a moment ago');
};

const timelineIn = async (page: Page): Promise<readonly string[]> =>
  linesShape.parse(await timelineOf(page).locator('.legend').evaluate(readTimeline));

export interface Seen {
  /** In their order. */
  readonly lines: readonly string[];
  /** Lines that are left out since they are there by chance. */
  readonly chances: readonly string[];
  /** How many lines are left out in all; as many others may be out of sight for them. */
  readonly left: number;
}

/** What is seen now in these areas. */
export const seenIn = async (page: Page, areas: readonly Area[]): Promise<Seen> => {
  const window = windowShape.parse(await page.evaluate(readWindow));
  const timeline = areas.includes('timeline') ? await timelineIn(page) : [];
  const all = areas
    .flatMap((area) => ({ ...window, timeline })[area])
    .filter((line) => line !== '');
  const certain = all.filter((line) => !isChance(line)).map(constant);
  // How many tries failed in a row is chance too.
  const lines = certain.filter((line, at) => line !== certain[at - 1]);
  return { lines, chances: all.filter(isChance), left: all.length - lines.length };
};

/** Whether it is what was said: all of it, save what may be out of sight. */
export const agrees = ({ lines, left }: Seen, said: readonly string[]): boolean => {
  let found = 0;
  for (const line of said) if (line === lines[found]) found += 1;
  return found === lines.length && said.length - found <= left;
};
