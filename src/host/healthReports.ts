// The health report on screen: Markdown in the editor's preview, made anew each time it is asked for. Not here: what
// stands in it.
import * as vscode from 'vscode';
import { allOrNothing, type Disposable } from '../base/disposable.ts';
import { lastingSchemes } from './contributions.ts';
import type { Gateway } from './gatewayDoor.ts';

const reportScheme = lastingSchemes.report;

export interface HealthReports extends Disposable {
  /** Of one server, or of everything. */
  show(server: string | null): Promise<void>;
}

/** A server's name has no slash. The tab is named after it. */
const uriOf = (server: string | null): vscode.Uri => {
  const title = vscode.l10n.t('MCP Lifeline Health');
  const path = server === null ? `/${title}.md` : `/${title} – ${server}.md`;
  return vscode.Uri.from({ scheme: reportScheme, path, query: server ?? '' });
};

export const createHealthReports = (report: Gateway['healthReport']): HealthReports =>
  allOrNothing((store) => {
    const changed = store.add(new vscode.EventEmitter<vscode.Uri>());
    store.add(
      vscode.workspace.registerTextDocumentContentProvider(reportScheme, {
        onDidChange: changed.event,
        // The preview of a reloaded window asks again by itself, which starts this extension, and so gets a report that is
        // true now.
        provideTextDocumentContent: ({ query }) =>
          report(query === '' ? null : query, vscode.l10n.t),
      }),
    );
    const show = async (server: string | null): Promise<void> => {
      const uri = uriOf(server);
      // A tab that is open already would show the report of then.
      changed.fire(uri);
      try {
        await vscode.commands.executeCommand('markdown.showPreview', uri);
      } catch {
        // The editor's Markdown extension can be switched off; the text says the same.
        await vscode.window.showTextDocument(uri, { preview: true });
      }
    };
    return { show, dispose: () => store.dispose() };
  });
