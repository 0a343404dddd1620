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
import { layerOfHome, type SettingLayer, writeLayer } from './settingLayers.ts';

interface Addition {
  readonly name: string;
  readonly entry: JsonObject;
  readonly inputs: readonly InputDefinition[];
}

export interface OwnEntries {
  reaches(home: EntryHome): boolean;
  add(home: EntryHome, addition: Addition): Promise<void>;
  remove(
    home: EntryHome,
    removal: { readonly name: string; readonly inputs: readonly string[] },
  ): Promise<void>;
}

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

const addInputs = async (home: EntryHome, inputs: readonly InputDefinition[]): Promise<void> => {
  const layer = required(home, 'inputs');
  const present = inputsIn(layer);
  const known = new Set(present.map(idOf));
  const missing = inputs.filter(({ id }) => !known.has(id));
  if (missing.length === 0) return;
  await writeLayer(layer, 'inputs', [...present, ...missing.map(written)]);
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
