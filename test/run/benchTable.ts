// `npm run bench`: runs every measurement of test/bench and prints one table. A measurement never fails a build; the
// goals stand beside the numbers.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { repository } from '../vscode/places.ts';

/** One line of the table. `goal` is words, for example "at most 1.5 times direct". */
export interface Measured {
  readonly name: string;
  readonly value: string;
  readonly goal?: string;
  readonly met?: boolean;
}

const moduleShape = z.object({ run: z.custom<() => Promise<readonly Measured[]>>(isFunction) });

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

const meant = ({ met }: Measured): string => {
  if (met === undefined) return '';
  return met ? 'yes' : 'NO';
};

const print = (rows: readonly (readonly string[])[]): void => {
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  for (const row of rows) {
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  }
};

/** Resolves with the exit code: 1 when a measurement broke or there was none. */
export const main = async (args: readonly string[]): Promise<number> => {
  const folder = join(repository, 'test', 'bench');
  const files = existsSync(folder)
    ? readdirSync(folder).filter((name) => name.endsWith('.ts'))
    : [];
  const wanted = files.filter(
    (name) => args.length === 0 || args.some((arg) => name.includes(arg)),
  );
  const rows: string[][] = [['what', 'measured', 'goal', 'met']];
  let broken = 0;
  for (const name of wanted.sort()) {
    console.log(`… ${name}`);
    try {
      const { run } = moduleShape.parse(await import(join(folder, name)));
      for (const row of await run()) rows.push([row.name, row.value, row.goal ?? '', meant(row)]);
    } catch (error) {
      broken += 1;
      console.log(error instanceof Error ? (error.stack ?? error.message) : String(error));
      rows.push([name, 'broke', '', '']);
    }
  }
  print(rows);
  return broken === 0 && rows.length > 1 ? 0 : 1;
};
