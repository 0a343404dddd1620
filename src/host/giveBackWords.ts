// What Give Back… says once it is done, and what is left to do in the other product.
import * as vscode from 'vscode';
import type { TakenServer } from '../core/takeOver.ts';
import { isEditors, productOf } from './sourceWords.ts';

/** The editor reads its own files at once; other products, when they are started anew. */
export const doneWords = (given: readonly TakenServer[]): string => {
  const { t } = vscode.l10n;
  const products = [...new Set(given.map(({ kind }) => productOf(kind)))].join(', ');
  const [first] = given;
  const isRead = given.every(({ kind }) => isEditors(kind));
  if (first && given.length === 1)
    return isRead
      ? t('"{0}" is with {1} again.', first.name, products)
      : t(
          '"{0}" is with {1} again. It reads its file when it is started anew.',
          first.name,
          products,
        );
  return isRead
    ? t('{0} servers are with {1} again.', given.length, products)
    : t(
        '{0} servers are with {1} again, which read their files when they are started anew.',
        given.length,
        products,
      );
};
