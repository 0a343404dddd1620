// From drafts to wishes, with everything that only the user can decide: what becomes of a name that is in use, and of credentials
// that stand in plain text. Nothing is changed here. Not here: which servers (takeOver.ts) and the last question (takeOverPage.ts).
import * as vscode from 'vscode';
import type { ServerDefinition } from '../core/settings.ts';
import type { Draft, TakeWish } from '../core/takeOver.ts';
import { faultOfName, freeName } from './addServerEntry.ts';
import { type Answer, askChoice, askText } from './quickInput.ts';
import { homeWords, isEditors, productOf } from './sourceWords.ts';
import type { EditorSettings } from './settings.ts';
import type { TakeOvers } from './takeOverPorts.ts';

export interface WishPorts {
  readonly takeOvers: Pick<TakeOvers, 'hide'>;
  readonly settings: Pick<EditorSettings, 'serverNames' | 'current'>;
}

export interface Planned {
  readonly draft: Draft;
  readonly wish: TakeWish;
  /** What is entered for the inputs that take the place of its credentials. */
  readonly answers: ReadonlyMap<string, string>;
}

/** Undefined: the user gave up. */
type Given<T> = Promise<T | undefined>;

/** What it does, without what it is called and where it stands. */
const meaningOf = (definition: ServerDefinition): string =>
  JSON.stringify(
    Object.entries(definition)
      .filter(([key]) => !['name', 'origin', 'enabled', 'autoStart', 'health'].includes(key))
      .toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );

interface ClashItem extends vscode.QuickPickItem {
  readonly deed: 'keep' | 'rename' | 'skip';
}

const clashItems = (draft: Draft, free: string, isSame: boolean): readonly ClashItem[] => {
  const { t } = vscode.l10n;
  const { place } = draft.server;
  const product = productOf(place.kind);
  const keep: ClashItem = {
    label: t('Use the "{0}" That Is There', draft.name),
    description: isSame ? t('both are the same server') : t('they are not the same server'),
    detail: isEditors(place.kind)
      ? t('Yours stays as it is; the entry of {0} is removed.', product)
      : t('Yours stays as it is; the entry of {0} leads to it.', product),
    iconPath: new vscode.ThemeIcon('link'),
    deed: 'keep',
  };
  const rename: ClashItem = {
    label: t('Take It Over under Another Name…'),
    description: free,
    iconPath: new vscode.ThemeIcon('edit'),
    deed: 'rename',
  };
  const skip: ClashItem = {
    label: t('Leave It Where It Is'),
    iconPath: new vscode.ThemeIcon('circle-slash'),
    deed: 'skip',
  };
  return isSame ? [keep, rename, skip] : [rename, keep, skip];
};

const askNewName = (free: string, taken: readonly string[]): Promise<Answer<string>> =>
  askText({
    title: vscode.l10n.t('Take Over'),
    prompt: vscode.l10n.t('A name for the server'),
    value: free,
    canGoBack: true,
    check: (text) => faultOfName(text, taken, vscode.l10n.t),
  });

/** Null: it is left out. */
const settleClash = async (
  draft: Draft,
  taken: readonly string[],
  other: ServerDefinition | undefined,
): Given<{ readonly draft: Draft; readonly isThere: boolean } | null> => {
  const { t } = vscode.l10n;
  const { definition } = draft.server;
  const isSame =
    other !== undefined && definition.kind !== 'bad' && meaningOf(definition) === meaningOf(other);
  const free = freeName(draft.name, taken);
  for (;;) {
    const answer = await askChoice<ClashItem>({
      title: t('Take Over'),
      placeholder: t('There is a server named "{0}" already.', draft.name),
      items: clashItems(draft, free, isSame),
    });
    if (answer.kind !== 'value') return undefined;
    if (answer.value.deed === 'skip') return null;
    if (answer.value.deed === 'keep') return { draft, isThere: true };
    const named = await askNewName(free, taken);
    if (named.kind === 'value')
      return { draft: { ...draft, name: named.value.trim() }, isThere: false };
    if (named.kind !== 'back') return undefined;
  }
};

interface Named {
  readonly draft: Draft;
  readonly isThere: boolean;
}

const settleNames = async (
  { settings }: WishPorts,
  drafts: readonly Draft[],
): Given<readonly Named[]> => {
  const taken = [...settings.serverNames()];
  const known = new Map<string, ServerDefinition>();
  for (const server of settings.current.value.servers)
    if (server.kind !== 'bad') known.set(server.name, server);
  const named: Named[] = [];
  for (const draft of drafts) {
    const settled = taken.includes(draft.name)
      ? await settleClash(draft, taken, known.get(draft.name))
      : { draft, isThere: false };
    if (settled === undefined) return undefined;
    if (settled === null) continue;
    named.push(settled);
    const { definition } = settled.draft.server;
    taken.push(settled.draft.name);
    if (definition.kind !== 'bad' && !settled.isThere) known.set(settled.draft.name, definition);
  }
  return named;
};

interface SecretItem extends vscode.QuickPickItem {
  readonly hides: boolean;
}

const places = (drafts: readonly Draft[]): string =>
  [...new Set(drafts.map(({ home }) => homeWords(home)))].join(', ');

/** Undefined: the user gave up. */
const asksHiding = async (drafts: readonly Draft[]): Given<boolean> => {
  const open = drafts.filter(({ secrets }) => secrets.length > 0);
  if (open.length === 0) return false;
  const { t } = vscode.l10n;
  const names = open.flatMap(({ name, secrets }) =>
    secrets.map(({ where }) => `${name} (${where.at(-1) ?? ''})`),
  );
  const answer = await askChoice<SecretItem>({
    title: t('Take Over'),
    placeholder: t('Credentials in plain text: {0}', names.slice(0, 5).join(', ')),
    items: [
      {
        label: t('Move Them to the Secret Storage'),
        description: t('recommended'),
        detail: t('The entry refers to each by an input; the value is kept by the editor.'),
        iconPath: new vscode.ThemeIcon('key'),
        hides: true,
      },
      {
        label: t('Leave Them in the Entry'),
        detail: t('In plain text, in {0}.', places(open)),
        iconPath: new vscode.ThemeIcon('file-code'),
        hides: false,
      },
    ],
  });
  return answer.kind === 'value' ? answer.value.hides : undefined;
};

/** Asks what has to be asked; undefined where the user gave up. */
export const settleWishes = async (
  ports: WishPorts,
  drafts: readonly Draft[],
): Given<readonly Planned[]> => {
  const named = await settleNames(ports, drafts);
  if (named === undefined) return undefined;
  const added = named.filter(({ isThere }) => !isThere).map(({ draft }) => draft);
  const hides = await asksHiding(added);
  if (hides === undefined) return undefined;
  const ids = ports.settings.current.value.inputs.map(({ id }) => id);
  return named.map(({ draft, isThere }) => plannedOf(ports, draft, { isThere, hides, ids }));
};

const plannedOf = (
  { takeOvers }: WishPorts,
  plain: Draft,
  how: { readonly isThere: boolean; readonly hides: boolean; readonly ids: readonly string[] },
): Planned => {
  const hidden =
    how.hides && !how.isThere
      ? takeOvers.hide(plain, how.ids)
      : { draft: plain, answers: new Map<string, string>() };
  const { server, name, home, entry, inputs } = hidden.draft;
  const wish: TakeWish = how.isThere
    ? { server, name, home, entry: null, inputs: [] }
    : { server, name, home, entry, inputs };
  return { draft: plain, wish, answers: hidden.answers };
};
