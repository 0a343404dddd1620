// Tells rows apart that are alike in everything their id is made of: the editor refuses to draw one id twice, and with it the whole
// group. Free of `vscode`. Not here: what an id is made of (treeRows.ts, historyRows.ts).

/** How many rows of the same id stand before it. */
interface Copied {
  readonly copy: number;
}

/** Nothing for the first, so that its id stays what it is while no other is like it. */
export const copyOf = ({ copy }: Copied): readonly number[] => (copy === 0 ? [] : [copy]);

/** `idOf` is asked of rows whose `copy` is 0. */
export const numbered = <R extends Copied>(
  rows: readonly R[],
  idOf: (row: R) => string,
): readonly R[] => {
  const seen = new Map<string, number>();
  return rows.map((row) => {
    const id = idOf(row);
    const copy = seen.get(id) ?? 0;
    seen.set(id, copy + 1);
    return { ...row, copy };
  });
};
