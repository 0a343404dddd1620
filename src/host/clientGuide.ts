// What a program must be told so that it uses our servers, as Connect a Client… needs it: entries, and a hand that writes
// them into other products' files. Named from the user's side; the composition root builds it. Free of `vscode`.
// Not here: what an entry looks like in each product.
import type { ClientEntry, EntryScope, FileEntry, Product } from '../core/clientEntry.ts';
import type { Unsaid } from '../core/wording/unsaid.ts';
import type { OpenDoor } from './gatewayDoor.ts';

export type Written =
  /** `backup`: where the text from before lies; null where there was no file. */
  | { readonly kind: 'written'; readonly path: string; readonly backup: string | null }
  | { readonly kind: 'unchanged'; readonly path: string }
  /** Another entry of that name is there. */
  | { readonly kind: 'taken'; readonly path: string }
  /** A sentence for the user that says what to do. */
  | { readonly kind: 'refused'; readonly path: string; readonly reason: Unsaid };

export interface ClientGuide {
  entryFor(product: Product, scope: EntryScope, server: string, door: OpenDoor): ClientEntry;
  /** The entries as the text of a file that holds nothing else. */
  render(entries: readonly FileEntry[]): string;
  /** `replace`: the user wants an entry of that name replaced that is not ours. Never throws. */
  write(entry: FileEntry, replace: boolean): Written;
}

/** One way of telling a product about servers, with the entry of each. */
export interface ConnectWay {
  readonly scope: EntryScope;
  readonly kind: ClientEntry['kind'];
  /** Where it would be written; null: it can only be copied. */
  readonly file: string | null;
  readonly format: 'json' | 'toml' | 'shellscript';
  readonly entries: readonly ClientEntry[];
  /** What would be written or copied. */
  readonly text: string;
  readonly holdsToken: boolean;
}

const isFile = (entry: ClientEntry): entry is FileEntry => entry.kind === 'file';

const wayOf = (
  guide: ClientGuide,
  scope: EntryScope,
  entries: readonly ClientEntry[],
): ConnectWay | null => {
  const [first] = entries;
  if (!first) return null;
  const files = entries.filter(isFile);
  const texts = entries.map((entry) => (entry.kind === 'file' ? '' : entry.text));
  return {
    scope,
    kind: first.kind,
    file: first.kind === 'file' ? first.path : null,
    format: formatOf(first),
    entries,
    text: files.length > 0 ? guide.render(files) : texts.join('\n'),
    holdsToken: entries.some(({ secret }) => secret),
  };
};

const formatOf = (entry: ClientEntry): ConnectWay['format'] => {
  if (entry.kind === 'file') return entry.format;
  return entry.kind === 'command' ? 'shellscript' : 'json';
};

/** The ways there are, the one that needs no token first; two that come to the same are one. */
export const waysFor = (
  guide: ClientGuide,
  product: Product,
  servers: readonly string[],
  { door, hasWorkspace }: { readonly door: OpenDoor; readonly hasWorkspace: boolean },
): readonly ConnectWay[] => {
  const scopes: readonly EntryScope[] = hasWorkspace ? ['workspace', 'user'] : ['user'];
  const ways = scopes
    .map((scope) =>
      wayOf(
        guide,
        scope,
        servers.map((server) => guide.entryFor(product, scope, server, door)),
      ),
    )
    .filter((way) => way !== null);
  return ways.filter(
    (way, index) =>
      ways.findIndex(({ file, text }) => file === way.file && text === way.text) === index,
  );
};

/** Writes what is to be written; stops at the first entry that cannot be. */
export const writeWay = (
  guide: ClientGuide,
  { entries }: ConnectWay,
  replace: boolean,
): readonly Written[] => {
  const done: Written[] = [];
  for (const entry of entries.filter(isFile)) {
    const written = guide.write(entry, replace);
    done.push(written);
    if (written.kind === 'taken' || written.kind === 'refused') break;
  }
  return done;
};
