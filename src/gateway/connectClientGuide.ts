// Entries for clients of one window, for whoever asks the user which to write: the facts of this machine and workspace filled in.
// Not here: what an entry is (clientEntries.ts), files (connectClient.ts).
import type { ClientEntry, EntryScope, FileEntry, Product } from '../core/clientEntry.ts';
import { type EntryFacts, entryFor } from './clientEntries.ts';
import { connectClient, type Connected, editAs } from './connectClient.ts';
import { serverUrl } from './discoveryEntry.ts';

export interface ClientGuideDeps extends Pick<
  EntryFacts,
  'home' | 'platform' | 'environment' | 'node'
> {
  /** Read when it is asked, because folders come and go. */
  readonly workspace: () => string | null;
  /** Where the bridge lies and will stay; see bridgeCopy.ts. */
  readonly bridgePath: () => string;
  /** A folder for the owner only, for what was in a file before. */
  readonly backups: string;
}

export interface ClientGuide {
  entryFor(
    product: Product,
    scope: EntryScope,
    server: string,
    door: { readonly port: number; readonly token: string },
  ): ClientEntry;
  /** The entries as the text of a file that holds nothing else. */
  render(entries: readonly FileEntry[]): string;
  /** `replace`: the user wants an entry of that name replaced that is not ours. Never throws. */
  write(entry: FileEntry, replace: boolean): Connected;
}

const render = (entries: readonly FileEntry[]): string =>
  entries.reduce<string>((text, entry) => {
    const edited = editAs(entry.format, text, { ...entry, replace: true });
    return edited.kind === 'changed' ? edited.text : text;
  }, '');

export const createClientGuide = (deps: ClientGuideDeps): ClientGuide => ({
  entryFor: (product, scope, server, { port, token }) =>
    entryFor(product, {
      ...deps,
      server,
      scope,
      token,
      url: serverUrl(`http://127.0.0.1:${port}/mcp/{name}`, server),
      workspace: deps.workspace(),
      bridgePath: deps.bridgePath(),
    }),
  render,
  write: (entry, replace) => connectClient(entry, { backups: deps.backups, replace }),
});
