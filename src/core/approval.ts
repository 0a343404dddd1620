// Which entries need somebody's leave before anything of them runs or is contacted, and what exactly that leave is for. Pure.
// Not here: where leave is kept (host/approvals.ts) and how it is asked for (host/reviewServer.ts).
import { serverVariables } from './fillServer.ts';
import type { InputDefinition } from './inputs.ts';
import { isObject } from './rpc.ts';
import type { ServerDefinition } from './settings.ts';
import { sha256 } from './sha256.ts';

/** Where an entry is met: what it may ask a person for, and in which workspace. */
export interface ApprovalContext {
  /** Everything that entries may ask for; what one does not name is left out. */
  readonly inputs: readonly InputDefinition[];
  /** Ids of those that a file of the workspace defines. */
  readonly workspaceInputs: readonly string[];
  /** Tells the workspace from others; counts where an entry belongs to no folder of its own. */
  readonly workspace: string;
}

/** The inputs that the entry refers to: one of the kind `command` runs something too. */
export const inputsUsedBy = (
  definition: ServerDefinition,
  { inputs }: Pick<ApprovalContext, 'inputs'>,
): readonly InputDefinition[] => {
  const used = new Set(
    serverVariables(definition).flatMap((one) => (one.kind === 'input' ? [one.id] : [])),
  );
  return inputs.filter(({ id }) => used.has(id));
};

/**
 * Files of a workspace are written by whoever made it; all other entries are the user's, or of who started the gateway. An entry
 * of the user's that asks for what the workspace defines is as strange as what it would be given.
 */
export const needsApproval = (definition: ServerDefinition, context: ApprovalContext): boolean => {
  const { scope } = definition.origin;
  if (scope === 'workspace' || scope === 'folder') return true;
  return (
    scope === 'user' &&
    inputsUsedBy(definition, context).some(({ id }) => context.workspaceInputs.includes(id))
  );
};

const inOrder = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(inOrder);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, inOrder(inner)]));
};

const placeOf = ({ origin }: ServerDefinition, { workspace }: ApprovalContext): string =>
  origin.folder ?? workspace;

/** They change when something happens, or how often, and nothing of what would happen. */
const harmless = new Set(['enabled', 'autoStart', 'connection', 'origin']);

/**
 * Tells what was allowed from everything else: any change of what would run, be contacted or be believed asks again. What is not
 * known to be harmless counts, so that a new key of an entry cannot be forgotten here.
 */
export const approvalKey = (definition: ServerDefinition, context: ApprovalContext): string => {
  const meaning = Object.entries(definition).filter(([key]) => !harmless.has(key));
  const inputs = inputsUsedBy(definition, context).toSorted((one, other) =>
    one.id < other.id ? -1 : 1,
  );
  const all = { place: placeOf(definition, context), meaning: Object.fromEntries(meaning), inputs };
  return sha256(JSON.stringify(inOrder(all)));
};

/** The same entry, whatever stands in it: leave for a newer definition takes the place of leave for an older one. */
export const entryKey = (definition: ServerDefinition, context: ApprovalContext): string =>
  sha256(JSON.stringify([placeOf(definition, context), definition.name]));
