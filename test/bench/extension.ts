// What the extension costs whoever installs it: the package, the bundles, and the time that the start of the editor waits for it,
// as the editor itself loads the bundle of the package in a real extension host.
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { runInHost } from '../run/inHost.ts';
import { pack } from '../run/vsix.ts';
import { repository } from '../vscode/places.ts';

interface Row {
  readonly what: string;
  readonly value: string;
  readonly goal?: string;
  readonly met?: boolean;
}

const starts = 5;
const mostActivating = 50;
const mostPacked = 2 ** 20;

const times = z.object({ load: z.number(), activate: z.number() });
type Times = z.infer<typeof times>;

const kilobytes = (file: string): string => `${(statSync(file).size / 1000).toFixed(0)} kB`;

/** Stands before the extension and notes how long its loading and its `activate` take, in milliseconds. */
const stopwatch = `
const { writeFileSync } = require('node:fs');
const start = performance.now();
const extension = require('./dist/extension.js');
const load = performance.now() - start;
exports.activate = (context) => {
  const begun = performance.now();
  const api = extension.activate(context);
  const activate = performance.now() - begun;
  writeFileSync(process.env.MCP_LIFELINE_BENCH_TIMES, JSON.stringify({ load, activate }));
  return api;
};
exports.deactivate = extension.deactivate;
`;

/** The extension as it is packed, with the stopwatch for its main file. */
const measurable = (folder: string): string => {
  const extension = join(folder, 'extension');
  mkdirSync(extension);
  for (const part of ['dist', 'media', 'package.nls.json'])
    cpSync(join(repository, part), join(extension, part), { recursive: true });
  const manifest = z
    .record(z.string(), z.unknown())
    .parse(JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')));
  writeFileSync(
    join(extension, 'package.json'),
    JSON.stringify({ ...manifest, type: 'commonjs', main: './stopwatch.cjs' }),
  );
  writeFileSync(join(extension, 'stopwatch.cjs'), stopwatch);
  return extension;
};

const startOnce = async (extension: string, file: string): Promise<Times> => {
  const { failed } = await runInHost({
    suites: [join(import.meta.dirname, 'host', 'activated.test.ts')],
    developmentPath: extension,
    environment: { MCP_LIFELINE_BENCH_TIMES: file },
    limit: 120_000,
  });
  if (failed > 0) throw new Error('The extension did not become active.');
  const measured = times.parse(JSON.parse(readFileSync(file, 'utf8')));
  rmSync(file);
  return measured;
};

const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

const measureStarts = async (folder: string): Promise<readonly Row[]> => {
  const extension = measurable(folder);
  const measured: Times[] = [];
  for (let start = 0; start < starts; start += 1)
    measured.push(await startOnce(extension, join(folder, 'times.json')));
  const activating = measured.map(({ activate }) => activate);
  const value = (all: readonly number[]): string =>
    `${median(all).toFixed(1)} ms (the slowest ${Math.max(...all).toFixed(1)})`;
  return [
    {
      what: `\`activate()\` in a real editor, median of ${starts} starts`,
      value: value(activating),
      goal: `under ${mostActivating} ms`,
      met: median(activating) < mostActivating,
    },
    {
      what: 'loading the bundle before it',
      value: value(measured.map(({ load }) => load)),
    },
  ];
};

export const run = async (): Promise<{ name: string; rows: readonly Row[] }> => {
  const folder = mkdtempSync(join(tmpdir(), 'ml-bench-'));
  try {
    const packed = statSync(await pack(folder)).size;
    const bundle = (name: string): Row => ({
      what: `dist/${name}, minified`,
      value: kilobytes(join(repository, 'dist', name)),
    });
    return {
      name: 'extension',
      rows: [
        {
          what: 'the package',
          value: `${(packed / 1024).toFixed(0)} KiB`,
          goal: 'under 1 MiB',
          met: packed < mostPacked,
        },
        ...['extension.js', 'gateway.js', 'bridge.js'].map(bundle),
        ...(await measureStarts(folder)),
      ],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 300 });
  }
};
