// Tool arguments that were typed and not yet sent. They survive a window reload in the workspace's state, where the user lets
// arguments be written down; values of password-like fields are never kept. Bounded, the oldest goes first.
import type { Memento } from 'vscode';
import type { Disposable } from '../base/disposable.ts';
import type { Signal } from '../base/signal.ts';
import { isObject, type JsonObject } from '../core/rpc.ts';

export interface Drafts extends Disposable {
  /** Values typed field by field; they replace a document that was begun before. */
  fields(serverId: string, tool: string): JsonObject;
  keepFields(serverId: string, tool: string, values: JsonObject): void;
  /** The text of a document of arguments; undefined where none was begun. */
  text(serverId: string, tool: string): string | undefined;
  keepText(serverId: string, tool: string, text: string): void;
  drop(serverId: string, tool: string): void;
}

interface Draft {
  readonly key: string;
  readonly fields: JsonObject;
  readonly text: string | null;
}

const storageKey = 'mcpLifeline.drafts';
const mostDrafts = 50;
// Half a megabyte of typing is no typing; it was pasted, and can be pasted again.
const mostCharacters = 512 * 1024;

const isDraft = (value: unknown): value is Draft =>
  isObject(value) &&
  typeof value['key'] === 'string' &&
  isObject(value['fields']) &&
  (value['text'] === null || typeof value['text'] === 'string');

const keyOf = (serverId: string, tool: string): string => JSON.stringify([serverId, tool]);

export const createDrafts = (state: Memento, mayStore: Signal<boolean>): Drafts => {
  const stored = mayStore.value ? state.get<unknown>(storageKey) : null;
  let drafts: readonly Draft[] = Array.isArray(stored) ? stored.filter(isDraft) : [];
  const store = (): void => {
    if (!mayStore.value && state.get<unknown>(storageKey) === undefined) return;
    // A failed write costs a draft, not a call; the editor reports its own storage errors.
    void state.update(storageKey, mayStore.value ? drafts : undefined);
  };
  const following = mayStore.onChange(store);
  // What was written before it was forbidden, perhaps in another life.
  if (!mayStore.value) store();

  const find = (serverId: string, tool: string): Draft | undefined =>
    drafts.find((draft) => draft.key === keyOf(serverId, tool));
  const write = (next: readonly Draft[]): void => {
    drafts = next.slice(-mostDrafts);
    store();
  };
  const keep = (draft: Draft): void => {
    if (JSON.stringify(draft).length > mostCharacters) return;
    write([...drafts.filter((other) => other.key !== draft.key), draft]);
  };

  return {
    fields: (serverId, tool) => find(serverId, tool)?.fields ?? {},
    text: (serverId, tool) => find(serverId, tool)?.text ?? undefined,
    keepFields: (serverId, tool, fields) =>
      keep({ key: keyOf(serverId, tool), fields, text: null }),
    keepText: (serverId, tool, text) =>
      keep({ key: keyOf(serverId, tool), fields: find(serverId, tool)?.fields ?? {}, text }),
    drop: (serverId, tool) => {
      if (find(serverId, tool))
        write(drafts.filter((draft) => draft.key !== keyOf(serverId, tool)));
    },
    dispose: () => following.dispose(),
  };
};
