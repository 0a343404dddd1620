// The rows of servers that other products define: one group, in it their files, in those their servers. Derived from what was
// found; what leads to ourselves is left out, since it stands above. Free of `vscode`. Not here: how they look (foundItems.ts).
import type { FoundServer, SourceFile } from '../core/sources.ts';

export interface FoundRow {
  readonly kind: 'found';
  readonly files: readonly SourceFile[];
  /** Names that servers of ours have. */
  readonly taken: readonly string[];
}

export interface SourceRow {
  readonly kind: 'source';
  readonly file: SourceFile;
  readonly taken: readonly string[];
}

export interface FoundServerRow {
  readonly kind: 'found-server';
  readonly found: FoundServer;
  /** A server of ours has its name. */
  readonly isNameTaken: boolean;
}

export interface SourceProblemRow {
  readonly kind: 'source-problem';
  readonly file: SourceFile;
  readonly problem: string;
}

export type AnyFoundRow = FoundRow | SourceRow | FoundServerRow | SourceProblemRow;

/** Those that somebody else runs. */
export const foreignIn = ({ servers }: SourceFile): readonly FoundServer[] =>
  servers.filter(({ leadsTo }) => leadsTo === 'elsewhere');

const isWorthShowing = (file: SourceFile): boolean =>
  file.problem !== null || foreignIn(file).length > 0;

/** Nothing where nobody else defines anything. */
export const foundRowOf = (
  files: readonly SourceFile[],
  taken: readonly string[],
): readonly FoundRow[] => {
  const shown = files.filter(isWorthShowing);
  return shown.length === 0 ? [] : [{ kind: 'found', files: shown, taken }];
};

export const countFound = (files: readonly SourceFile[]): number =>
  files.reduce((sum, file) => sum + foreignIn(file).length, 0);

const inSource = ({ file, taken }: SourceRow): readonly AnyFoundRow[] => {
  const servers = foreignIn(file).map((found): FoundServerRow => {
    const { definition } = found;
    const isNameTaken = definition.kind !== 'bad' && taken.includes(definition.name);
    return { kind: 'found-server', found, isNameTaken };
  });
  const { problem } = file;
  return problem === null ? servers : [{ kind: 'source-problem', file, problem }, ...servers];
};

export const foundChildren = (row: AnyFoundRow): readonly AnyFoundRow[] => {
  switch (row.kind) {
    case 'found':
      return row.files.map((file) => ({ kind: 'source', file, taken: row.taken }));
    case 'source':
      return inSource(row);
    case 'found-server':
    case 'source-problem':
      return [];
  }
};

export const foundPath = (row: AnyFoundRow): readonly string[] => {
  switch (row.kind) {
    case 'found':
      return [];
    case 'source':
    case 'source-problem':
      return [row.file.kind, row.file.file];
    case 'found-server':
      return [row.found.place.kind, row.found.place.file, ...row.found.place.path];
  }
};
