// Pages that say what an entry would do, as read-only documents of the editor: they may be long, and are searched and read aloud
// like any other. A page lives as long as its question.
import * as vscode from 'vscode';
import { type Disposable, Store } from '../base/disposable.ts';

const reviewScheme = 'mcp-lifeline-review';

export interface ReviewPages extends Disposable {
  show(name: string, text: string): Promise<{ close(): Promise<void> }>;
}

const closeTab = async (uri: vscode.Uri): Promise<void> => {
  const tabs = vscode.window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter(
      ({ input }) =>
        input instanceof vscode.TabInputText && input.uri.toString() === uri.toString(),
    );
  await vscode.window.tabGroups.close(tabs);
};

export const createReviewPages = (): ReviewPages => {
  const store = new Store();
  const texts = new Map<string, string>();
  let made = 0;
  store.add(
    vscode.workspace.registerTextDocumentContentProvider(reviewScheme, {
      provideTextDocumentContent: (uri) =>
        texts.get(uri.toString()) ?? vscode.l10n.t('Use Review and Allow… to see this anew.'),
    }),
  );

  const show = async (name: string, text: string): Promise<{ close(): Promise<void> }> => {
    made += 1;
    const uri = vscode.Uri.from({
      scheme: reviewScheme,
      path: `/${vscode.l10n.t('Review {0}', name.replaceAll('/', '∕'))}.txt`,
      query: String(made),
    });
    texts.set(uri.toString(), text);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { preview: false, preserveFocus: true });
    return {
      close: async () => {
        texts.delete(uri.toString());
        await closeTab(uri);
      },
    };
  };

  return { show, dispose: () => store.dispose() };
};
