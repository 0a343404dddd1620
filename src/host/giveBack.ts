// The command Give Back…: which servers go back to the products that they were taken over from. A file that nobody has changed
// becomes what it was, byte for byte; of any other the change is shown side by side first. Not here: what is done to the files.
import * as vscode from 'vscode';
import { isObject } from '../core/rpc.ts';
import type { OnConflict, ReturnPlan, TakenServer } from '../core/takeOver.ts';
import type { ChangePages } from './changePages.ts';
import { doneWords } from './giveBackWords.ts';
import { type Answer, askChoice, askSeveral, cameOf, wantsAgain } from './quickInput.ts';
import { askSeries, type Came, insist, type Step } from './series.ts';
import { shortFile, sourceName } from './sourceWords.ts';
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
): Promise<Answer<readonly TakenServer[]>> => {
  const { t } = vscode.l10n;
  const items = all.map((taken): TakenItem => {
    const { name, foundAs, kind, file } = taken;
    const detail = `${sourceName(kind)} · ${shortFile(file)}`;
    const description = foundAs === name ? '' : t('there: {0}', foundAs);
    const iconPath = new vscode.ThemeIcon('discard');
    return { label: name, iconPath, description, detail, taken };
  });
  const answer = await askSeveral<TakenItem>({
    title: title(),
    placeholder: t('Which servers go back to where they were?'),
    items,
    chosen: items.filter(({ taken }) => chosen.includes(taken)),
  });
  if (answer.kind !== 'value') return answer;
  return { kind: 'value', value: answer.value.map(({ taken }) => taken) };
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

/** What to do about a file that was changed meanwhile; who leaves the question leaves it as it is. */
const decide = async (
  { changePages }: GiveBackPorts,
  plan: FittingPlan,
  canGoBack: boolean,
): Promise<DeedItem['deed'] | 'back'> => {
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
    canGoBack,
    items: deedsFor(plan),
  });
  await page.close();
  if (answer.kind === 'value') return answer.value.deed;
  return answer.kind === 'back' ? 'back' : 'leave';
};

/** What came of one file: done, left as it is, or why not. */
type Outcome =
  | { readonly kind: 'done'; readonly ids: readonly string[] }
  | { readonly kind: 'left' }
  | { readonly kind: 'back' }
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

const refusedOf = ({ file, reason }: Extract<ReturnPlan, { kind: 'refused' }>): Outcome => ({
  kind: 'refused',
  reason: vscode.l10n.t('{0}: {1}', shortFile(file), reason),
});

/** The same file with the conflicts decided: shown once more, as it will be. */
const replaceIn = async (ports: GiveBackPorts, { ids }: FittingPlan): Promise<Outcome> => {
  const [plan] = await ports.takeOvers.plan(ids, 'replace');
  if (!plan) return { kind: 'left' };
  if (plan.kind === 'refused') return refusedOf(plan);
  const deed = plan.isExact ? 'give' : await decide(ports, { ...plan, conflicts: [] }, true);
  if (deed === 'back') return { kind: 'back' };
  return deed === 'give' ? give(ports, plan, 'replace') : { kind: 'left' };
};

const returnOne = async (
  ports: GiveBackPorts,
  plan: ReturnPlan,
  canGoBack: boolean,
): Promise<Outcome> => {
  if (plan.kind === 'refused') return refusedOf(plan);
  if (plan.isExact) return give(ports, plan, 'keep');
  for (;;) {
    const deed = await decide(ports, plan, canGoBack);
    switch (deed) {
      case 'back':
        return { kind: 'back' };
      case 'leave':
        return { kind: 'left' };
      case 'give':
      case 'keep':
        return give(ports, plan, 'keep');
      case 'replace': {
        const outcome = await replaceIn(ports, plan);
        if (outcome.kind !== 'back') return outcome;
      }
    }
  }
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

/** What is to be done, once no file of it is being edited; null: somebody does not want to wait for that. */
const planFor = async (
  { takeOvers }: GiveBackPorts,
  chosen: readonly TakenServer[],
): Promise<readonly ReturnPlan[] | null> => {
  let plans: readonly ReturnPlan[] = [];
  const ids = chosen.map(({ id }) => id);
  const isFree = await insist(async () => {
    plans = await takeOvers.plan(ids, 'keep');
    const unsaved = unsavedIn(plans);
    return unsaved === null
      ? null
      : vscode.l10n.t('{0} has changes that are not saved. Save it first.', shortFile(unsaved));
  }, wantsAgain);
  return isFree ? plans : null;
};

/** `back`: nothing was done, and something else is to be chosen. */
const returnAll = async (
  ports: GiveBackPorts,
  chosen: readonly TakenServer[],
  canGoBack: boolean,
): Promise<Came> => {
  const plans = await planFor(ports, chosen);
  if (plans === null) return canGoBack ? 'back' : 'cancelled';
  const given: TakenServer[] = [];
  const refused: (() => Promise<void>)[] = [];
  for (const [index, plan] of plans.entries()) {
    const outcome = await returnOne(ports, plan, canGoBack && index === 0);
    if (outcome.kind === 'back') return 'back';
    if (outcome.kind === 'refused') {
      const left = chosen.filter(({ id }) => plan.ids.includes(id));
      refused.push(() => returnAgain(ports, left, outcome.reason));
    }
    if (outcome.kind === 'done') given.push(...chosen.filter(({ id }) => outcome.ids.includes(id)));
  }
  if (given.length > 0) sayDone(given);
  await Promise.all(refused.map((offer) => offer()));
  return 'next';
};

const returnAgain = async (
  ports: GiveBackPorts,
  left: readonly TakenServer[],
  reason: string,
): Promise<void> => {
  if (await wantsAgain(reason)) await returnAll(ports, left, false);
};

export const giveBack = async (ports: GiveBackPorts, raw: unknown): Promise<void> => {
  const { takeOvers } = ports;
  if (!(await insist(() => takeOvers.refresh(), wantsAgain))) return;
  const all = takeOvers.taken.value;
  if (all.length === 0) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('No server was taken over from another product.'),
    );
    return;
  }
  const meant = meantBy(raw, all);
  let chosen = meant;
  const choosing: Step = async () =>
    cameOf(
      all.length === 1 || meant.length === 1
        ? await confirmOne(meant[0] ?? all[0])
        : await choose(all, chosen),
      (servers) => {
        chosen = servers;
      },
    );
  await askSeries([choosing, (canGoBack) => returnAll(ports, chosen, canGoBack)]);
};

const confirmOne = async (
  taken: TakenServer | undefined,
): Promise<Answer<readonly TakenServer[]>> => {
  if (!taken) return { kind: 'cancelled' };
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
  return answer.kind === 'value' && answer.value.isYes
    ? { kind: 'value', value: [taken] }
    : { kind: 'cancelled' };
};
