// `node test/faults/run.ts [word]`: plants the faults of faults.ts one at a time in copies of the project and runs the unit
// tests on each. Prints the faults that no test notices, and fails when more than one in ten survives.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { type Fault, faults } from './faults.ts';

const repository = join(import.meta.dirname, '..', '..');
const copied = ['src', 'test', 'package.json', 'tsconfig.json'];
/** A fault may make a loop endless; then the run itself is what notices it. */
const limit = 60_000;
/** Each runs several workers of its own. */
const atOnce = Math.max(1, Math.min(4, Math.floor(availableParallelism() / 2)));
const enough = 0.9;

const isWanted = (path: string): boolean => !path.includes(join('test', 'vscode', 'host') + sep);

const makeCopy = (): string => {
  const copy = mkdtempSync(join(tmpdir(), 'planted-'));
  for (const name of copied)
    cpSync(join(repository, name), join(copy, name), { recursive: true, filter: isWanted });
  symlinkSync(join(repository, 'node_modules'), join(copy, 'node_modules'), 'junction');
  return copy;
};

const everySuite = ['core', 'runtime'];
/** The core knows nothing of the runtime, so its tests cannot notice what is wrong there. */
const suitesFor = ({ file }: Fault): readonly string[] =>
  file.startsWith('src/runtime/') ? ['runtime'] : everySuite;

/** Whether the unit tests pass in this copy. */
const passes = async (copy: string, suites: readonly string[]): Promise<boolean> => {
  const child = spawn(
    process.execPath,
    [
      join(repository, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--config',
      join('test', 'vitest.config.ts'),
      '--project',
      'unit',
      '--bail',
      '1',
      ...suites.map((suite) => join('test', suite)),
    ],
    { cwd: copy, stdio: 'ignore' },
  );
  const overdue = setTimeout(() => child.kill('SIGKILL'), limit);
  await once(child, 'close');
  clearTimeout(overdue);
  return child.exitCode === 0;
};

const canBePlanted = ({ file, right }: Fault): boolean => {
  const path = join(repository, file);
  return existsSync(path) && readFileSync(path, 'utf8').split(right).length === 2;
};

/** Plants one fault; true where a test notices it. */
const isNoticed = async (fault: Fault, copy: string): Promise<boolean> => {
  const path = join(copy, fault.file);
  const sound = readFileSync(path, 'utf8');
  writeFileSync(
    path,
    sound.replace(fault.right, () => fault.wrong),
  );
  try {
    return !(await passes(copy, suitesFor(fault)));
  } finally {
    writeFileSync(path, sound);
  }
};

const workOff = async (queue: Fault[], copy: string): Promise<Fault[]> => {
  const survivors: Fault[] = [];
  for (let fault = queue.shift(); fault; fault = queue.shift()) {
    const noticed = await isNoticed(fault, copy);
    if (!noticed) survivors.push(fault);
    console.log(`${noticed ? 'noticed ' : 'SURVIVES'} ${fault.file}: ${fault.harm}`);
  }
  return survivors;
};

const main = async (word = ''): Promise<number> => {
  const chosen = faults.filter(({ file, harm }) => `${file}: ${harm}`.includes(word));
  // A fault that cannot be planted any more would be a silent hole.
  const outdated = chosen.filter((fault) => !canBePlanted(fault));
  for (const { file, right } of outdated) console.log(`Not found once in ${file}: ${right}`);
  if (outdated.length > 0) return 1;
  const copies = Array.from({ length: Math.min(atOnce, chosen.length) }, makeCopy);
  try {
    const [first] = copies;
    if (first === undefined || !(await passes(first, everySuite))) {
      console.log('The unit tests fail, or there is no such fault: nothing can be learned.');
      return 1;
    }
    const queue = [...chosen];
    const survivors = (await Promise.all(copies.map((copy) => workOff(queue, copy)))).flat();
    const share = 1 - survivors.length / chosen.length;
    console.log(`\n${chosen.length} faults, ${survivors.length} survive.`);
    return share >= enough ? 0 : 1;
  } finally {
    for (const copy of copies) if (existsSync(copy)) rmSync(copy, { recursive: true, force: true });
  }
};

process.exit(await main(process.argv[2]));
