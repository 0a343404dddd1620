// Tool results as read-only documents. A document lives as long as its tab; nothing is kept of it anywhere.
import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { allOrNothing, type Disposable } from '../base/disposable.ts';
import type { Rendered } from './toolResult.ts';

const resultScheme = 'mcp-lifeline-result';

export interface ResultDocuments extends Disposable {
  show(title: string, result: Rendered): Promise<void>;
}

export const createResultDocuments = (): ResultDocuments =>
  allOrNothing((store) => {
    const texts = new Map<string, string>();
    // A tab outlives the extension host, and must not pass its old text off as the result of a later call.
    const life = randomUUID();
    let made = 0;
    store.add(
      vscode.workspace.registerTextDocumentContentProvider(resultScheme, {
        provideTextDocumentContent: (uri) =>
          texts.get(uri.toString()) ??
          vscode.l10n.t('This result was not kept. Call the tool again to see it.'),
      }),
    );
    store.add(
      vscode.workspace.onDidCloseTextDocument((document) => texts.delete(document.uri.toString())),
    );

    const show = async (title: string, result: Rendered): Promise<void> => {
      made += 1;
      // A slash in a tool's name would make a folder of it.
      const path = `/${title.replaceAll('/', '∕')} (${made}).${result.extension}`;
      const uri = vscode.Uri.from({ scheme: resultScheme, path, query: life });
      texts.set(uri.toString(), result.text);
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), {
        preview: true,
      });
    };

    return { show, dispose: () => store.dispose() };
  });
