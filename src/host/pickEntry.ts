// The quick pick of Open Configuration: every entry that has a row, also one that cannot be used, and those of other products.
// Not here: opening it (openPlace.ts).
import * as vscode from 'vscode';
import type { BadServer } from '../core/settings.ts';
import type { ServerWatch } from '../runtime/watch.ts';
import { foundLook } from './foundItems.ts';
import { type AnyFoundRow, foundChildren, foundRowOf } from './foundRows.ts';
import type { FoundSources } from './foundSources.ts';
import { type EntryPlace, foundPlace, ownPlace } from './openPlace.ts';
import { type PickPorts, serverItem } from './pickServer.ts';
import { askChoice } from './quickInput.ts';
import { homeOf } from './settingLayers.ts';
import { shortFile } from './sourceWords.ts';

interface EntryPorts extends PickPorts {
  readonly found: Pick<FoundSources, 'files'>;
}

interface EntryItem extends vscode.QuickPickItem {
  /** Null: a line between them. */
  readonly place: EntryPlace | null;
}

const badItem = ({ name, reason }: BadServer): EntryItem => ({
  label: name,
  iconPath: new vscode.ThemeIcon('error'),
  description: vscode.l10n.t('cannot be used'),
  detail: reason,
  place: ownPlace(name, homeOf(name)),
});

const foundItem = (row: AnyFoundRow): EntryItem => {
  const { label, icon, description } = foundLook(row);
  const iconPath = new vscode.ThemeIcon(icon.id);
  if (row.kind === 'found-server')
    return { label, iconPath, description, place: foundPlace(row.found.place) };
  if (row.kind === 'source-problem')
    return {
      label,
      iconPath,
      description: shortFile(row.file.file),
      detail: description,
      place: foundPlace({ file: row.file.file, path: [] }),
    };
  return { label, kind: vscode.QuickPickItemKind.Separator, place: null };
};

/** Under the name of the place in which they stand. */
const foundItems = ({ found, fleet }: EntryPorts): readonly EntryItem[] => {
  const own = [
    ...fleet.servers.value.map(({ id }) => id),
    ...fleet.bad.value.map(({ name }) => name),
  ];
  return foundRowOf(found.files.value, own)
    .flatMap(foundChildren)
    .flatMap((source) => [source, ...foundChildren(source)])
    .map(foundItem);
};

const ownItem = (server: ServerWatch, { words }: PickPorts): EntryItem => ({
  ...serverItem(server, words),
  place: ownPlace(server.id, server.definition),
});

/** `none`: there is nothing to choose from. Undefined: nobody chose. */
export const pickEntry = async (ports: EntryPorts): Promise<EntryPlace | 'none' | undefined> => {
  const { servers, bad } = ports.fleet;
  const items = [
    ...servers.value.map((server) => ownItem(server, ports)),
    ...bad.value.map(badItem),
    ...foundItems(ports),
  ];
  const choices = items.flatMap(({ place }) => place ?? []);
  const [only] = choices;
  if (only === undefined) return 'none';
  if (choices.length === 1) return only;
  const answer = await askChoice<EntryItem>({
    title: vscode.l10n.t('Open Configuration'),
    placeholder: vscode.l10n.t('Choose a server whose entry to open'),
    items,
  });
  return answer.kind === 'value' ? (answer.value.place ?? undefined) : undefined;
};
