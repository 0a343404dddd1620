// What Add Server… shows of a trial connection: that it is under way, what was found, or why nothing was and what can be done about
// it. Not here: the connection itself (the composition root brings it), and the other questions (addServer.ts).
import * as vscode from 'vscode';
import { Store, toDisposable } from '../base/disposable.ts';
import type { ProbeOutcome, ServerFindings } from '../core/probing.ts';
import type { ServerDefinition } from '../core/settings.ts';
import { describeFailure } from '../core/wording/failure.ts';
import { sayDetail } from '../core/wording/detail.ts';
import { plainUrl } from './plainUrl.ts';
import { askChoice } from './quickInput.ts';

/** Connects once, with an end of its own. Never rejects. */
export type ProbeServer = (
  definition: ServerDefinition,
  signal: AbortSignal,
) => Promise<ProbeOutcome>;

export type ProbeAnswer =
  /** `summary`: what was found; null: nothing is known of it. */
  | { readonly kind: 'go-on'; readonly summary: string | null; readonly ownName: string | null }
  | { readonly kind: 'back' }
  | { readonly kind: 'cancelled' };

const transportWords = (transport: ServerFindings['transport']): string => {
  switch (transport) {
    case 'http':
      return 'Streamable HTTP';
    case 'sse':
      return vscode.l10n.t('HTTP+SSE (the older transport)');
    case 'stdio':
      return 'stdio';
  }
};

const countWords = ({ tools, resources, prompts }: ServerFindings): string => {
  const { t } = vscode.l10n;
  const parts = [
    tools === null ? null : tools === 1 ? t('1 tool') : t('{0} tools', tools),
    resources === null ? null : resources === 1 ? t('1 resource') : t('{0} resources', resources),
    prompts === null ? null : prompts === 1 ? t('1 prompt') : t('{0} prompts', prompts),
  ];
  const listed = parts.filter((part) => part !== null);
  return listed.length === 0 ? t('nothing listed') : listed.join(', ');
};

/** One line that says what is there. */
const findingsWords = (findings: ServerFindings): string => {
  const { t } = vscode.l10n;
  const { name, version, protocolVersion, transport, hasHealth, latency } = findings;
  return [
    [name ?? t('a server without a name'), version ?? ''].join(' ').trim(),
    countWords(findings),
    transportWords(transport),
    `MCP ${protocolVersion}`,
    transport === 'stdio' ? null : hasHealth ? t('health endpoint') : t('no health endpoint'),
    t('{0} ms', Math.round(latency)),
  ]
    .filter((part) => part !== null)
    .join(' · ');
};

const title = (): string => vscode.l10n.t('Add MCP Server');

/** Undefined: the user did not want to wait, or to go on at all. */
type Waited = ProbeOutcome | 'skip' | 'back' | 'cancelled';

interface WaitItem extends vscode.QuickPickItem {
  readonly waited: 'skip' | 'cancelled';
}

/** Shows that it is under way, with a way out, until it is over. */
const waitFor = (subject: string, outcome: Promise<ProbeOutcome>): Promise<Waited> =>
  new Promise((resolve) => {
    const { t } = vscode.l10n;
    const store = new Store();
    const pick = store.add(vscode.window.createQuickPick<WaitItem>());
    let isOver = false;
    const finish = (waited: Waited): void => {
      if (isOver) return;
      isOver = true;
      resolve(waited);
      store.dispose();
    };
    store.add(toDisposable(() => finish('cancelled')));
    pick.title = title();
    pick.placeholder = t('Connecting to {0}', subject);
    pick.busy = true;
    pick.ignoreFocusOut = true;
    pick.buttons = [vscode.QuickInputButtons.Back];
    pick.items = [
      {
        label: t('Save without Trying It'),
        iconPath: new vscode.ThemeIcon('debug-step-over'),
        waited: 'skip',
      },
      { label: t('Cancel'), iconPath: new vscode.ThemeIcon('circle-slash'), waited: 'cancelled' },
    ];
    store.add(pick.onDidAccept(() => finish(pick.selectedItems[0]?.waited ?? 'skip')));
    store.add(pick.onDidTriggerButton(() => finish('back')));
    store.add(pick.onDidHide(() => finish('cancelled')));
    pick.show();
    void outcome.then(finish);
  });

interface TroubleItem extends vscode.QuickPickItem {
  readonly answer: ProbeAnswer;
}

/** In plain words, and with what stands behind it. */
const askAboutTrouble = async (why: string, detail: string): Promise<ProbeAnswer> => {
  const { t } = vscode.l10n;
  const answer = await askChoice<TroubleItem>({
    title: title(),
    placeholder: why,
    canGoBack: true,
    items: [
      {
        label: t('Edit…'),
        detail,
        iconPath: new vscode.ThemeIcon('edit'),
        answer: { kind: 'back' },
      },
      {
        label: t('Save Anyway'),
        detail: t('MCP Lifeline goes on trying, and connects as soon as it can.'),
        iconPath: new vscode.ThemeIcon('save'),
        answer: { kind: 'go-on', summary: null, ownName: null },
      },
      {
        label: t('Cancel'),
        iconPath: new vscode.ThemeIcon('circle-slash'),
        answer: { kind: 'cancelled' },
      },
    ],
  });
  if (answer.kind === 'value') return answer.value.answer;
  return { kind: answer.kind === 'back' ? 'back' : 'cancelled' };
};

const answerTo = (outcome: ProbeOutcome): Promise<ProbeAnswer> | ProbeAnswer => {
  const { t } = vscode.l10n;
  switch (outcome.kind) {
    case 'works':
      return {
        kind: 'go-on',
        summary: t('Found: {0}.', findingsWords(outcome.findings)),
        ownName: outcome.findings.name,
      };
    case 'sign-in':
      return {
        kind: 'go-on',
        summary: t('It is there and asks for a sign-in: once it is saved, its row has the button.'),
        ownName: null,
      };
    case 'untried':
      return { kind: 'go-on', summary: outcome.reason, ownName: null };
    case 'failed': {
      const { happened, advice } = describeFailure(outcome.failure, t);
      return askAboutTrouble(happened, [advice, sayDetail(outcome.failure, t)].join(' '));
    }
  }
};

/** Tries it, shows what came of it, and asks what to do where it did not work. What is left behind ends with the question. */
export const tryServer = async (
  probe: ProbeServer,
  definition: ServerDefinition,
): Promise<ProbeAnswer> => {
  const abort = new AbortController();
  const subject = definition.kind === 'http' ? plainUrl(definition.url) : definition.command;
  const waited = await waitFor(subject, probe(definition, abort.signal));
  abort.abort();
  if (waited === 'skip') return { kind: 'go-on', summary: null, ownName: null };
  if (waited === 'back' || waited === 'cancelled') return { kind: waited };
  return answerTo(waited);
};
