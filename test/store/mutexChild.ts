// One window that takes a key of the mutex in the folder given, says so, and holds it until it is killed.
import { realClock } from '../../src/base/clock.ts';
import { StoreMutex } from '../../src/store/mutex.ts';

const [, , folder = '', key = ''] = process.argv;
const silence = (): void => undefined;
const log = { debug: silence, info: silence, warn: silence, error: silence };
const mutex = new StoreMutex({ folder, clock: realClock, log });

await mutex.run(key, async () => {
  console.log('held');
  await new Promise((resolve) => process.stdin.once('end', resolve).resume());
});
mutex.dispose();
