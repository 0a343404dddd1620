// The page that says what taking over would change, file by file, before anything is changed. Credentials are shown as dots, so
// that a screen may be shared. Not here: who asks (takeOver.ts).
import * as vscode from 'vscode';
import type { JsonObject } from '../core/rpc.ts';
import { isObject } from '../core/rpc.ts';
import type { PlainSecret } from '../core/takeOver.ts';
import { homeWords, productOf, shortFile } from './sourceWords.ts';
import type { TakeOvers } from './takeOverPorts.ts';
import type { Planned } from './takeOverWishes.ts';

const dots = '••••••••';

const maskAt = (entry: JsonObject, [key, ...rest]: readonly string[], text: string): JsonObject => {
  if (key === undefined || !(key in entry)) return entry;
  const inner = entry[key];
  const value = rest.length > 0 && isObject(inner) ? maskAt(inner, rest, text) : text;
  return { ...entry, [key]: value };
};

const masked = (entry: JsonObject, secrets: readonly PlainSecret[]): JsonObject =>
  secrets.reduce((rest, { where, prefix }) => maskAt(rest, where, prefix + dots), entry);

const comment = (text: string): string => `// ${text}`;
const shown = (name: string, value: unknown): string =>
  `${JSON.stringify(name)}: ${JSON.stringify(value, null, 2)}`;

const grouped = <T>(
  items: readonly T[],
  key: (item: T) => string,
): ReadonlyMap<string, readonly T[]> => Map.groupBy(items, key);

const additions = (planned: readonly Planned[]): readonly string[] => {
  const { t } = vscode.l10n;
  const added = planned.filter(({ wish }) => wish.entry !== null);
  return [...grouped(added, ({ wish }) => homeWords(wish.home))].flatMap(([home, group]) => [
    comment(t('Added to {0}:', home)),
    ...group.flatMap(({ draft, wish, answers }) => {
      const entry = wish.entry ?? {};
      const isPlain = answers.size === 0;
      return [
        shown(wish.name, isPlain ? masked(entry, draft.secrets) : entry),
        ...notes(draft, wish.inputs.length),
      ];
    }),
    '',
  ]);
};

const notes = ({ lost }: Planned['draft'], inputs: number): readonly string[] => {
  const { t } = vscode.l10n;
  return [
    ...(inputs === 0
      ? []
      : [comment(t('with {0} inputs that are kept in the secret storage', inputs))]),
    ...(lost.length === 0 ? [] : [comment(t('not applied by MCP Lifeline: {0}', lost.join(', ')))]),
  ];
};

const changes = (planned: readonly Planned[], leave: TakeOvers['leave']): readonly string[] => {
  const { t } = vscode.l10n;
  return [...grouped(planned, ({ wish }) => wish.server.place.file)].flatMap(([file, group]) => [
    comment(t('Changed in {0}:', shortFile(file))),
    ...group.map(({ wish }) => {
      const left = leave(wish);
      const { name, place } = wish.server;
      return left === null
        ? comment(
            t('"{0}" is removed; {1} gets it from MCP Lifeline.', name, productOf(place.kind)),
          )
        : shown(name, left);
    }),
    '',
  ]);
};

export const takeOverPage = (planned: readonly Planned[], leave: TakeOvers['leave']): string => {
  const { t } = vscode.l10n;
  const isShared = planned.some(({ wish }) => wish.home.kind !== 'user');
  return [
    comment(t('Nothing has been changed yet.')),
    comment(t('Each file is kept as it is now; Give Back… puts it back as it was.')),
    ...(isShared
      ? [
          comment(
            t('Files of the workspace are for everybody who opens it: they need MCP Lifeline too.'),
          ),
        ]
      : []),
    '',
    ...additions(planned),
    ...changes(planned, leave),
  ].join('\n');
};
