// Taking servers over from other products and giving them back, within an editor: where the files (sources), our setting (host) and
// the bridge (gateway) meet. No decisions.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { Store } from '../base/disposable.ts';
import { Source } from '../base/signal.ts';
import type { JsonObject } from '../core/rpc.ts';
import type { SourceKind } from '../core/sources.ts';
import type { TakenServer, TakeWish } from '../core/takeOver.ts';
import { inEnglish } from '../core/wording/english.ts';
import type { Say } from '../core/wording/say.ts';
import { bridgeCopyPath } from '../gateway/bridgeCopy.ts';
import { bridgeOf } from '../gateway/clientEntries.ts';
import { createOwnEntries } from '../host/ownEntries.ts';
import type { Approvals } from '../host/approvals.ts';
import type { EnteredValues } from '../host/enterValues.ts';
import type { FoundSources } from '../host/foundSources.ts';
import type { EditorSettings } from '../host/settings.ts';
import type { TakeOvers } from '../host/takeOverPorts.ts';
import type { Log } from '../runtime/ports.ts';
import { draftOf, withFreeInputs, withoutSecrets } from '../sources/draftEntry.ts';
import { ourEntry } from '../sources/entryOf.ts';
import { GiveBack } from '../sources/giveBack.ts';
import { limitOf } from '../sources/readSource.ts';
import { errorText } from '../sources/refusal.ts';
import { settleTaken } from '../sources/settleTaken.ts';
import { entriesOf, TakenBook, type TakenFile } from '../sources/takenBook.ts';
import { TakeOver } from '../sources/takeOver.ts';
import { StoreMutex } from '../store/mutex.ts';

export interface TakingOverParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly say: Say;
  /** Where the editor lets this extension keep things for all workspaces. */
  readonly globalStorage: string;
  readonly settings: EditorSettings;
  readonly approvals: Approvals;
  readonly found: FoundSources;
  readonly values: { readonly view: Pick<EnteredValues, 'values'> };
}

export interface TakingOver {
  readonly view: TakeOvers;
  /** Ends what a death has left in the middle. Rejects never. */
  open(): Promise<void>;
}

/** The editor's own agent gets every server of ours from us. */
const ofEditor: ReadonlySet<SourceKind> = new Set<SourceKind>(['vscode-workspace', 'vscode-user']);
/** They ask for the type. */
const typed: ReadonlySet<SourceKind> = new Set<SourceKind>([
  'project',
  'claude-code',
  'cursor',
  'cursor-project',
]);

/** A bridge in every product: it finds the gateway wherever that is now, and holds no secret. */
const leave = ({ server, name }: Pick<TakeWish, 'server' | 'name'>): JsonObject | null => {
  const { kind } = server.place;
  if (ofEditor.has(kind)) return null;
  const { definition } = server;
  // Of a file of one folder the gateway of that folder is meant, and of a user's file any that has the server.
  const workspace =
    definition.kind !== 'bad' && definition.origin.scope === 'folder'
      ? definition.origin.folder
      : null;
  const bridge = bridgeOf({
    server: name,
    bridgePath: bridgeCopyPath(),
    workspace,
    environment: process.env,
  });
  return typed.has(kind) ? { type: 'stdio', ...bridge } : bridge;
};

const draftFor: TakeOvers['draft'] = (server, known) => {
  const draft = draftOf(server);
  return draft && { ...draft, ...withFreeInputs(draft, known) };
};

const hide: TakeOvers['hide'] = (draft, ids) => {
  const { entry, inputs, answers } = withoutSecrets(draft, ids);
  return { draft: { ...draft, entry, inputs }, answers };
};

const missingBridge = (): string | null => {
  const path = bridgeCopyPath();
  return existsSync(path) ? null : path;
};

const takenIn = (files: readonly TakenFile[]): readonly TakenServer[] =>
  files.flatMap((page) =>
    entriesOf(page).map(({ id, name, path, home, at }) => ({
      id,
      name,
      foundAs: path.at(-1) ?? name,
      kind: page.kind,
      file: page.file,
      path,
      home,
      at,
    })),
  );

const refresherOf =
  (book: TakenBook, taken: Source<readonly TakenServer[]>, say: Say): TakeOvers['refresh'] =>
  async () => {
    try {
      taken.set(takenIn(await book.load()));
      return null;
    } catch (error) {
      return errorText(error, say);
    }
  };

export const wireTakingOver = (parts: TakingOverParts, owner: Store): TakingOver => {
  const { clock, log, say, globalStorage, settings, approvals, found, values } = parts;
  const book = new TakenBook({ folder: join(globalStorage, 'taken'), log });
  const exclusion = owner.add(new StoreMutex({ folder: globalStorage, clock, log }));
  const own = createOwnEntries(settings, approvals, values.view.values);
  const common = { clock, log, say, book, own, exclusion, limitOf };
  const takeOver = new TakeOver({ ...common, leave });
  const giveBack = new GiveBack(common);
  const taken = owner.add(new Source<readonly TakenServer[]>([]));
  const refresh = refresherOf(book, taken, say);
  const look = async (files: readonly string[]): Promise<void> => {
    await Promise.all([...new Set(files)].map((file) => found.refresh(file)));
    await refresh();
  };
  return {
    view: {
      taken,
      refresh,
      ourEntry,
      draft: draftFor,
      hide,
      leave,
      missingBridge,
      take: async (wishes) => {
        const results = await takeOver.take(wishes);
        await look(wishes.map(({ server }) => server.place.file));
        return results;
      },
      plan: (ids, onConflict) => giveBack.plan(ids, onConflict),
      give: async (plan, onConflict) => {
        const refusal = await giveBack.give(plan, onConflict);
        await look([plan.file]);
        return refusal;
      },
    },
    open: async () => {
      try {
        await settleTaken(common);
        await refresh();
      } catch (error) {
        log.error(`What was taken over could not be looked at: ${errorText(error, inEnglish)}`);
      }
    },
  };
};
