// What every script of this project does first, under any Node from 18 on and with nothing installed: install the
// packages of the lock file when they are not there, and go on under Node 24. Not here: what the scripts do then.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const wantedMajor = 24;
const repository = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const modules = join(repository, 'node_modules');

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** The lock file knows no checksum of some packages for other platforms. */
const hasSame = (found, wanted) => wanted === undefined || found === wanted;

/** Npm keeps its own record of what it installed; it must agree with the lock file, save for other platforms' packages. */
const isInstalled = () => {
  const record = join(modules, '.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = readJson(record).packages;
  const wanted = Object.entries(readJson(join(repository, 'package-lock.json')).packages);
  return wanted.every(([path, entry]) => {
    if (path === '') return true;
    const found = installed[path];
    if (found === undefined) return entry.optional === true;
    return found.version === entry.version && hasSame(found.integrity, entry.integrity);
  });
};

const install = () => {
  console.log('Installing the packages of package-lock.json…');
  const options = { cwd: repository, stdio: 'inherit', shell: process.platform === 'win32' };
  const result = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], options);
  if (result.status !== 0) fail('npm ci failed; its own words are above.');
};

const fail = (text) => {
  console.error(text);
  process.exit(1);
};

/** Node 24 comes as an optional package for Linux and Windows; elsewhere the machine's own has to serve. */
const packagedNode = () => {
  const binary = process.platform === 'win32' ? 'node.exe' : 'node';
  const folder = readdirSync(modules).find((name) => /^node-(linux|win|darwin)-/.test(name));
  const path = folder === undefined ? null : join(modules, folder, 'bin', binary);
  return path !== null && existsSync(path) ? path : null;
};

const isNewEnough = () => Number(process.versions.node.split('.')[0]) >= wantedMajor;

/** Starts the same script again under another Node and ends as it ends. Never returns. */
const runAgainWith = (node) => {
  const env = { ...process.env, PATH: dirname(node) + delimiter + (process.env.PATH ?? '') };
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit', env });
  // Ctrl-C reaches the child by itself; this process only waits for it to finish its goodbye.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code, signal) => process.exit(signal === null ? code : 1));
  return new Promise(() => undefined);
};

/** Resolves under Node 24 with everything installed; the working directory is then the repository. */
export const prepare = async () => {
  if (!isInstalled()) install();
  if (!isNewEnough()) {
    const node = packagedNode();
    if (node !== null) await runAgainWith(node);
    fail(
      `This needs Node ${wantedMajor} or newer; the one on the path is ${process.versions.node}, and there is no ` +
        `packaged one for ${process.platform}-${process.arch}. Install Node ${wantedMajor} and try again.`,
    );
  }
  process.chdir(repository);
};
