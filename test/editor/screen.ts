// What Lifeline shows in a window, as a person sees it and as a screen reader says it; and its commands, used by hand.
// Not here: the window itself (test/vscode/window.ts).
import type { Locator } from 'playwright-core';
import type { EditorWindow } from '../vscode/window.ts';

const patience = 45_000;

const exactly = (text: string): RegExp =>
  new RegExp(`^\\s*${text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`);

export class Screen {
  readonly window: EditorWindow;

  constructor(window: EditorWindow) {
    this.window = window;
  }

  /** Shows our view. Opened views are open again after a reload, so that this is needed once. */
  async open(): Promise<void> {
    await this.window.showView('MCP Lifeline');
  }

  get #status(): Locator {
    return this.window.page.locator('[id="mcp-lifeline.mcp-lifeline.mcpLifeline.status"]');
  }

  /** The rows at one depth of the Connections view; servers are at the first. */
  #rows(level: number): Locator {
    const { page } = this.window;
    const header = page.locator('.pane-header[aria-label^="Connections"]');
    const view = page.locator('.part.sidebar .pane').filter({ has: header });
    return view.locator(`.monaco-list-row[aria-level="${level}"]`);
  }

  row(label: string, level = 1): Locator {
    const name = this.window.page.locator('.label-name', { hasText: exactly(label) });
    return this.#rows(level).filter({ has: name });
  }

  /** Below the server that is opened; with several servers open at once the first one's. */
  part(label: string): Locator {
    return this.row(label, 2);
  }

  async rowNames(level: number): Promise<string[]> {
    return this.#rows(level).locator('.label-name').allTextContents();
  }

  /** Waits until the server's row says this. */
  async shows(server: string, description: RegExp): Promise<void> {
    await this.#says(this.row(server), description);
  }

  /** Waits until the part says this; opens its server for that. */
  async partShows(server: string, part: string, description: RegExp): Promise<void> {
    await this.expand(server);
    await this.#says(this.part(part), description);
  }

  async #says(row: Locator, description: RegExp): Promise<void> {
    const words = row.locator('.label-description').filter({ hasText: description });
    await words.waitFor({ timeout: patience });
  }

  async statusShows(text: RegExp): Promise<void> {
    await this.#status.filter({ hasText: text }).waitFor({ timeout: patience });
  }

  async expand(label: string, level = 1): Promise<void> {
    const row = this.row(label, level);
    await row.waitFor({ timeout: patience });
    if ((await row.getAttribute('aria-expanded')) === 'true') return;
    await row.locator('.monaco-tl-twistie').click();
  }

  /** Waits for the quick input with this title; the questions of a wizard differ in their number, as in `(1/2)`. */
  async asks(title: string | RegExp): Promise<void> {
    const titles = this.window.page.locator('.quick-input-widget .quick-input-title');
    await titles.filter({ hasText: title }).waitFor({ timeout: patience });
  }

  /** Types an answer to the question with this title. */
  async answer(title: string | RegExp, text: string): Promise<void> {
    await this.asks(title);
    await this.window.fillQuickInput(text);
    await this.window.page.keyboard.press('Enter');
  }

  async choose(title: string | RegExp, row: string | RegExp): Promise<void> {
    await this.asks(title);
    await this.window.pick(row);
  }

  async command(title: string): Promise<void> {
    await this.window.command(`MCP Lifeline: ${title}`);
  }

  /** Clicks a button of a row, which shows its buttons while the pointer is over it. */
  async clickOn(row: Locator, button: string): Promise<void> {
    await row.hover();
    await row.getByRole('button', { name: button, exact: true }).click();
  }

  /** Chooses the row with this label, whatever else the row says. */
  async chooseLabel(title: string | RegExp, label: string): Promise<void> {
    await this.asks(title);
    const rows = this.window.page.locator('.quick-input-widget .monaco-list-row');
    const name = this.window.page.locator('.label-name', { hasText: exactly(label) });
    await rows.filter({ has: name }).click({ timeout: patience });
  }

  /** *Call Tool…* on the only server of the window, up to the tool's own questions. */
  async callTool(tool: string): Promise<void> {
    const [server = ''] = await this.rowNames(1);
    // Before they are listed there is nothing to choose from.
    await this.partShows(server, 'Tools', /^[1-9]/);
    await this.command('Call Tool…');
    await this.chooseLabel(`Call a tool of ${server}`, tool);
  }

  /** The same on a tool whose only argument is `text`, up to the call itself. */
  async callTextTool(tool: string, text: string): Promise<void> {
    await this.callTool(tool);
    await this.answer(`${tool}: text`, text);
    await this.chooseLabel(exactly(tool), `Call ${tool}`);
  }

  /** What the document in front says, once it says something of this form. */
  async documentShows(text: string | RegExp): Promise<void> {
    const lines = this.window.page.locator('.editor-instance .view-lines');
    await lines.filter({ hasText: text }).first().waitFor({ timeout: patience });
  }

  /** A notification, by its message. */
  notice(message: RegExp): Locator {
    const text = this.window.page.locator('.notification-list-item-message', { hasText: message });
    return this.window.page.locator('.notification-list-item').filter({ has: text });
  }

  /** Waits for a notification. Where it does not come, the error tells what was said instead. */
  async noticed(message: RegExp, timeout = patience): Promise<void> {
    try {
      await this.notice(message).waitFor({ timeout });
    } catch (error) {
      await this.window.command('Notifications: Show Notifications');
      const { page } = this.window;
      const said = await page.locator('.notification-list-item-message').allTextContents();
      const all = said.length === 0 ? 'none' : said.join(' | ');
      throw new Error(`No notification says ${message}; there are: ${all}`, { cause: error });
    }
  }

  button(message: RegExp, name: string): Locator {
    return this.notice(message).getByRole('button', { name, exact: true });
  }

  buttonsOf(message: RegExp): Promise<string[]> {
    const buttons = '.notification-list-item-buttons-container .monaco-button';
    return this.notice(message).locator(buttons).allTextContents();
  }

  /** Waits until the extension's own log says this; it is on screen then. In a window that has a server. */
  async logSays(text: string): Promise<void> {
    await this.command('Show Log');
    // With a server there, it asks whose.
    await this.chooseLabel('Show Log', 'MCP Lifeline');
    await this.outputShows('MCP Lifeline');
    const lines = this.window.page.locator('.part.panel .view-lines');
    // The editor draws spaces as no-break spaces, which a text filter treats alike.
    await lines.filter({ hasText: text }).waitFor({ timeout: patience });
  }

  /** Waits until the Output view shows this channel. */
  async outputShows(channel: string): Promise<void> {
    const chosen = this.window.page.locator('.part.panel select option:checked');
    const named = chosen.filter({ hasText: exactly(channel) }).first();
    await named.waitFor({ state: 'attached', timeout: patience });
  }
}
