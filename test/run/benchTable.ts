// `npm run bench`: runs every measurement of test/bench and prints one table. A number never fails a build; the goals
// stand beside the numbers. With `-- store` just the files whose name holds that word.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { z } from 'zod';
import { repository } from '../vscode/places.ts';

/** What a measurement exports: `run(): Promise<{ name, rows }>`. `goal` is words, such as "at most 1.5 times direct". */
const measured = z.object({
  name: z.string(),
  rows: z.array(
    z.object({
      what: z.string(),
      value: z.string(),
      goal: z.string().optional(),
      met: z.boolean().optional(),
    }),
  ),
});
const measurement = z.object({
  run: z.custom<() => Promise<unknown>>((value) => typeof value === 'function'),
});

const metWord = (met: boolean | undefined): string => {
  if (met === undefined) return '';
  return met ? 'yes' : 'NO';
};

/** In a process of its own: memory and code that another measurement has left behind would be counted too. */
const measure = async (file: string): Promise<unknown> => {
  const child = fork(fileURLToPath(import.meta.url), [file], { stdio: 'inherit' });
  let said: unknown;
  child.on('message', (message) => (said = message));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`The measurement ended with ${code}.`);
  return said;
};

const rowsOf = async (file: string): Promise<string[][]> => {
  const { name, rows } = measured.parse(await measure(file));
  return rows.map(({ what, value, goal = '', met }) => [name, what, value, goal, metWord(met)]);
};

const print = (rows: readonly (readonly string[])[]): void => {
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  for (const row of rows) {
    const cells = row.map((cell, column) => cell.padEnd(widths[column] ?? 0));
    console.log(cells.join('  ').trimEnd());
  }
};

const folder = join(repository, 'test', 'bench');

const chosen = (words: readonly string[]): string[] => {
  const files = existsSync(folder) ? readdirSync(folder) : [];
  return files
    .filter((file) => file.endsWith('.ts'))
    .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
    .sort();
};

/** Resolves with the exit code: 1 when a measurement broke or there was none. */
export const main = async (words: readonly string[]): Promise<number> => {
  const rows: string[][] = [['in', 'what', 'measured', 'goal', 'met']];
  let broken = 0;
  for (const file of chosen(words)) {
    console.log(`Measuring ${file}…`);
    try {
      rows.push(...(await rowsOf(join(folder, file))));
    } catch (error) {
      broken += 1;
      console.log(error instanceof Error ? (error.stack ?? error.message) : String(error));
      rows.push([file, 'broke', '', '', '']);
    }
  }
  print(rows);
  return broken === 0 && rows.length > 1 ? 0 : 1;
};

/** The child's part: measures, and tells the parent. */
const measureHere = async (file: string): Promise<void> => {
  const { run } = measurement.parse(await import(pathToFileURL(file).href));
  const found = await run();
  await new Promise((resolve) => process.send?.(found, resolve));
};

const [, script, file] = process.argv;
if (process.send !== undefined && script === fileURLToPath(import.meta.url) && file !== undefined) {
  await measureHere(file);
  process.exit(0);
}
