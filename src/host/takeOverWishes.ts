// From drafts to wishes, with everything that only the user can decide: what becomes of a name that is in use, and of credentials
// that stand in plain text. Nothing is changed here. Not here: which servers (takeOver.ts) and the last question (takeOverPage.ts).
import * as vscode from 'vscode';
import type { ServerDefinition } from '../core/settings.ts';
import type { Draft, TakeWish } from '../core/takeOver.ts';
import { faultOfName, freeName } from './addServerEntry.ts';
import { type Answer, askChoice, askText, cameOf } from './quickInput.ts';
import type { Step } from './series.ts';
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

interface Named {
  readonly draft: Draft;
  readonly isThere: boolean;
}

/** Null: it is left out. */
type Settled = Named | null;

/** What has a name already: our servers, and those that are about to be. */
interface InUse {
  readonly names: readonly string[];
  readonly known: ReadonlyMap<string, ServerDefinition>;
}

const settleClash = async (
  draft: Draft,
  { names, known }: InUse,
  canGoBack: boolean,
): Promise<Answer<Settled>> => {
  const { t } = vscode.l10n;
  const { definition } = draft.server;
  const other = known.get(draft.name);
  const isSame =
    other !== undefined && definition.kind !== 'bad' && meaningOf(definition) === meaningOf(other);
  const free = freeName(draft.name, names);
  for (;;) {
    const answer = await askChoice<ClashItem>({
      title: t('Take Over'),
      placeholder: t('There is a server named "{0}" already.', draft.name),
      canGoBack,
      items: clashItems(draft, free, isSame),
    });
    if (answer.kind !== 'value') return answer;
    const { deed } = answer.value;
    if (deed === 'skip') return { kind: 'value', value: null };
    if (deed === 'keep') return { kind: 'value', value: { draft, isThere: true } };
    const named = await askNewName(free, names);
    if (named.kind === 'value') {
      const renamed = { ...draft, name: named.value.trim() };
      return { kind: 'value', value: { draft: renamed, isThere: false } };
    }
    if (named.kind !== 'back') return named;
  }
};

const inUseAfter = ({ settings }: WishPorts, settled: readonly Settled[]): InUse => {
  const names = [...settings.serverNames()];
  const known = new Map<string, ServerDefinition>();
  for (const server of settings.current.value.servers)
    if (server.kind !== 'bad') known.set(server.name, server);
  for (const one of settled) {
    if (one === null) continue;
    names.push(one.draft.name);
    const { definition } = one.draft.server;
    if (definition.kind !== 'bad' && !one.isThere) known.set(one.draft.name, definition);
  }
  return { names, known };
};

interface SecretItem extends vscode.QuickPickItem {
  readonly hides: boolean;
}

const places = (drafts: readonly Draft[]): string =>
  [...new Set(drafts.map(({ home }) => homeWords(home)))].join(', ');

/** `open`: those that have some. */
const askHiding = (open: readonly Draft[], canGoBack: boolean): Promise<Answer<SecretItem>> => {
  const { t } = vscode.l10n;
  const names = open.flatMap(({ name, secrets }) =>
    secrets.map(({ where }) => `${name} (${where.at(-1) ?? ''})`),
  );
  return askChoice<SecretItem>({
    title: t('Take Over'),
    canGoBack,
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
};

/** The questions about these drafts, and what they come to once all are asked. */
export interface WishQuestions {
  readonly steps: readonly Step[];
  readonly planned: () => readonly Planned[];
}

export const wishQuestions = (ports: WishPorts, drafts: readonly Draft[]): WishQuestions => {
  const settled: Settled[] = [];
  let hides = false;
  const named = (): readonly Named[] => settled.filter((one) => one !== null);
  const clashSteps = drafts.map((draft, index): Step => async (canGoBack) => {
    // Whoever comes back to it has the later ones before them again.
    settled.length = index;
    const inUse = inUseAfter(ports, settled);
    if (!inUse.names.includes(draft.name)) {
      settled.push({ draft, isThere: false });
      return 'skipped';
    }
    return cameOf(await settleClash(draft, inUse, canGoBack), (one) => settled.push(one));
  });
  const hidingStep: Step = async (canGoBack) => {
    const added = named().filter(({ isThere }) => !isThere);
    const open = added.map(({ draft }) => draft).filter(({ secrets }) => secrets.length > 0);
    hides = false;
    if (open.length === 0) return 'skipped';
    return cameOf(await askHiding(open, canGoBack), (item) => (hides = item.hides));
  };
  return {
    steps: [...clashSteps, hidingStep],
    planned: () => {
      const ids = ports.settings.current.value.inputs.map(({ id }) => id);
      return named().map(({ draft, isThere }) => plannedOf(ports, draft, { isThere, hides, ids }));
    },
  };
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
