// The command Give Back…: which servers go back to the products that they were taken over from. A file that nobody has changed
// becomes what it was, byte for byte; of any other the change is shown side by side first. Not here: what is done to the files.
import * as vscode from 'vscode';
import { isObject } from '../core/rpc.ts';
import type { OnConflict, ReturnPlan, TakenServer } from '../core/takeOver.ts';
import type { ChangePages } from './changePages.ts';
import { askChoice, askSeveral } from './quickInput.ts';
import { isEditors, productOf, shortFile, sourceName } from './sourceWords.ts';
import type { TakeOvers } from './takeOverPorts.ts';

export interface GiveBackPorts {
  readonly takeOvers: TakeOvers;
  readonly changePages: ChangePages;
}

type FittingPlan = Extract<ReturnPlan, { kind: 'plan' }>;

interface TakenItem extends vscode.QuickPickItem {
  readonly taken: TakenServer;
}

const title = (): string => vscode.l10n.t('Give Back');

const meantBy = (raw: unknown, all: readonly TakenServer[]): readonly TakenServer[] => {
  const server = isObject(raw) ? raw['server'] : undefined;
  const name = isObject(server) ? server['id'] : raw;
  return all.filter((taken) => taken.name === name);
};

const choose = async (
  all: readonly TakenServer[],
  chosen: readonly TakenServer[],
): Promise<readonly TakenServer[] | undefined> => {
  const { t } = vscode.l10n;
  const items = all.map((taken): TakenItem => {
    const { name, foundAs, kind, file } = taken;
    const detail = `${sourceName(kind)} · ${shortFile(file)}`;
    const description = foundAs === name ? '' : t('there: {0}', foundAs);
    return { label: name, description, detail, taken };
  });
  const answer = await askSeveral<TakenItem>({
    title: title(),
    placeholder: t('Which servers go back to where they were?'),
    items,
    chosen: items.filter(({ taken }) => chosen.includes(taken)),
  });
  return answer.kind === 'value' ? answer.value.map(({ taken }) => taken) : undefined;
};

interface DeedItem extends vscode.QuickPickItem {
  readonly deed: 'give' | 'keep' | 'replace' | 'leave';
}

const deedsFor = ({ conflicts, before, ids, stays }: FittingPlan): readonly DeedItem[] => {
  const { t } = vscode.l10n;
  const leave: DeedItem = {
    label: t('Leave It as It Is'),
    detail: t('Nothing is given back; the servers stay with MCP Lifeline.'),
    iconPath: new vscode.ThemeIcon('circle-slash'),
    deed: 'leave',
  };
  if (conflicts.length === 0)
    return [
      {
        label: before === null ? t('Make the File Anew') : t('Write This'),
        iconPath: new vscode.ThemeIcon('check'),
        deed: 'give',
      },
      leave,
    ];
  const names = conflicts.join(', ');
  const keep: DeedItem = {
    label: t('Keep What Stands There Now'),
    detail: t('Yours of that name stay with MCP Lifeline: {0}. All others go back.', names),
    iconPath: new vscode.ThemeIcon('check'),
    deed: 'keep',
  };
  const replace: DeedItem = {
    label: t('Replace It by the Old Entry…'),
    detail: t('Somebody has put other entries of that name there: {0}', names),
    iconPath: new vscode.ThemeIcon('replace'),
    deed: 'replace',
  };
  // Where nothing would go back, keeping is leaving.
  return stays.length < ids.length ? [keep, replace, leave] : [replace, leave];
};

/** What to do about a file that was changed meanwhile; undefined: nothing. */
const decide = async (
  { changePages }: GiveBackPorts,
  plan: FittingPlan,
): Promise<DeedItem['deed'] | undefined> => {
  const { t } = vscode.l10n;
  const page = await changePages.compare(plan.file, plan.before, plan.after);
  const answer = await askChoice<DeedItem>({
    title: title(),
    placeholder:
      plan.before === null
        ? t('{0} is gone. The page below shows what it would be.', shortFile(plan.file))
        : t(
            '{0} was changed meanwhile. The page below shows what would change.',
            shortFile(plan.file),
          ),
    items: deedsFor(plan),
  });
  await page.close();
  return answer.kind === 'value' ? answer.value.deed : undefined;
};

/** What came of one file: done, left as it is, or why not. */
type Outcome =
  | { readonly kind: 'done'; readonly ids: readonly string[] }
  | { readonly kind: 'left' }
  | { readonly kind: 'refused'; readonly reason: string };

