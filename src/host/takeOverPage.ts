// The page that says what taking over would change, file by file, before anything is changed. Credentials are shown as dots, so
// that a screen may be shared. Not here: who asks (takeOver.ts).
import * as vscode from 'vscode';
import { homeWords, productOf, shortFile } from './sourceWords.ts';
import { maskedEntry } from './takeOverMask.ts';
import type { TakeOvers } from './takeOverPorts.ts';
import type { Planned } from './takeOverWishes.ts';

const comment = (text: string): string => `// ${text}`;
const shown = (name: string, value: unknown): string =>
  `${JSON.stringify(name)}: ${JSON.stringify(value, null, 2)}`;
const indented = (text: string): string => text.replaceAll(/^(?=.)/gm, '  ');

/** An entry, and what is to be said of it. */
interface Part {
  /** Null: it goes away. */
  readonly text: string | null;
  readonly notes: readonly string[];
}

/** What becomes of one place, as an object of its own: the page is valid JSON, or the editor would underline it. */
const block = (title: string, parts: readonly Part[]): string => {
  const last = parts.findLastIndex(({ text }) => text !== null);
  const lines = parts.flatMap(({ text, notes }, index) => [
    ...(text === null ? [] : [index === last ? text : `${text},`]),
    ...notes.map(comment),
  ]);
  return indented([comment(title), '{', indented(lines.join('\n')), '}'].join('\n'));
};

const notesOn = (
  { lost }: Planned['draft'],
  inputs: number,
  isMasked: boolean,
): readonly string[] => {
  const { t } = vscode.l10n;
  return [
    ...(isMasked ? [t('what is shown as dots stands there in plain text')] : []),
    ...(inputs === 0 ? [] : [t('inputs whose values are kept in the secret storage: {0}', inputs)]),
    ...(lost.length === 0 ? [] : [t('not applied by MCP Lifeline: {0}', lost.join(', '))]),
  ];
};

const additions = (planned: readonly Planned[]): readonly string[] => {
  const added = planned.filter(({ wish }) => wish.entry !== null);
  const groups = Map.groupBy(added, ({ wish }) => homeWords(wish.home));
  return [...groups].map(([home, group]) =>
    block(
      vscode.l10n.t('Added to {0}:', home),
      group.map(({ draft, wish, answers }) => {
        const entry = wish.entry ?? {};
        const open = maskedEntry(entry, answers.size === 0 ? draft.secrets : []);
        const isMasked = JSON.stringify(open) !== JSON.stringify(entry);
        return {
          text: shown(wish.name, open),
          notes: notesOn(draft, wish.inputs.length, isMasked),
        };
      }),
    ),
  );
};

const changes = (planned: readonly Planned[], leave: TakeOvers['leave']): readonly string[] => {
  const { t } = vscode.l10n;
  const groups = Map.groupBy(planned, ({ wish }) => wish.server.place.file);
  return [...groups].map(([file, group]) =>
    block(
      t('Changed in {0}:', shortFile(file)),
      group.map(({ wish }) => {
        const left = leave(wish);
        const { name, place } = wish.server;
        const gone = t(
          '"{0}" is removed; {1} gets it from MCP Lifeline.',
          name,
          productOf(place.kind),
        );
        return left === null
          ? { text: null, notes: [gone] }
          : { text: shown(name, left), notes: [] };
      }),
    ),
  );
};

export const takeOverPage = (planned: readonly Planned[], leave: TakeOvers['leave']): string => {
  const { t } = vscode.l10n;
  const isShared = planned.some(({ wish }) => wish.home.kind !== 'user');
  const shared = t(
    'Files of the workspace are for everybody who opens it: they need MCP Lifeline too.',
  );
  return [
    comment(t('Nothing has been changed yet.')),
    comment(t('Each file is kept as it is now; Give Back… puts it back as it was.')),
    ...(isShared ? [comment(shared)] : []),
    '[',
    [...additions(planned), ...changes(planned, leave)].join(',\n\n'),
    ']',
    '',
  ].join('\n');
};
