// Our own setting as taking over and giving back write it: an entry with its inputs, in the settings of one place, and away again.
// Never in the place of an entry that is there. Not here: what becomes of the other product's file (sources).
import * as vscode from 'vscode';
import { parseServers } from '../core/parseServers.ts';
import type { InputDefinition } from '../core/inputs.ts';
import { isObject, type JsonObject } from '../core/rpc.ts';
import type { EntryHome } from '../core/takeOver.ts';
import { missingName } from '../core/variables.ts';
import type { Approvals } from './approvals.ts';
import type { EnteredValues } from './enterValues.ts';
import type { EditorSettings } from './settings.ts';
import { layerOfHome, layersOf, type SettingLayer, writeLayer } from './settingLayers.ts';

interface Addition {
  readonly name: string;
  readonly entry: JsonObject;
  readonly inputs: readonly InputDefinition[];
}

export interface OwnEntries {
  reaches(home: EntryHome): boolean;
  homeOf(name: string): EntryHome | null;
  newInputs(home: EntryHome, inputs: readonly InputDefinition[]): readonly string[];
  add(home: EntryHome, addition: Addition): Promise<void>;
  checkRemoval(home: EntryHome, name: string): Promise<void>;
  remove(
    home: EntryHome,
    removal: { readonly name: string; readonly inputs: readonly string[] },
  ): Promise<void>;
}

/** The other way round than `layerOfHome`. */
const homeIn = ({ target, origin }: SettingLayer): EntryHome | null => {
  const { Global, Workspace } = vscode.ConfigurationTarget;
  const { workspaceFile } = vscode.workspace;
  if (target === Global) return { kind: 'user' };
  if (target === Workspace && workspaceFile)
    return { kind: 'workspace', file: workspaceFile.fsPath };
  return origin.folder === null ? null : { kind: 'folder', folder: origin.folder };
};

const required = (home: EntryHome, key: 'servers' | 'inputs'): SettingLayer => {
  const layer = layerOfHome(home, key);
  if (layer) return layer;
  throw new Error(
    vscode.l10n.t('Its workspace is not open here, or not trusted. Open that one first.'),
  );
};

const entriesIn = (layer: SettingLayer): JsonObject => {
  const { servers } = layer;
  if (servers === undefined) return {};
  if (isObject(servers)) return servers;
  throw new Error(vscode.l10n.t("'mcpLifeline.servers' is not an object. Correct it first."));
};

const inputsIn = (layer: SettingLayer): readonly unknown[] => {
  const { servers: inputs } = layer;
  if (inputs === undefined) return [];
  if (Array.isArray(inputs)) return inputs;
  throw new Error(vscode.l10n.t("'mcpLifeline.inputs' is not a list. Correct it first."));
};

const idOf = (input: unknown): unknown => (isObject(input) ? input['id'] : undefined);

/** As VS Code's mcp.json writes it. */
const written = ({ kind, ...input }: InputDefinition): JsonObject =>
  Object.fromEntries(
    Object.entries({ type: kind, ...input }).filter(
      ([, value]) => value !== null && value !== undefined && value !== false,
    ),
  );

const missingFrom = (
  layer: SettingLayer,
  inputs: readonly InputDefinition[],
): readonly InputDefinition[] => {
  const known = new Set(inputsIn(layer).map(idOf));
  return inputs.filter(({ id }) => !known.has(id));
};

const addInputs = async (home: EntryHome, inputs: readonly InputDefinition[]): Promise<void> => {
  const layer = required(home, 'inputs');
  const missing = missingFrom(layer, inputs);
  if (missing.length === 0) return;
  await writeLayer(layer, 'inputs', [...inputsIn(layer), ...missing.map(written)]);
};

/**
 * The editor looks at the whole file before it writes to it, and rejects where it is unsaved or broken, also where there is nothing
 * to write in the end: a setting that is not there is taken out, or else the entries are put where they are.
 */
const tryToWrite = async (home: EntryHome, name: string): Promise<void> => {
  const layer = required(home, 'servers');
  // Without it nothing will be written, and an empty file is one that the editor takes nothing out of.
  if (!Object.hasOwn(entriesIn(layer), name)) return;
  const inputs = required(home, 'inputs');
  if (inputs.servers === undefined) await writeLayer(inputs, 'inputs', undefined);
  else await writeLayer(layer, 'servers', layer.servers);
};

/** Those that no entry of the place asks for any more, and what was entered for them. */
const removeInputs = async (
  home: EntryHome,
  ids: readonly string[],
  values: EnteredValues['values'],
): Promise<void> => {
  if (ids.length === 0) return;
  const layer = required(home, 'inputs');
  const text = JSON.stringify(entriesIn(required(home, 'servers')));
  const unused = ids.filter((id) => !text.includes(JSON.stringify(`\${input:${id}}`).slice(1, -1)));
  const present = inputsIn(layer);
  const rest = present.filter((input) => !unused.some((id) => id === idOf(input)));
  if (rest.length === present.length) return;
  await writeLayer(layer, 'inputs', rest.length === 0 ? undefined : rest);
  const owner = home.kind === 'user' ? 'user' : 'workspace';
  await values.forget(unused.map((id) => ({ owner, name: missingName({ kind: 'input', id }) })));
};

/** What the user takes over by his own hand is allowed by it. */
export const createOwnEntries = (
  settings: EditorSettings,
  approvals: Approvals,
  values: EnteredValues['values'],
): OwnEntries => {
  const allow = (home: EntryHome, { name, entry }: Addition): void => {
    const { origin } = required(home, 'servers');
    const read = parseServers({ [name]: entry }, settings.current.value.health.path, origin);
    approvals.allow(read.filter((server) => server.kind !== 'bad'));
  };
  return {
    reaches: (home) => layerOfHome(home, 'servers') !== null,
    homeOf: (name) => {
      const layer = layersOf('servers').find((one) => Object.hasOwn(entriesIn(one), name));
      return layer ? homeIn(layer) : null;
    },
    newInputs: (home, inputs) => missingFrom(required(home, 'inputs'), inputs).map(({ id }) => id),
    checkRemoval: tryToWrite,
    add: async (home, addition) => {
      const { name, entry, inputs } = addition;
      if (settings.serverNames().includes(name))
        throw new Error(vscode.l10n.t('There is a server named "{0}" already.', name));
      await addInputs(home, inputs);
      allow(home, addition);
      const layer = required(home, 'servers');
      await writeLayer(layer, 'servers', { ...entriesIn(layer), [name]: entry });
      // By now the inputs are known for certain, which leave is given for too.
      allow(home, addition);
    },
    remove: async (home, { name, inputs }) => {
      const layer = required(home, 'servers');
      const { [name]: gone, ...rest } = entriesIn(layer);
      const isEmpty = Object.keys(rest).length === 0;
      if (gone !== undefined) await writeLayer(layer, 'servers', isEmpty ? undefined : rest);
      await removeInputs(home, inputs, values);
    },
  };
};
