// The timeline in a panel of the editor: one, whoever asks. Its page is thrown away while its tab is in the background, and comes
// back with the window. Not here: what it is told (timelineFeed.ts), and where what it looks at is kept (timelineView.ts).
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import { type Disposable, Mutable, Store } from '../base/disposable.ts';
import { type MessageToPage, parseToHost } from '../core/timeline/messages.ts';
import type { Chronicle } from '../runtime/chronicle.ts';
import type { FleetWatch } from '../runtime/watch.ts';
import { timelineViewType } from './contributions.ts';
import { createTimelineFeed, type TimelineFeed } from './timelineFeed.ts';
import { timelineHtml } from './timelineHtml.ts';
import { createTimelineView, type TimelineView } from './timelineView.ts';

export interface TimelinePorts {
  readonly clock: Clock;
  readonly fleet: FleetWatch;
  readonly chronicle: Pick<Chronicle, 'read' | 'revision'>;
  readonly extensionUri: vscode.Uri;
  readonly workspaceState: vscode.Memento;
}

export interface Timeline extends Disposable {
  /** Brings it to the front, with the keyboard on this server's lane. */
  show(serverId: string | null): void;
}

const filesOf = (extensionUri: vscode.Uri): vscode.Uri => vscode.Uri.joinPath(extensionUri, 'dist');

const html = (webview: vscode.Webview, extensionUri: vscode.Uri): string => {
  const file = (name: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(filesOf(extensionUri), name)).toString();
  return timelineHtml({
    source: webview.cspSource,
    script: file('timeline.js'),
    style: file('timeline.css'),
    nonce: randomBytes(18).toString('base64url'),
    language: vscode.env.language,
    title: vscode.l10n.t('MCP Timeline'),
  });
};

/** One panel and its page. */
class TimelinePanel implements Disposable {
  readonly #store = new Store();
  readonly #panel: vscode.WebviewPanel;
  readonly #feed: TimelineFeed;
  readonly #view: TimelineView;
  /** Who listens is a page that has said so; what is sent sooner is lost. */
  #isListening = false;
  #toReveal: string | null = null;

  constructor(ports: TimelinePorts, panel: vscode.WebviewPanel, view: TimelineView) {
    this.#view = view;
    this.#panel = this.#store.add(panel);
    const send = (message: MessageToPage): void => void panel.webview.postMessage(message);
    this.#feed = this.#store.add(createTimelineFeed({ ...ports, say: vscode.l10n.t, send }));
    this.#store.add(panel.webview.onDidReceiveMessage((message) => this.#take(message)));
    this.#store.add(panel.onDidChangeViewState(() => this.#seen()));
    panel.iconPath = {
      light: vscode.Uri.joinPath(ports.extensionUri, 'media', 'timeline-light.svg'),
      dark: vscode.Uri.joinPath(ports.extensionUri, 'media', 'timeline-dark.svg'),
    };
    panel.webview.options = {
      enableScripts: true,
      localResourceRoots: [filesOf(ports.extensionUri)],
    };
    panel.webview.html = html(panel.webview, ports.extensionUri);
  }

  reveal(serverId: string | null): void {
    this.#panel.reveal();
    this.#toReveal = serverId;
    if (this.#isListening) this.#sendReveal();
  }

  onDidDispose(listener: () => void): void {
    this.#store.add(this.#panel.onDidDispose(listener));
  }

  /** The page ends when its tab goes to the background, and begins anew when it comes back. */
  #seen(): void {
    if (this.#panel.visible) return;
    this.#isListening = false;
    this.#feed.stop();
  }

  #take(value: unknown): void {
    const message = parseToHost(value);
    if (message?.kind === 'run') {
      const args = message.serverId === null ? [] : [message.serverId];
      void vscode.commands.executeCommand(`mcpLifeline.${message.deed}`, ...args);
    }
    if (message?.kind === 'looks') this.#view.keep(message.view);
    if (message?.kind === 'ready') this.#begin();
  }

  #begin(): void {
    const words = Object.entries(vscode.l10n.bundle ?? {});
    const { language } = vscode.env;
    const begin: MessageToPage = { kind: 'begin', language, words, kept: this.#view.value };
    void this.#panel.webview.postMessage(begin);
    this.#isListening = true;
    this.#feed.start();
    this.#sendReveal();
  }

  #sendReveal(): void {
    const serverId = this.#toReveal;
    this.#toReveal = null;
    if (serverId === null) return;
    const reveal: MessageToPage = { kind: 'reveal', serverId };
    void this.#panel.webview.postMessage(reveal);
  }

  dispose(): void {
    this.#store.dispose();
  }
}

/** After a reload a tab that is not in front has no page yet, and cannot be brought there by us: a new one takes its place. */
const closeUnrevived = (): void => {
  const tabs = vscode.window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter(
      ({ input }) =>
        input instanceof vscode.TabInputWebview && input.viewType.endsWith(timelineViewType),
    );
  void vscode.window.tabGroups.close(tabs, true);
};

export const createTimeline = (ports: TimelinePorts): Timeline => {
  const store = new Store();
  const view = store.add(createTimelineView(ports.clock, ports.workspaceState));
  const open = store.add(new Mutable<TimelinePanel>());
  const adopt = (panel: vscode.WebviewPanel): TimelinePanel => {
    const timeline = new TimelinePanel(ports, panel, view);
    open.value = timeline;
    timeline.onDidDispose(() => {
      if (open.value === timeline) open.value = undefined;
    });
    return timeline;
  };
  const create = (): TimelinePanel => {
    closeUnrevived();
    // Who opens it anew asks what is going on, and not what was going on when it was last closed.
    if (view.value !== null) view.keep({ ...view.value, until: null });
    return adopt(
      vscode.window.createWebviewPanel(
        timelineViewType,
        vscode.l10n.t('MCP Timeline'),
        vscode.ViewColumn.Active,
        { enableFindWidget: true },
      ),
    );
  };
  store.add(
    vscode.window.registerWebviewPanelSerializer(timelineViewType, {
      // After a reload of the window.
      deserializeWebviewPanel: (panel) => {
        adopt(panel);
        return Promise.resolve();
      },
    }),
  );
  return {
    show: (serverId) => (open.value ?? create()).reveal(serverId),
    dispose: () => store.dispose(),
  };
};
