// One window of the test editor, used as a person uses it: by what is seen on the page. Not here: starting an editor.
import type { Locator, Page } from 'playwright-core';
import { killAtOnce } from './processes.ts';
import { until } from './waiting.ts';

const paintLimit = 60_000;
const reactionLimit = 40_000;
/** What a person waits before trying again. */
const glance = 5_000;

/** What a window asks of its editor. */
export interface HostRegister {
  /** The extension hosts that no other window has. */
  unclaimedHosts(window: EditorWindow): readonly number[];
}

export interface TestOutcome {
  readonly code: number;
  readonly output: readonly string[];
}

export class EditorWindow {
  readonly page: Page;
  readonly url: string;
  /** Console lines and errors of the page, for a failing test's report. */
  readonly console: string[] = [];
  readonly testOutput: string[] = [];
  /** Only with tests inside: how their run ended, as the workbench says it, which is not proof (inHost.ts). */
  readonly testsEnded: Promise<TestOutcome>;
  readonly #register: HostRegister;
  readonly #endTests: (outcome: TestOutcome) => void;
  #host: number | null = null;
  /** Extension hosts from before this page was loaded: of closed tabs, or of this window's earlier page. */
  #earlier: ReadonlySet<number> = new Set();

  constructor(register: HostRegister, page: Page, url: string) {
    this.#register = register;
    this.page = page;
    this.url = url;
    const { promise, resolve } = Promise.withResolvers<TestOutcome>();
    this.testsEnded = promise;
    this.#endTests = resolve;
    page.on('console', (message) => this.console.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => this.console.push(`page error: ${error.message}`));
    page.on('crash', () => this.endTests(101, 'the page crashed'));
  }

  get claimedHost(): number | null {
    return this.#host;
  }

  endTests(code: number, line?: string): void {
    if (line !== undefined) this.testOutput.push(line);
    this.#endTests({ code, output: this.testOutput });
  }

  /** Loads the page; the two names are those that a workbench running tests looks for. */
  async open(): Promise<void> {
    await this.page.exposeFunction('codeAutomationExit', (code: number) => this.endTests(code));
    await this.page.exposeFunction('codeAutomationLog', (_type: string, args: unknown[]) => {
      const words = args.map((word) => (typeof word === 'string' ? word : JSON.stringify(word)));
      this.testOutput.push(words.join(' '));
    });
    this.#expectAnotherHost();
    await this.page.goto(this.url, { waitUntil: 'domcontentloaded' });
  }

  async painted(): Promise<void> {
    const bar = this.page.locator('.monaco-workbench .part.statusbar');
    await bar.waitFor({ timeout: paintLimit });
  }

  #expectAnotherHost(): void {
    const mine = this.#host === null ? [] : [this.#host];
    this.#earlier = new Set([...this.#register.unclaimedHosts(this), ...mine]);
    this.#host = null;
  }

  async reload(): Promise<void> {
    this.#expectAnotherHost();
    await this.page.reload({ waitUntil: 'domcontentloaded' });
    await this.painted();
  }

  /** As a person closing the tab. The extension host lives on for a while: that is how remote editors are. */
  async close(): Promise<void> {
    await this.page.close();
  }

  /** The process of this window's extension host, as soon as there is one. */
  extensionHost(): Promise<number> {
    return until('this window has an extension host', paintLimit, () => {
      const hosts = this.#register.unclaimedHosts(this);
      const candidates = hosts.filter((pid) => !this.#earlier.has(pid));
      if (this.#host === null || !candidates.includes(this.#host)) {
        this.#host = candidates.at(-1) ?? null;
      }
      return this.#host;
    });
  }

  /** `kill -9` of the extension host; resolves with the process that the editor puts in its place. */
  async crashExtensionHost(): Promise<number> {
    const old = await this.extensionHost();
    killAtOnce(old);
    return until('another extension host', paintLimit, async () => {
      const now = await this.extensionHost();
      return now === old ? null : now;
    });
  }

  statusItem(text: string | RegExp): Locator {
    return this.page.locator('.part.statusbar .statusbar-item').filter({ hasText: text });
  }

  /** What a screen reader says of a status item: its text and tooltip, or what the extension gave instead. */
  async statusLabel(text: string | RegExp): Promise<string> {
    return (await this.statusItem(text).first().getAttribute('aria-label')) ?? '';
  }

  treeRow(text: string | RegExp): Locator {
    const rows =
      '.part.sidebar .monaco-list-row, .part.auxiliarybar .monaco-list-row, .part.panel .monaco-list-row';
    return this.page.locator(rows).filter({ hasText: text });
  }

  notification(text: string | RegExp): Locator {
    return this.page.locator('.notification-list-item').filter({ hasText: text });
  }

  dialog(text: string | RegExp): Locator {
    return this.page.locator('.monaco-dialog-box').filter({ hasText: text });
  }

  pickRow(text: string | RegExp): Locator {
    return this.page.locator('.quick-input-widget .monaco-list-row').filter({ hasText: text });
  }

  /** Shows the view container with this title. */
  async showView(title: string): Promise<void> {
    await this.page.getByRole('tab', { name: title, exact: true }).first().click();
  }

  /** Types into the quick input that is open, replacing what it holds. */
  async fillQuickInput(text: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget input').first();
    await input.waitFor({ timeout: reactionLimit });
    await input.fill(text);
  }

  async pick(text: string | RegExp): Promise<void> {
    await this.pickRow(text).first().click({ timeout: reactionLimit });
  }

  /** Runs a command as a person does: F1, its title, Enter. Waits until the extension has contributed it. */
  async command(title: string): Promise<void> {
    // Keys go to the tab in front.
    await this.page.bringToFront();
    await until(`the palette offers ${title}`, paintLimit, () => this.#isOffered(title));
    await this.page.keyboard.press('Enter');
  }

  /** A key is lost on a page that is being built, and whatever takes the focus closes the palette: then it is opened again. */
  async #isOffered(title: string): Promise<boolean> {
    const input = this.page.locator('.quick-input-widget input').first();
    await this.page.keyboard.press('F1');
    try {
      await input.fill(`>${title}`, { timeout: glance });
      await this.pickRow(title).first().waitFor({ timeout: glance });
      return true;
    } catch {
      return false;
    }
  }

  async screenshot(path: string): Promise<void> {
    await this.page.screenshot({ path });
  }
}
