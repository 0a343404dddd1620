// The end of Connect a Client…: the entry is shown, then written into the product's file or copied. What another hand
// entered under the same name is replaced only when the user says so. Not here: the questions before (connectClient.ts).
import * as vscode from 'vscode';
import type { Product } from '../core/clientEntry.ts';
import { sayNow } from '../core/wording/unsaid.ts';
import { type ClientGuide, type ConnectWay, writeWay } from './clientGuide.ts';
import type { ConnectPreview } from './connectPreview.ts';
import { nextStep, productLabel, shortPath } from './connectWords.ts';
import type { OpenDoor } from './gatewayDoor.ts';
import { asNotice } from './noticeText.ts';
import { type Answer, askChoice, wantsAgain } from './quickInput.ts';
import { insist } from './series.ts';

interface DeedPorts {
  readonly gateway: { readonly guide: ClientGuide };
  readonly preview: ConnectPreview;
}

type Deed = 'write' | 'copy';

interface DeedItem extends vscode.QuickPickItem {
  readonly deed: Deed;
}

const deedsFor = ({ file, holdsToken }: ConnectWay): readonly DeedItem[] => {
  const { t } = vscode.l10n;
  const copy: DeedItem = {
    label: t('Copy'),
    iconPath: new vscode.ThemeIcon('copy'),
    detail: holdsToken
      ? t('What is copied contains the token of the gateway: paste it nowhere else.')
      : t('It contains no secret.'),
    deed: 'copy',
  };
  if (file === null) return [copy];
  const write: DeedItem = {
    label: t('Write to {0}', shortPath(file)),
    iconPath: new vscode.ThemeIcon('save'),
    detail: holdsToken
      ? t('Beside what is there. The file will be readable by you only.')
      : t('Beside what is there. It contains no secret.'),
    deed: 'write',
  };
  return [write, copy];
};

const askDeed = (product: Product, way: ConnectWay): Promise<Answer<DeedItem>> =>
  askChoice({
    title: vscode.l10n.t('Connect a Client'),
    placeholder: vscode.l10n.t('This is the entry for: {0}', productLabel(product)),
    canGoBack: true,
    items: deedsFor(way),
  });

const copy = async (product: Product, way: ConnectWay): Promise<void> => {
  const { t } = vscode.l10n;
  await vscode.env.clipboard.writeText(way.text);
  const next = nextStep(product, way);
  const text = way.holdsToken
    ? t('Copied, with the token of the gateway in it: paste it nowhere else. {0}', next)
    : t('Copied. {0}', next);
  void vscode.window.showInformationMessage(text);
};

const mayReplace = async (path: string): Promise<boolean> => {
  const { t } = vscode.l10n;
  const replace = t('Replace');
  const chosen = await vscode.window.showWarningMessage(
    t('{0} has an entry of that name already. Replace it?', shortPath(path)),
    { modal: true, detail: t('It was not made by MCP Lifeline. What is there now is kept aside.') },
    replace,
  );
  return chosen === replace;
};

const sayWritten = async (text: string, path: string): Promise<void> => {
  const open = vscode.l10n.t('Open File');
  if ((await vscode.window.showInformationMessage(text, open)) !== open) return;
  await vscode.window.showTextDocument(vscode.Uri.file(path));
};

/** Null, or why nothing was written. */
const write = async (
  guide: ClientGuide,
  product: Product,
  way: ConnectWay,
): Promise<string | null> => {
  const { t } = vscode.l10n;
  let written = writeWay(guide, way, false);
  const taken = written.find(({ kind }) => kind === 'taken');
  if (taken) {
    if (!(await mayReplace(taken.path))) return null;
    written = writeWay(guide, way, true);
  }
  const refused = written.find((one) => one.kind === 'refused');
  if (refused) return asNotice(sayNow(refused.reason, t));
  const path = written[0]?.path ?? '';
  const text = written.every(({ kind }) => kind === 'unchanged')
    ? t('{0} has that entry already.', shortPath(path))
    : t('Written to {0}. {1}', shortPath(path), nextStep(product, way));
  // The notification may stay for long; the command is over.
  void sayWritten(text, path);
  return null;
};

/** Shows the entry and asks what to do with it; false: back to the question before. */
export const decide = async (
  { gateway, preview }: DeedPorts,
  product: Product,
  way: ConnectWay,
  { token }: OpenDoor,
): Promise<boolean> => {
  await preview.show(productLabel(product), way, token);
  const answer = await askDeed(product, way);
  await preview.close();
  if (answer.kind === 'back') return false;
  if (answer.kind !== 'value') return true;
  if (answer.value.deed === 'copy') await copy(product, way);
  else await insist(() => write(gateway.guide, product, way), wantsAgain);
  return true;
};
