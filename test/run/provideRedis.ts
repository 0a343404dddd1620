// Gets a Redis server onto a Debian machine, for the tests of the event store. Not here: starting it (support/redisServer.ts).
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { redisPath } from '../support/redisServer.ts';

const debianPackage = 'redis-server';

const aptGet = (args: readonly string[]): void => {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const result = spawnSync('apt-get', args, { encoding: 'utf8', env });
  if (result.status === 0) return;
  throw new Error(`apt-get ${args.join(' ')} failed.\n${result.stdout}\n${result.stderr}`);
};

/** Makes sure that there is a Redis server; throws with what to do when there can be none. */
export const provideRedis = (say: (line: string) => void): void => {
  if (redisPath() !== undefined) return;
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) {
    throw new Error(
      `The tests of the event store need a Redis or Valkey server: on Debian, "apt-get install ${debianPackage}"; ` +
        'elsewhere, name its program in REDIS_SERVER_PATH.',
    );
  }
  say(`Installing ${debianPackage}…`);
  aptGet(['update']);
  aptGet(['install', '-y', '--no-install-recommends', debianPackage]);
};
