// One call of a tool for the user: a progress notification that says what the call waits for, and the result or
// the reason on screen. Not here: choosing the tool and its arguments (callTool.ts).
import * as vscode from 'vscode';
import { type Disposable, Store } from '../base/disposable.ts';
import { gateOf } from '../core/connection/state.ts';
import type { JsonObject } from '../core/rpc.ts';
import { nameOf } from '../core/wording.ts';
import { sayError } from '../core/wording/saidError.ts';
import type { ServerWatch, ToolCallOptions } from '../runtime/watch.ts';
import { asNotice, logTarget } from './noticeText.ts';
import type { ResultDocuments } from './resultDocuments.ts';
import { renderResult } from './toolResult.ts';

interface ProgressNote {
  readonly progress: number;
  readonly total?: number;
  readonly message?: string;
}

/** What is called; `run` makes the call. */
export interface Order {
  readonly server: ServerWatch;
  readonly tool: string;
  readonly run: (options: ToolCallOptions) => Promise<JsonObject>;
}

export interface ToolCallPorts {
  readonly results: ResultDocuments;
  readonly showLog: (serverId: string) => void;
}

type Report = vscode.Progress<{ message?: string; increment?: number }>;

/** Turns the server's running total into the increments that the editor wants. */
const createMeter = (): ((note: ProgressNote) => number) => {
  let shown = 0;
  return ({ progress, total }) => {
    if (total === undefined || total <= 0) return 0;
    const percent = Math.min(100, (progress / total) * 100);
    const increment = Math.max(0, percent - shown);
    shown += increment;
    return increment;
  };
};

/** Where nobody knows how much there is to do, the number beside a message only rises and says nothing. */
const noteText = ({ progress, total, message }: ProgressNote): string => {
  const text = message === undefined ? undefined : asNotice(message);
  if (total === undefined) return text ?? String(progress);
  return text === undefined ? `${progress}/${total}` : `${text} (${progress}/${total})`;
};

/** Says what the call waits for while its server cannot take it. */
const sayWaiting = (server: ServerWatch, report: Report): Disposable => {
  const store = new Store();
  const tell = (): void => {
    const { state } = server.life.value;
    const { t } = vscode.l10n;
    if (gateOf(state) === 'send') report.report({ message: t('running…') });
    else if (state.kind === 'needs-auth' || state.kind === 'needs-input')
      // For a person, not for the server.
      report.report({ message: t('held: {0}', nameOf(state.kind, t)) });
    else if (gateOf(state) !== 'refuse')
      report.report({ message: t('held until the server is back') });
  };
  store.add(server.life.onChange(tell));
  tell();
  return store;
};

/** Shows the result in an editor of its own, and says so where it is an error of the tool. */
export const showAnswer = async (
  { results }: Pick<ToolCallPorts, 'results'>,
  { server, tool }: Pick<Order, 'server' | 'tool'>,
  result: JsonObject,
): Promise<void> => {
  const rendered = renderResult(result, vscode.l10n.t);
  await results.show(tool, rendered);
  if (!rendered.isError) return;
  const text = vscode.l10n.t(
    '"{0}" on "{1}" reported an error. Its text is in the editor.',
    asNotice(tool),
    server.id,
  );
  void vscode.window.showWarningMessage(text);
};

const fail = async (
  ports: ToolCallPorts,
  { server, tool }: Order,
  error: unknown,
): Promise<void> => {
  const reason = asNotice(sayError(error, vscode.l10n.t));
  const showLog = vscode.l10n.t('Show Log');
  const text = vscode.l10n.t(
    '"{0}" was not answered by "{1}": {2}',
    asNotice(tool),
    server.id,
    reason,
  );
  if ((await vscode.window.showErrorMessage(text, showLog)) === showLog) ports.showLog(server.id);
};

/** Makes the call. Resolves true when it was answered, also with an error of the tool. */
export const performCall = async (ports: ToolCallPorts, order: Order): Promise<boolean> => {
  const { server, tool } = order;
  const abort = new AbortController();
  const work = async (report: Report, cancel: vscode.CancellationToken): Promise<JsonObject> => {
    const store = new Store();
    store.add(cancel.onCancellationRequested(() => abort.abort()));
    store.add(sayWaiting(server, report));
    const meter = createMeter();
    const onProgress = (note: ProgressNote): void => {
      // While it is held the notes are ours, for clients without a view; here they would stand until the next one, and be old.
      if (gateOf(server.life.value.state) === 'send')
        report.report({ message: noteText(note), increment: meter(note) });
    };
    try {
      return await order.run({ signal: abort.signal, onProgress });
    } finally {
      store.dispose();
    }
  };
  const title = vscode.l10n.t(
    'Calling {0} on {1} ([Show Log]({2}))',
    asNotice(tool),
    server.id,
    logTarget(server.id),
  );
  const location = vscode.ProgressLocation.Notification;
  try {
    const options = { location, title, cancellable: true };
    await showAnswer(ports, order, await vscode.window.withProgress(options, work));
    return true;
  } catch (error) {
    // A call that the user took back needs no words; any other failure does.
    if (!abort.signal.aborted) void fail(ports, order, error);
    return false;
  }
};
