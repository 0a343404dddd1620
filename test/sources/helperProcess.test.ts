// One run of a command line: its time limit, and children that outlive it.
import { expect, test } from 'vitest';
import { realClock } from '../../src/base/clock.ts';
import { unsaid } from '../../src/core/wording/unsaid.ts';
import { runHelper } from '../../src/sources/helperProcess.ts';
import { aFolder } from './resolveRig.ts';

const limits = { clock: realClock, time: 10_000, stdoutBytes: 1000 };
const signal = new AbortController().signal;
const env = { PATH: process.env['PATH'] };
// The command lines are for a POSIX shell.
const isWindows = process.platform === 'win32';

test.skipIf(isWindows)('a command that does not end is ended', async () => {
  const command = { line: 'sleep 60', cwd: aFolder(), env };
  expect(await runHelper(command, { ...limits, time: 100 }, signal)).toEqual({
    kind: 'failed',
    reason: unsaid('It did not end within {0} s.', 0.1),
    stderr: '',
  });
});

test.skipIf(isWindows)(
  'a child that keeps the pipe open does not keep the answer back, and ends too',
  async () => {
    const command = { line: 'echo done; sleep 60 &', cwd: aFolder(), env };
    expect(await runHelper(command, limits, signal)).toMatchObject({
      kind: 'printed',
      stdout: 'done\n',
    });
  },
);

test.skipIf(isWindows)('a folder that is not there is a failure like any other', async () => {
  const command = { line: 'echo', cwd: '/nowhere/at/all', env };
  expect(await runHelper(command, limits, signal)).toMatchObject({
    kind: 'failed',
    reason: unsaid('It could not be started.'),
  });
});

test.skipIf(isWindows)('a command that is killed is a failure', async () => {
  const command = { line: 'kill -9 $$', cwd: aFolder(), env };
  expect(await runHelper(command, limits, signal)).toMatchObject({
    reason: unsaid('It was ended by {0}.', 'SIGKILL'),
  });
});

test.skipIf(isWindows)('what was given up before it began is given up', async () => {
  const command = { line: 'sleep 60', cwd: aFolder(), env };
  expect(await runHelper(command, limits, AbortSignal.abort())).toMatchObject({
    reason: unsaid('It was given up.'),
  });
});
