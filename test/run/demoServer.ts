// Keeps the demo server in an unquiet life: twenty seconds up, killed without a goodbye, two seconds down, up again.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { repository } from '../vscode/places.ts';

const upTime = 20_000;
const downTime = 2_000;

export interface Demo {
  readonly port: number;
  /** Tells of every start and end, as words. */
  onChange(listener: (words: string) => void): void;
  stop(): Promise<void>;
}

export const superviseDemo = (port: number): Demo => {
  const listeners: ((words: string) => void)[] = [];
  let child: ChildProcess | null = null;
  let timer: NodeJS.Timeout | undefined;
  let starts = 0;

  const tell = (words: string): void => {
    for (const listener of listeners) listener(words);
  };
  const start = (): void => {
    starts += 1;
    child = spawn(process.execPath, [join(repository, 'test', 'servers', 'demo.ts')], {
      env: { ...process.env, PORT: String(port) },
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    tell(`the demo server is started (${starts})`);
    timer = setTimeout(kill, upTime);
  };
  const kill = (): void => {
    child?.kill('SIGKILL');
    tell('the demo server is killed');
    timer = setTimeout(start, downTime);
  };

  start();
  return {
    port,
    onChange: (listener) => {
      listeners.push(listener);
    },
    stop: async () => {
      clearTimeout(timer);
      if (child === null || child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
};
