// The command Take Over…: which servers, what has to be decided about them, a page that shows every change, and only then the deed.
// Each step can be left without anything having happened. Not here: the decisions (takeOverWishes.ts), the page (takeOverPage.ts),
// and what is done to the files (sources).
import * as vscode from 'vscode';
import type { InputDefinition } from '../core/inputs.ts';
import { isObject } from '../core/rpc.ts';
import type { FoundServer } from '../core/sources.ts';
import type { Draft, TakeResult } from '../core/takeOver.ts';
import type { ChangePages } from './changePages.ts';
import type { EnteredValues } from './enterValues.ts';
import { foreignIn } from './foundRows.ts';
import type { FoundSources } from './foundSources.ts';
import type { GatewayDoor } from './gatewayDoor.ts';
import { plainUrl } from './plainUrl.ts';
import { type Answer, askChoice, askSeveral, cameOf, wantsAgain } from './quickInput.ts';
import { askSeries, type Came, insist, type Step } from './series.ts';
import type { EditorSettings } from './settings.ts';
import { isEditors, productOf, shortFile, sourceName } from './sourceWords.ts';
import { takeOverPage } from './takeOverPage.ts';
import type { TakeOvers } from './takeOverPorts.ts';
import { obstacle, offerWarning } from './takeOverObstacles.ts';
import { type Planned, wishQuestions } from './takeOverWishes.ts';

export interface TakeOverPorts {
  readonly found: Pick<FoundSources, 'files'>;
  readonly takeOvers: TakeOvers;
  readonly settings: Pick<EditorSettings, 'serverNames' | 'current'>;
  readonly door: { readonly value: GatewayDoor };
  readonly entered: Pick<EnteredValues, 'values'>;
  readonly changePages: ChangePages;
}

interface FoundItem extends vscode.QuickPickItem {
  readonly found: FoundServer | null;
}

const title = (): string => vscode.l10n.t('Take Over');

const keyOf = ({ place }: FoundServer): string =>
  JSON.stringify([place.kind, place.file, place.path]);

/** What the row of the tree means, as it is now; none: nothing in particular. */
const meantBy = (raw: unknown, all: readonly FoundServer[]): readonly FoundServer[] => {
  if (!isObject(raw)) return [];
  const inside = (value: unknown): readonly FoundServer[] =>
    all.filter(
      ({ place }) =>
        isObject(value) && place.file === value['file'] && place.kind === value['kind'],
    );
  if (raw['kind'] === 'source') return inside(raw['file']);
  const { found } = raw;
  if (!isObject(found) || !isObject(found['place'])) return [];
  const { kind, file, path } = found['place'];
  const key = JSON.stringify([kind, file, path]);
  return all.filter((server) => keyOf(server) === key);
};

const addressOf = ({ definition }: FoundServer): string => {
  if (definition.kind === 'bad') return '';
  if (definition.kind === 'http') return plainUrl(definition.url);
  return definition.command;
};

/** What whoever chooses it will be asked about. */
const nameWords = (name: string, ours: readonly string[]): string =>
  ours.includes(name) ? vscode.l10n.t('There is a server named "{0}" already.', name) : '';

const itemsOf = (servers: readonly FoundServer[], ours: readonly string[]): readonly FoundItem[] =>
  [
    ...Map.groupBy(servers, ({ place }) => JSON.stringify([place.kind, place.file])).values(),
  ].flatMap((group) => [
    ...group.slice(0, 1).map(({ place }): FoundItem => ({
      label: `${sourceName(place.kind)} · ${shortFile(place.file)}`,
      kind: vscode.QuickPickItemKind.Separator,
      found: null,
    })),
    ...group.map((found): FoundItem => ({
      label: found.name,
      iconPath: new vscode.ThemeIcon('circle-outline'),
      description: addressOf(found),
      detail: nameWords(found.name, ours),
      found,
    })),
  ]);

