// One window of several that share a vault and a folder: asks for the header of the server given, when it is told to, and prints it.
import { once } from 'node:events';
import { realClock } from '../../../src/base/clock.ts';
import type { HttpServer } from '../../../src/core/settings.ts';
import { Authorizers } from '../../../src/mcp/auth/authorizers.ts';
import { StoreMutex } from '../../../src/store/mutex.ts';
import { fileVault } from '../../support/fileVault.ts';

const [, , folder = '', vault = '', definition = ''] = process.argv;
const silence = (): void => undefined;
const log = { debug: silence, info: silence, warn: console.error, error: console.error };
const mutex = new StoreMutex({ folder, clock: realClock, log });
const authorizers = new Authorizers({
  vault: fileVault(vault),
  mutex,
  landings: { editor: null, loopback: () => Promise.reject(new Error('Nobody is here.')) },
  clock: realClock,
  logOf: () => log,
  secrets: { add: silence },
});
const authorizer = authorizers.of(JSON.parse(definition) as HttpServer);
console.log('ready');
await once(process.stdin, 'data');
console.log((await authorizer?.header()) ?? 'none');
authorizers.dispose();
mutex.dispose();
process.exit(0);
