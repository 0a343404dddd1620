// Quick picks and input boxes that answer with a value: picked, back, a button, or cancelled. The editor's own
// `showQuickPick` knows neither Back nor buttons, and a wizard needs both. Not here: what is asked.
import * as vscode from 'vscode';
import { Store } from '../base/disposable.ts';
import type { Came } from './series.ts';

export type Answer<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'button'; readonly button: vscode.QuickInputButton }
  | { readonly kind: 'back' }
  | { readonly kind: 'cancelled' };

/** Where this question stands in a series. */
export interface Place {
  readonly step: number;
  readonly steps: number;
}

interface Common {
  readonly title: string;
  readonly placeholder?: string;
  readonly place?: Place;
  /** Whether there is a question before it to go back to. */
  readonly canGoBack?: boolean;
  readonly buttons?: readonly vscode.QuickInputButton[];
}

export interface TextQuestion extends Common {
  readonly prompt: string;
  readonly value?: string;
  readonly password?: boolean;
  /** Null when the text is fine, otherwise why not. Asked on each change. */
  readonly check: (text: string) => string | null;
  /** Told of each change, so that nothing typed is lost. */
  readonly onType?: (text: string) => void;
}

export interface ChoiceQuestion<I extends vscode.QuickPickItem> extends Common {
  readonly items: readonly I[];
  /** The item that Enter takes at first. */
  readonly active?: I;
}

/** What an answer does to a series of questions; one that is a value is handed on first. */
export const cameOf = <T>(answer: Answer<T>, take: (value: T) => void = () => undefined): Came => {
  if (answer.kind === 'value') {
    take(answer.value);
    return 'next';
  }
  return answer.kind === 'back' ? 'back' : 'cancelled';
};

/** Says what went wrong; true where it is to be tried again, with what was answered. */
export const wantsAgain = async (why: string): Promise<boolean> => {
  const again = vscode.l10n.t('Try Again');
  return (await vscode.window.showErrorMessage(why, again)) === again;
};

const dress = (input: vscode.QuickInput, question: Common): vscode.QuickInputButton[] => {
  input.title = question.title;
  // A wizard that vanishes because another window was clicked loses what was typed.
  input.ignoreFocusOut = true;
  // One question is no series.
  if (question.place && question.place.steps > 1) {
    input.step = question.place.step;
    input.totalSteps = question.place.steps;
  }
  const back = question.canGoBack ? [vscode.QuickInputButtons.Back] : [];
  return [...back, ...(question.buttons ?? [])];
};

const answerOfButton = (button: vscode.QuickInputButton): Answer<never> =>
  button === vscode.QuickInputButtons.Back ? { kind: 'back' } : { kind: 'button', button };

/** Asks for a line of text. */
export const askText = (question: TextQuestion): Promise<Answer<string>> =>
  new Promise((resolve) => {
    const store = new Store();
    const input = store.add(vscode.window.createInputBox());
    const finish = (answer: Answer<string>): void => {
      resolve(answer);
      store.dispose();
    };
    const judge = (text: string): boolean => {
      const reason = question.check(text);
      input.validationMessage = reason ?? '';
      return reason === null;
    };
    input.buttons = dress(input, question);
    input.prompt = question.prompt;
    input.placeholder = question.placeholder ?? '';
    input.value = question.value ?? '';
    input.password = question.password ?? false;
    store.add(
      input.onDidChangeValue((text) => {
        judge(text);
        question.onType?.(text);
      }),
    );
    store.add(
      input.onDidAccept(() => judge(input.value) && finish({ kind: 'value', value: input.value })),
    );
    store.add(input.onDidTriggerButton((button) => finish(answerOfButton(button))));
    store.add(input.onDidHide(() => finish({ kind: 'cancelled' })));
    input.show();
  });

/** Asks for one of several items. */
export const askChoice = <I extends vscode.QuickPickItem>(
  question: ChoiceQuestion<I>,
): Promise<Answer<I>> =>
  new Promise((resolve) => {
    const store = new Store();
    const pick = store.add(vscode.window.createQuickPick<I>());
    const finish = (answer: Answer<I>): void => {
      resolve(answer);
      store.dispose();
    };
    pick.buttons = dress(pick, question);
    pick.placeholder = question.placeholder ?? '';
    pick.matchOnDescription = true;
    pick.matchOnDetail = true;
    pick.items = question.items;
    if (question.active) pick.activeItems = [question.active];
    store.add(
      pick.onDidAccept(() => {
        const chosen = pick.selectedItems[0];
        if (chosen) finish({ kind: 'value', value: chosen });
      }),
    );
    store.add(pick.onDidTriggerButton((button) => finish(answerOfButton(button))));
    store.add(pick.onDidHide(() => finish({ kind: 'cancelled' })));
    pick.show();
  });

/** Asks for some of several items; at first those that are `chosen`, or all. Enter with none chosen does nothing. */
export const askSeveral = <I extends vscode.QuickPickItem>(
  question: Omit<ChoiceQuestion<I>, 'active'> & { readonly chosen?: readonly I[] },
): Promise<Answer<readonly I[]>> =>
  new Promise((resolve) => {
    const store = new Store();
    const pick = store.add(vscode.window.createQuickPick<I>());
    const finish = (answer: Answer<readonly I[]>): void => {
      resolve(answer);
      store.dispose();
    };
    pick.canSelectMany = true;
    pick.buttons = dress(pick, question);
    pick.placeholder = question.placeholder ?? '';
    pick.items = question.items;
    pick.selectedItems = question.chosen ?? question.items;
    store.add(
      pick.onDidAccept(() => {
        if (pick.selectedItems.length > 0) finish({ kind: 'value', value: pick.selectedItems });
      }),
    );
    store.add(pick.onDidTriggerButton((button) => finish(answerOfButton(button))));
    store.add(pick.onDidHide(() => finish({ kind: 'cancelled' })));
    pick.show();
  });