const choose = async (
  { settings }: TakeOverPorts,
  servers: readonly FoundServer[],
  chosen: readonly FoundServer[],
): Promise<Answer<readonly FoundServer[]>> => {
  const items = itemsOf(servers, settings.serverNames());
  const keys = new Set(chosen.map(keyOf));
  const answer = await askSeveral<FoundItem>({
    title: title(),
    placeholder: vscode.l10n.t('Which servers is MCP Lifeline to connect from now on?'),
    items,
    chosen: items.filter(({ found }) => found !== null && keys.has(keyOf(found))),
  });
  if (answer.kind !== 'value') return answer;
  return { kind: 'value', value: answer.value.flatMap(({ found }) => found ?? []) };
};

const sayNothingFound = async (all: readonly FoundServer[]): Promise<void> => {
  const { t } = vscode.l10n;
  const text =
    all.length === 0
      ? t('No other product on this machine defines a server here.')
      : t('None of the servers that were found can be used; their rows say why.');
  const add = t('Add Server…');
  if ((await vscode.window.showInformationMessage(text, add)) === add)
    await vscode.commands.executeCommand('mcpLifeline.addServer');
};

interface DeedItem extends vscode.QuickPickItem {
  readonly isYes: boolean;
}

const confirm = async (
  ports: TakeOverPorts,
  planned: readonly Planned[],
  canGoBack: boolean,
): Promise<Came> => {
  const { t } = vscode.l10n;
  const { changePages, takeOvers, settings } = ports;
  const warning = offerWarning(planned, settings.current.value);
  const page = await changePages.show(
    t('Take Over'),
    `${warning === null ? '' : `// ${warning}\n`}${takeOverPage(planned, takeOvers.leave)}`,
  );
  const files = new Set(planned.map(({ wish }) => wish.server.place.file));
  const answer = await askChoice<DeedItem>({
    title: title(),
    placeholder: t('The page below shows every change.'),
    canGoBack,
    items: [
      {
        label:
          planned.length === 1
            ? t('Take Over "{0}"', planned[0]?.wish.name ?? '')
            : t('Take Over {0} Servers', planned.length),
        detail: warning ?? t('Changes: {0}', [...files].map(shortFile).join(', ')),
        iconPath: new vscode.ThemeIcon('check'),
        isYes: true,
      },
      { label: t('Cancel'), iconPath: new vscode.ThemeIcon('circle-slash'), isYes: false },
    ],
  });
  await page.close();
  if (answer.kind !== 'value') return answer.kind === 'back' ? 'back' : 'cancelled';
  return answer.value.isYes ? 'next' : 'cancelled';
};

/** First, so that the server finds them at its first attempt. */
const enter = async ({ entered }: TakeOverPorts, planned: readonly Planned[]): Promise<void> => {
  for (const { wish, answers } of planned) {
    const scope = wish.home.kind === 'user' ? 'user' : 'workspace';
    for (const [id, value] of answers)
      await entered.values.give({ kind: 'input', id }, scope, value);
  }
};

const forget = async (
  { entered }: TakeOverPorts,
  planned: readonly Planned[],
  results: readonly TakeResult[],
): Promise<void> => {
  const refused = new Set(results.filter(({ kind }) => kind === 'refused').map(({ wish }) => wish));
  const names = planned
    .filter(({ wish }) => refused.has(wish))
    .flatMap(({ wish, answers }) => {
      const owner = wish.home.kind === 'user' ? ('user' as const) : ('workspace' as const);
      return [...answers.keys()].map((id) => ({ owner, name: `\${input:${id}}` }));
    });
  if (names.length > 0) await entered.values.forget(names);
};

const sayTaken = async (taken: readonly TakeResult[]): Promise<void> => {
  const { t } = vscode.l10n;
  if (taken.length === 0) return;
  const others = taken
    .filter(({ wish }) => !isEditors(wish.server.place.kind))
    .map(({ wish }) => productOf(wish.server.place.kind));
  const next =
    others.length === 0
      ? ''
      : t('Start {0} anew, so that it reads its file.', [...new Set(others)].join(', '));
  const one = taken.length === 1 ? taken[0]?.wish.name : undefined;
  const text =
    one !== undefined
      ? t('"{0}" was taken over. {1}', one, next)
      : t('{0} servers were taken over. {1}', taken.length, next);
  const back = t('Give Back…');
  if ((await vscode.window.showInformationMessage(text.trim(), back)) === back)
    await vscode.commands.executeCommand('mcpLifeline.giveBack', one);
};

