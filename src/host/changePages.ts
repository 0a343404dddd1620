// What is about to be changed, shown before anything is: as a read-only document, or beside what is there now. A page lives as long
// as its question. Not here: what stands on it.
import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { type Disposable, Store } from '../base/disposable.ts';

const scheme = 'mcp-lifeline-change';
/** The question what to do covers the first lines of the editor. */
const covered = '\n'.repeat(5);

export interface Page {
  close(): Promise<void>;
}

export interface ChangePages extends Disposable {
  show(title: string, text: string): Promise<Page>;
  /** Both sides of a file that is to be changed; null: it is not there. */
  compare(file: string, before: string | null, after: string): Promise<Page>;
}

const isOurs = (input: unknown, uris: readonly vscode.Uri[]): boolean => {
  const isMeant = (uri: vscode.Uri): boolean =>
    uris.some((one) => one.toString() === uri.toString());
  if (input instanceof vscode.TabInputText) return isMeant(input.uri);
  return input instanceof vscode.TabInputTextDiff && isMeant(input.modified);
};

const closeTabs = async (uris: readonly vscode.Uri[]): Promise<void> => {
  const tabs = vscode.window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter(({ input }) => isOurs(input, uris));
  await vscode.window.tabGroups.close(tabs, true);
};

export const createChangePages = (): ChangePages => {
  const store = new Store();
  const texts = new Map<string, string>();
  // A tab outlives the extension host, and must not show another text then.
  const life = randomUUID();
  let made = 0;
  store.add(
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      provideTextDocumentContent: (uri) =>
        texts.get(uri.toString()) ?? vscode.l10n.t('This preview was not kept.'),
    }),
  );
  const uriFor = (name: string, text: string): vscode.Uri => {
    made += 1;
    const path = `/${name.replaceAll('/', '∕')}`;
    const uri = vscode.Uri.from({ scheme, path, query: `${life}-${made}` });
    texts.set(uri.toString(), text);
    return uri;
  };
  const pageOf = (uris: readonly vscode.Uri[]): Page => ({
    close: async () => {
      for (const uri of uris) texts.delete(uri.toString());
      await closeTabs(uris);
    },
  });
  return {
    show: async (title, text) => {
      const uri = uriFor(title, covered + text);
      const document = await vscode.workspace.openTextDocument(uri);
      const known = (await vscode.languages.getLanguages()).includes('jsonc');
      const shown = known
        ? await vscode.languages.setTextDocumentLanguage(document, 'jsonc')
        : document;
      await vscode.window.showTextDocument(shown, { preview: false, preserveFocus: true });
      return pageOf([uri]);
    },
    compare: async (file, before, after) => {
      const name = basename(file);
      const left = uriFor(name, covered + (before ?? ''));
      const right = uriFor(name, covered + after);
      const title = vscode.l10n.t('{0}: as it is ↔ as it will be', name);
      const look = { preview: false, preserveFocus: true };
      await vscode.commands.executeCommand('vscode.diff', left, right, title, look);
      return pageOf([left, right]);
    },
    dispose: () => store.dispose(),
  };
};
