// The end of server processes: in order, with everything that they started, and whatever becomes of us.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { killPlan } from '../../../src/mcp/stdio/killPlan.ts';
import { nodePath, projectRoot } from '../../support/serverProcess.ts';
import { Heard, newSession } from '../linkRig.ts';
import {
  aLedger,
  aStdioServer,
  ask,
  crashingScript,
  dialled,
  dialerOf,
  lives,
  shake,
  textOf,
  untilGone,
  untilTrue,
} from './stdioRig.ts';

const quoted = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(' ');
const server = quoted([nodePath, crashingScript]);

/** A shell that starts the real server and stays, as npx and uvx do; `trap` holds it back from ending by signals. */
const wrapped = (script: string, env: Record<string, string> = {}) =>
  aStdioServer({ command: '/bin/sh', args: ['-c', script], env });

/** Both processes of a wrapped server. */
const family = async (definition: ReturnType<typeof aStdioServer>) => {
  const rig = await dialled(definition);
  await shake(rig.link);
  const inner = Number(textOf(await ask(rig.link, 'pid')));
  expect(inner).not.toBe(rig.pid);
  expect([lives(rig.pid), lives(inner)]).toEqual([true, true]);
  return { ...rig, outer: rig.pid, inner };
};

describe('[clean-exit] closing a link', () => {
  test('ends a server that ends with its input, without a signal', async () => {
    const { link, pid, log } = await dialled();
    await shake(link);
    await link.close(true);
    expect(lives(pid)).toBe(false);
    expect(log.has('SIG')).toBe(false);
  });

  test('ends the server behind a wrapper as well', async () => {
    const { link, outer, inner } = await family(wrapped(`${server}; exit $?`));
    await link.close(false);
    expect([lives(outer), lives(inner)]).toEqual([false, false]);
  });

  test('ends a server behind a wrapper that ignores the end of its input', async () => {
    const { link, outer, inner } = await family(wrapped(`${server}; exit $?`, { IGNORE: 'end' }));
    await link.close(false);
    expect([lives(outer), lives(inner)]).toEqual([false, false]);
  });

  test('ends a server behind a wrapper that ignores SIGTERM too', async () => {
    const script = `trap '' TERM; ${server}; exit $?`;
    const { link, outer, inner } = await family(wrapped(script, { IGNORE: 'term' }));
    await link.close(false);
    expect([lives(outer), lives(inner)]).toEqual([false, false]);
  });

  // Only Linux tells who started whom.
  test.runIf(process.platform === 'linux')('ends a real npx with its server', async () => {
    const npx = join(nodePath, '..', 'npx');
    const command = existsSync(npx) ? npx : 'npx';
    const args = ['--no-install', 'mcp-server-everything', 'stdio'];
    const { link, log } = await dialled(aStdioServer({ command, args, cwd: projectRoot }));
    await shake(link);
    const [outer = 0] = log.pids;
    const members = processGroup(outer);
    expect(members.length).toBeGreaterThan(1);
    await link.close(false);
    expect(members.filter(lives)).toEqual([]);
  });
});

describe('[stdio-supervised] a wrapper that dies', () => {
  test('takes its server along, and is a loss', async () => {
    const { heard, outer, inner } = await family(wrapped(`${server}; exit $?`, { IGNORE: 'end' }));
    process.kill(outer, 'SIGKILL');
    await untilTrue(() => heard.losses.length > 0);
    expect(heard.losses).toMatchObject([{ kind: 'process-exited' }]);
    await untilGone(inner);
  });
});

describe('a new process', () => {
  test('starts only when the one before it is gone', async () => {
    const ledger = aLedger();
    const env = { IGNORE: 'end', LEDGER: ledger.file };
    const { dialer, log } = dialerOf(aStdioServer({ env }));
    const dial = () => dialer.dial(newSession, new Heard(), new AbortController().signal);
    const first = await dial();
    await shake(first);
    const closing = first.close(false);
    const second = await dial();
    const [one = 0, two = 0] = log.pids;
    expect([lives(one), lives(two)]).toEqual([false, true]);
    await closing;
    await second.close(false);
  });

  test('is not started for an attempt that was given up', async () => {
    const { dialer, log } = dialerOf(aStdioServer());
    const dialling = dialer.dial(newSession, new Heard(), AbortSignal.abort());
    await expect(dialling).rejects.toMatchObject({ failure: { kind: 'cancelled' } });
    expect(log.pids).toEqual([]);
  });
});

describe('all processes of the window', () => {
  test('are ended in order together, and none is started any more', async () => {
    const { dialer, processes, log } = dialerOf(aStdioServer({ env: { IGNORE: 'end' } }));
    const dial = () => dialer.dial(newSession, new Heard(), new AbortController().signal);
    await Promise.all((await Promise.all([dial(), dial(), dial()])).map(shake));
    await processes.stop();
    expect(log.pids.map(lives)).toEqual([false, false, false]);
    await expect(dial()).rejects.toMatchObject({ failure: { kind: 'cancelled' } });
  });

  test('are ended at once when there is no time left', async () => {
    const { dialer, processes, log } = dialerOf(aStdioServer({ env: { IGNORE: 'term' } }));
    const link = await dialer.dial(newSession, new Heard(), new AbortController().signal);
    await shake(link);
    processes.dispose();
    await untilGone(log.pids[0] ?? 0);
  });
});

describe('the extension host', () => {
  /** A process that holds a link to a wrapped server, as the extension host does; it prints the pids. */
  const host = async (env: Record<string, string>): Promise<[ChildProcess, number[]]> => {
    const child = spawn(nodePath, [join(import.meta.dirname, 'hostChild.ts')], {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    return [child, JSON.parse(line.toString()) as number[]];
  };

  test('that is killed outright leaves no server behind', async () => {
    const [child, pids] = await host({});
    expect(pids.map(lives)).toEqual([true, true]);
    child.kill('SIGKILL');
    await Promise.all(pids.map(untilGone));
  });

  test('that exits without a goodbye leaves none either, not even one that ignores its input', async () => {
    const [child, pids] = await host({ SERVER_IGNORES: 'term' });
    expect(pids.map(lives)).toEqual([true, true]);
    child.stdin?.end('exit\n');
    await Promise.all(pids.map(untilGone));
  });
});

describe('the plan to end a process', () => {
  test('goes to its whole group on POSIX', () => {
    const system = { platform: 'linux', systemRoot: undefined } as const;
    expect(killPlan(7, false, system)).toEqual({ kind: 'signal', target: -7, signal: 'SIGTERM' });
    expect(killPlan(7, true, system)).toEqual({ kind: 'signal', target: -7, signal: 'SIGKILL' });
  });

  test('goes to its whole tree on Windows, by the program of the system itself', () => {
    const system = { platform: 'win32', systemRoot: 'D:\\Win' } as const;
    const file = 'D:\\Win\\System32\\taskkill.exe';
    expect(killPlan(7, false, system)).toEqual({
      kind: 'command',
      file,
      args: ['/PID', '7', '/T'],
    });
    expect(killPlan(7, true, system)).toEqual({
      kind: 'command',
      file,
      args: ['/PID', '7', '/T', '/F'],
    });
  });
});

/** The processes of the group that `leader` leads, by what Linux tells. */
function processGroup(leader: number): number[] {
  const children = (pid: number): number[] => {
    const path = `/proc/${pid}/task/${pid}/children`;
    const found = existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
    return found === '' ? [] : found.split(' ').map(Number);
  };
  const all = (pid: number): number[] => [pid, ...children(pid).flatMap(all)];
  return all(leader);
}