/** Each reason once, and what it kept from being done is done again as long as somebody wants that. */
const sayRefused = async (
  ports: TakeOverPorts,
  planned: readonly Planned[],
  results: readonly TakeResult[],
): Promise<void> => {
  const refused = results.filter((result) => result.kind === 'refused');
  const asking = [...Map.groupBy(refused, ({ reason }) => reason)].map(async ([reason, group]) => {
    const wishes = new Set(group.map(({ wish }) => wish));
    const again = planned.filter(({ wish }) => wishes.has(wish));
    if (await wantsAgain(reason)) await carryOut(ports, again);
  });
  await Promise.all(asking);
};

const carryOut = async (ports: TakeOverPorts, planned: readonly Planned[]): Promise<void> => {
  const results = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Taking servers over') },
    async () => {
      await enter(ports, planned);
      const done = await ports.takeOvers.take(planned.map(({ wish }) => wish));
      await forget(ports, planned, done);
      return done;
    },
  );
  // The notification may stay for long; the command is over.
  void sayTaken(results.filter(({ kind }) => kind === 'taken'));
  await sayRefused(ports, planned, results);
};

const draftsOf = (
  { takeOvers, settings }: TakeOverPorts,
  servers: readonly FoundServer[],
): readonly Draft[] => {
  let known: readonly InputDefinition[] = settings.current.value.inputs;
  const drafts: Draft[] = [];
  for (const server of servers) {
    const draft = takeOvers.draft(server, known);
    if (draft === null) continue;
    drafts.push(draft);
    known = [...known, ...draft.inputs];
  }
  return drafts;
};

/** Before anything is asked about them, and again before it is done. */
const untilFree = (ports: TakeOverPorts, servers: readonly FoundServer[]): Promise<boolean> =>
  insist(() => obstacle(servers, ports), wantsAgain);

/** All questions about these servers; then what was decided is handed on. */
const askAbout = async (
  ports: TakeOverPorts,
  servers: readonly FoundServer[],
  canGoBack: boolean,
  take: (planned: readonly Planned[]) => void,
): Promise<Came> => {
  const drafts = draftsOf(ports, servers);
  if (drafts.length === 0) return 'cancelled';
  if (!(await untilFree(ports, servers))) return canGoBack ? 'back' : 'cancelled';
  const { steps, planned } = wishQuestions(ports, drafts);
  const last: Step = async (hasBefore) => {
    const all = planned();
    if (all.length === 0) return 'cancelled';
    take(all);
    return confirm(ports, all, hasBefore);
  };
  const came = await askSeries([...steps, last], canGoBack);
  return came === 'done' ? 'next' : came;
};

/** `raw`: a row of the tree, or nothing. */
export const takeOver = async (ports: TakeOverPorts, raw: unknown): Promise<void> => {
  const all = ports.found.files.value.flatMap(foreignIn);
  const usable = all.filter(({ definition }) => definition.kind !== 'bad');
  if (usable.length === 0) return sayNothingFound(all);
  let chosen = meantBy(raw, usable);
  let planned: readonly Planned[] = [];
  const isChosen = chosen.length === 1;
  const choosing: Step = async () =>
    isChosen
      ? 'skipped'
      : cameOf(await choose(ports, usable, chosen), (servers) => {
          chosen = servers;
        });
  const deciding: Step = (canGoBack) =>
    askAbout(ports, chosen, canGoBack, (decided) => {
      planned = decided;
    });
  if ((await askSeries([choosing, deciding])) !== 'done') return;
  // A file may have been changed while the page was read.
  const servers = planned.map(({ wish }) => wish.server);
  if (await untilFree(ports, servers)) await carryOut(ports, planned);
};
