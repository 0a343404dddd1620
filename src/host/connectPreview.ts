// What *Connect a Client…* is about to write or copy, shown before anything happens. The token is never on screen: it is
// shown as dots, so that a screen may be shared. Not here: who asks (connectClient.ts).
import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { type Disposable, Store } from '../base/disposable.ts';
import type { ConnectWay } from './clientGuide.ts';

const previewScheme = 'mcp-lifeline-entry';
const dots = '••••••••';
/** The question what to do with it covers the first lines of the editor. */
const covered = '\n'.repeat(6);

export interface ConnectPreview extends Disposable {
  show(title: string, way: ConnectWay, token: string): Promise<void>;
  /** Closes what was shown. */
  close(): Promise<void>;
}

/** JSON shows them as comments, too: that is the language chosen for it. */
const commentSign = { json: '//', toml: '#', shellscript: '#' };
const languages = { json: 'jsonc', toml: 'toml', shellscript: 'shellscript' };

const previewText = (way: ConnectWay, token: string): string => {
  const { t } = vscode.l10n;
  const lines = [
    way.file === null
      ? t('To be copied:')
      : t('To be written to {0}, beside what is there:', way.file),
    way.holdsToken
      ? t('Holds the token of the gateway (hidden here): whoever can read it can use your servers.')
      : t('Holds no secret.'),
  ];
  const sign = commentSign[way.format];
  const hidden = way.text.replaceAll(token, dots);
  const notes = lines.map((line) => `${sign} ${line}`);
  return covered + [...notes, '', hidden.trimEnd(), ''].join('\n');
};

const tabsOf = (scheme: string): vscode.Tab[] =>
  vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(({ input }) => input instanceof vscode.TabInputText && input.uri.scheme === scheme);

const inLanguage = async (
  document: vscode.TextDocument,
  language: string,
): Promise<vscode.TextDocument> =>
  (await vscode.languages.getLanguages()).includes(language)
    ? vscode.languages.setTextDocumentLanguage(document, language)
    : document;

export const createConnectPreview = (): ConnectPreview => {
  const store = new Store();
  const texts = new Map<string, string>();
  // A tab outlives the extension host, and must not show another entry then.
  const life = randomUUID();
  store.add(
    vscode.workspace.registerTextDocumentContentProvider(previewScheme, {
      provideTextDocumentContent: (uri) =>
        texts.get(uri.toString()) ?? vscode.l10n.t('This preview was not kept.'),
    }),
  );
  let shown = 0;
  return {
    show: async (title, way, token) => {
      shown += 1;
      const path = `/${title.replaceAll('/', '∕')}`;
      const query = `${life}-${shown}`;
      const uri = vscode.Uri.from({ scheme: previewScheme, path, query });
      // Only what is shown is kept.
      texts.clear();
      texts.set(uri.toString(), previewText(way, token));
      const document = await vscode.workspace.openTextDocument(uri);
      await vscode.window.showTextDocument(await inLanguage(document, languages[way.format]), {
        preview: true,
        preserveFocus: true,
      });
    },
    close: async () => {
      await vscode.window.tabGroups.close(tabsOf(previewScheme), true);
    },
    dispose: () => store.dispose(),
  };
};
