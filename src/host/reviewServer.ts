// The commands Review and Allow… and Forget Allowed Servers. What an entry would do is shown as a page of its own, however long it
// is, and only then is the question asked; Enter alone allows nothing. What was shown is what is allowed, even when the file
// has changed meanwhile. Not here: the page's text (reviewText.ts) and where leave is kept (approvals.ts).
import { join } from 'node:path';
import * as vscode from 'vscode';
import { type ApprovalContext, inputsUsedBy } from '../core/approval.ts';
import type { ServerDefinition } from '../core/settings.ts';
import type { FleetWatch, ServerWatch } from '../runtime/watch.ts';
import type { Approvals } from './approvals.ts';
import { openEntry } from './openEntry.ts';
import { openFolder } from './openFolders.ts';
import { sayNoServers, sayNothingFits } from './pickServer.ts';
import { askChoice, type Place } from './quickInput.ts';
import type { ReviewPages } from './reviewPages.ts';
import { reviewText } from './reviewText.ts';
import { askSeries, type Came, type Step } from './series.ts';

export interface ReviewPorts {
  readonly fleet: FleetWatch;
  readonly approvals: Approvals;
  readonly approvalContext: () => ApprovalContext;
  readonly reviewPages: ReviewPages;
}

type Decision = 'allow' | 'open' | 'later';

interface DecisionItem extends vscode.QuickPickItem {
  readonly decision: Decision;
}

const decisionItems = ({
  name,
}: ServerDefinition): readonly [later: DecisionItem, ...DecisionItem[]] => {
  const { t } = vscode.l10n;
  return [
    {
      label: t('Not Now'),
      detail: t('Nothing runs and nobody is contacted. The row of the server keeps the question.'),
      iconPath: new vscode.ThemeIcon('circle-slash'),
      decision: 'later',
    },
    {
      label: t('Allow "{0}"', name),
      detail: t('For this workspace, and until its entry changes.'),
      iconPath: new vscode.ThemeIcon('check'),
      decision: 'allow',
    },
    {
      label: t('Open Entry'),
      detail: t('Shows it in its file, to be changed or removed.'),
      iconPath: new vscode.ThemeIcon('go-to-file'),
      decision: 'open',
    },
  ];
};

/** The file in which the entry stands. */
export const fileOf = ({ origin }: Pick<ServerDefinition, 'origin'>): vscode.Uri | null => {
  const { workspaceFile, workspaceFolders } = vscode.workspace;
  const isWhole = origin.scope === 'workspace';
  if (isWhole && workspaceFile) return workspaceFile;
  if (origin.folder !== null)
    return vscode.Uri.file(join(origin.folder, '.vscode', 'settings.json'));
  // The only folder, where it lies on no disk.
  const [first] = workspaceFolders ?? [];
  return isWhole && first ? vscode.Uri.joinPath(first.uri, '.vscode', 'settings.json') : null;
};

const pageOf = (definition: ServerDefinition, context: ApprovalContext): string =>
  reviewText(
    {
      definition,
      inputs: inputsUsedBy(definition, context),
      file: fileOf(definition)?.fsPath ?? vscode.l10n.t('your user settings'),
      folder: definition.origin.folder ?? openFolder(),
    },
    vscode.l10n.t,
  );

const ask = async (
  { reviewPages }: ReviewPorts,
  definition: ServerDefinition,
  context: ApprovalContext,
  where: { readonly place: Place; readonly canGoBack: boolean },
): Promise<Decision | 'back' | 'cancelled'> => {
  const page = await reviewPages.show(definition.name, pageOf(definition, context));
  const items = decisionItems(definition);
  const answer = await askChoice<DecisionItem>({
    title: vscode.l10n.t('Allow the MCP server "{0}"?', definition.name),
    placeholder: vscode.l10n.t('The page below says exactly what it would do.'),
    ...where,
    items,
    // Leave is a decision, and never what Enter alone gives.
    active: items[0],
  });
  await page.close();
  if (answer.kind === 'value') return answer.value.decision;
  return answer.kind === 'back' ? 'back' : 'cancelled';
};

const sayChanged = (name: string): void =>
  void vscode.window.showWarningMessage(
    vscode.l10n.t('The entry of "{0}" has changed meanwhile: review it once more.', name),
  );

/** What was allowed counts at once, and is no question any more for whoever goes back. */
const reviewOne = async (
  ports: ReviewPorts,
  { id, definition }: ServerWatch,
  where: { readonly place: Place; readonly canGoBack: boolean },
): Promise<Came> => {
  const shown = ports.approvalContext();
  const decision = await ask(ports, definition, shown, where);
  switch (decision) {
    case 'later':
      return 'next';
    case 'back':
    case 'cancelled':
      return decision;
    case 'open':
      await openEntry(fileOf(definition), id);
      return 'cancelled';
    case 'allow': {
      ports.approvals.allow([definition], shown);
      const now = ports.fleet.get(id);
      if (now && !ports.approvals.isAllowed(now.definition)) sayChanged(id);
      return 'skipped';
    }
  }
};

/** The given one, or all that wait, one after the other. */
export const reviewServers = async (
  ports: ReviewPorts,
  given: ServerWatch | undefined,
): Promise<void> => {
  const { fleet, approvals } = ports;
  if (fleet.servers.value.length === 0) return sayNoServers();
  const waiting = fleet.servers.value.filter(({ definition }) => !approvals.isAllowed(definition));
  const chosen = given ? waiting.filter((server) => server === given) : waiting;
  if (chosen.length === 0) {
    const text = given
      ? vscode.l10n.t('"{0}" needs no leave, or has it already.', given.id)
      : vscode.l10n.t('No server waits for your leave.');
    void sayNothingFits(text);
    return;
  }
  const steps = chosen.map((server, index): Step => (canGoBack) => {
    if (approvals.isAllowed(server.definition)) return Promise.resolve('skipped');
    const place = { step: index + 1, steps: chosen.length };
    return reviewOne(ports, server, { place, canGoBack });
  });
  await askSeries(steps);
};

export const forgetAllowed = async ({
  approvals,
}: Pick<ReviewPorts, 'approvals'>): Promise<void> => {
  const { t } = vscode.l10n;
  const sure = t('Forget');
  const chosen = await vscode.window.showWarningMessage(
    t('Forget which servers of workspaces you have allowed?'),
    {
      modal: true,
      detail: t(
        'This is for all your workspaces. Servers that stand in their files are disconnected, and you are asked before any of them runs again.',
      ),
    },
    sure,
  );
  if (chosen !== sure) return;
  const count = approvals.revokeAll();
  void vscode.window.showInformationMessage(
    count === 0 ? t('No server had been allowed.') : t('Allowed servers forgotten: {0}.', count),
  );
};