const give = async (
  { takeOvers }: GiveBackPorts,
  plan: FittingPlan,
  onConflict: OnConflict,
): Promise<Outcome> => {
  const reason = await takeOvers.give(plan, onConflict);
  if (reason !== null) return { kind: 'refused', reason };
  return { kind: 'done', ids: plan.ids.filter((id) => !plan.stays.includes(id)) };
};

const returnOne = async (
  ports: GiveBackPorts,
  plan: ReturnPlan,
  onConflict: OnConflict = 'keep',
): Promise<Outcome> => {
  if (plan.kind === 'refused')
    return { kind: 'refused', reason: `${shortFile(plan.file)}: ${plan.reason}` };
  if (plan.isExact) return give(ports, plan, onConflict);
  const deed =
    onConflict === 'keep' ? await decide(ports, plan) : await decideReplaced(ports, plan);
  switch (deed) {
    case undefined:
    case 'leave':
      return { kind: 'left' };
    case 'give':
    case 'keep':
      return give(ports, plan, onConflict);
    case 'replace': {
      const [replaced] = await ports.takeOvers.plan(plan.ids, 'replace');
      return replaced ? returnOne(ports, replaced, 'replace') : { kind: 'left' };
    }
  }
};

/** The same file with the conflicts decided: shown once more, as it will be. */
const decideReplaced = async (
  ports: GiveBackPorts,
  plan: FittingPlan,
): Promise<DeedItem['deed'] | undefined> => decide(ports, { ...plan, conflicts: [] });

/** The editor reads its own files at once; other products, when they are started anew. */
const doneWords = (given: readonly TakenServer[]): string => {
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

const sayDone = (given: readonly TakenServer[]): void =>
  void vscode.window.showInformationMessage(doneWords(given));

const unsavedIn = (plans: readonly ReturnPlan[]): string | null => {
  const files = new Set(plans.map(({ file }) => file));
  const dirty = vscode.workspace.textDocuments.find(
    ({ isDirty, uri }) => isDirty && uri.scheme === 'file' && files.has(uri.fsPath),
  );
  return dirty?.uri.fsPath ?? null;
};

const returnAll = async (ports: GiveBackPorts, chosen: readonly TakenServer[]): Promise<void> => {
  const plans = await ports.takeOvers.plan(
    chosen.map(({ id }) => id),
    'keep',
  );
  const unsaved = unsavedIn(plans);
  if (unsaved !== null) {
    void vscode.window.showErrorMessage(
      vscode.l10n.t('{0} has changes that are not saved. Save it first.', shortFile(unsaved)),
    );
    return;
  }
  const given: TakenServer[] = [];
  for (const plan of plans) {
    const outcome = await returnOne(ports, plan);
    if (outcome.kind === 'refused') void vscode.window.showErrorMessage(outcome.reason);
    if (outcome.kind === 'done') given.push(...chosen.filter(({ id }) => outcome.ids.includes(id)));
  }
  if (given.length > 0) sayDone(given);
};

export const giveBack = async (ports: GiveBackPorts, raw: unknown): Promise<void> => {
  const { takeOvers } = ports;
  const why = await takeOvers.refresh();
  if (why !== null) {
    void vscode.window.showErrorMessage(why);
    return;
  }
  const all = takeOvers.taken.value;
  if (all.length === 0) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('No server was taken over from another product.'),
    );
    return;
  }
  const meant = meantBy(raw, all);
  const chosen =
    all.length === 1 || meant.length === 1
      ? await confirmOne(meant[0] ?? all[0])
      : await choose(all, meant);
  if (chosen && chosen.length > 0) await returnAll(ports, chosen);
};

const confirmOne = async (
  taken: TakenServer | undefined,
): Promise<readonly TakenServer[] | undefined> => {
  if (!taken) return undefined;
  const { t } = vscode.l10n;
  const answer = await askChoice({
    title: title(),
    placeholder: t('"{0}" was taken over from {1}.', taken.name, sourceName(taken.kind)),
    items: [
      {
        label: t('Give "{0}" Back', taken.name),
        detail: t('Its entry leaves your settings and stands in {0} again.', shortFile(taken.file)),
        iconPath: new vscode.ThemeIcon('discard'),
        isYes: true,
      },
      { label: t('Cancel'), iconPath: new vscode.ThemeIcon('circle-slash'), isYes: false },
    ],
  });
  return answer.kind === 'value' && answer.value.isYes ? [taken] : undefined;
};
