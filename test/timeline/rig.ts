// The timeline's page in a real browser, built as it ships and under its own policy, with a stand-in for the editor: it takes
// what the page sends, gives what the extension would, and remembers what it looked at over a reload.
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import type { Lane } from '../../src/core/timeline/lane.ts';
import type { KeptView, MessageToPage } from '../../src/core/timeline/messages.ts';
import { firstLook } from '../../src/core/timeline/span.ts';
import { timelineHtml } from '../../src/host/timelineHtml.ts';
import { buildTimelinePage } from '../support/timelinePage.ts';
import { someLanes } from '../support/timelineScenes.ts';
import { launchChromium } from '../vscode/chromium.ts';
import { pageThemes, type ThemeName } from './themes.ts';

const origin = 'http://timeline.localhost';

/** Where somebody has looked before: without it the page chooses what fits the history. */
const anHour: KeptView = { ...firstLook, isTable: false, hasLegend: true };

interface Options {
  readonly theme?: ThemeName;
  readonly width?: number;
  readonly height?: number;
  readonly words?: readonly (readonly [string, string])[];
  /** Who was asked for less motion. */
  readonly calm?: 'system' | 'editor';
}

export class TimelinePage {
  readonly page: Page;
  /** Errors and refusals of the policy. */
  readonly complaints: string[] = [];
  /** Addresses asked for beyond the page's own three. */
  readonly strangers: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
  }

  async say(message: MessageToPage): Promise<void> {
    await this.page.evaluate(`window.postMessage(${JSON.stringify(message)}, '*')`);
  }

  /** What the extension sends first, in answer to `ready`. */
  async begin(lanes: readonly Lane[], options: Options = {}): Promise<void> {
    const { words = [] } = options;
    const kept = (await this.looksAt()) ?? anHour;
    await this.say({ kind: 'begin', language: 'en', words, kept });
    await this.tell(lanes);
  }

  /** What the page said last of what it looks at, as the extension keeps it. */
  looksAt(): Promise<KeptView | null> {
    return this.page.evaluate('JSON.parse(sessionStorage.getItem("view"))');
  }

  /** The user changes the theme. */
  async dress(theme: ThemeName): Promise<void> {
    const { bodyClass, variables } = pageThemes[theme];
    const args = [bodyClass, variables].map((value) => JSON.stringify(value));
    await this.page.evaluate(`window.dress(${args.join(', ')})`);
  }

  async tell(lanes: readonly Lane[], now = Date.now()): Promise<void> {
    const order = lanes.map(({ serverId }) => serverId);
    await this.say({ kind: 'lanes', now, order, lanes });
  }

  /** What the page has sent. */
  sent(): Promise<unknown> {
    return this.page.evaluate('window.sent');
  }

  lane(name: string): Locator {
    return this.page.locator(`.lane[data-server="${name}"]`);
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  get shown(): Promise<string> {
    return this.page.locator('.shown').innerText();
  }

  /** Two frames of the screen: what was asked for has been drawn. */
  async drawn(): Promise<void> {
    await this.page.evaluate(
      'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))',
    );
  }
}

interface Dress {
  readonly bodyClass: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** Runs in the page before its own script, as the editor dresses a web view. */
const standIn = ({ bodyClass, variables }: Dress): string => `
  window.sent = [];
  window.acquireVsCodeApi = () => ({
    postMessage: (message) => {
      if (message.kind === 'looks') sessionStorage.setItem('view', JSON.stringify(message.view));
      else window.sent.push(message);
    },
  });
  window.dress = (bodyClass, variables) => {
    for (const [name, value] of Object.entries(variables))
      document.documentElement.style.setProperty('--vscode-' + name, value);
    document.body.className = bodyClass;
  };
  const observer = new MutationObserver(() => {
    if (document.body === null) return;
    observer.disconnect();
    window.dress(${JSON.stringify(bodyClass)}, ${JSON.stringify(variables)});
  });
  observer.observe(document, { childList: true, subtree: true });
`;

/** How the editor dresses its web views for who looks at this one. */
const dressOf = ({ theme = 'dark', calm }: Options): Dress => {
  const { bodyClass, variables } = pageThemes[theme];
  const calmly = calm === 'editor' ? ' vscode-reduce-motion' : '';
  return { bodyClass: bodyClass + calmly, variables };
};

/** One browser for all tests of a file. */
export const timelineBrowser = (): ((options?: Options) => Promise<TimelinePage>) => {
  const folder = mkdtempSync(join(tmpdir(), 'ml-'));
  let context: BrowserContext | undefined;
  beforeAll(async () => {
    await buildTimelinePage(folder);
    context = await launchChromium(folder, origin);
  });
  afterAll(async () => {
    await context?.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 300 });
  });
  return async (options = {}) => {
    if (context === undefined) throw new Error('The browser has not been started.');
    const page = await context.newPage();
    onTestFinished(() => page.close());
    page.setDefaultTimeout(10_000);
    const timeline = new TimelinePage(page);
    await page.setViewportSize({ width: options.width ?? 1000, height: options.height ?? 640 });
    await page.emulateMedia({
      reducedMotion: options.calm === 'system' ? 'reduce' : 'no-preference',
    });
    await page.addInitScript({ content: standIn(dressOf(options)) });
    await serve(page, folder, timeline);
    await page.goto(`${origin}/`);
    return timeline;
  };
};

const serve = async (page: Page, folder: string, timeline: TimelinePage): Promise<void> => {
  const html = timelineHtml({
    source: origin,
    script: `${origin}/timeline.js`,
    style: `${origin}/timeline.css`,
    nonce: 'aNonceForThisTest',
    language: 'en',
    title: 'Timeline',
  });
  await page.route('**/*', async (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname === '/') return route.fulfill({ contentType: 'text/html', body: html });
    const type = { '/timeline.js': 'text/javascript', '/timeline.css': 'text/css' }[pathname];
    if (type === undefined) {
      timeline.strangers.push(route.request().url());
      return route.abort();
    }
    const body = await readFile(join(folder, pathname), 'utf8');
    return route.fulfill({ contentType: type, body });
  });
};

type Open = ReturnType<typeof timelineBrowser>;

/** With a scene of several servers, of which the first has had a hard hour. */
export const openScene = async (open: Open, options: Options = {}): Promise<TimelinePage> => {
  const timeline = await open(options);
  await timeline.begin(someLanes(Date.now()), options);
  await timeline.lane('notes').locator('.stage[aria-label]').waitFor();
  await timeline.drawn();
  return timeline;
};

/** Where a moment lies on the page, in the lane of this server, at the height of its bands. */
export const placeOf = async (timeline: TimelinePage, server: string, minutesAgo: number) => {
  const box = await timeline.lane(server).locator('.stage').boundingBox();
  if (box === null) throw new Error('The lane has no place.');
  return { x: box.x + (box.width - 52) * (1 - minutesAgo / 60), y: box.y + 29 };
};

export const waitForTip = (timeline: TimelinePage, text: RegExp) =>
  timeline.page.locator('.tip', { hasText: text }).waitFor();
