// Starts the process of a stdio server and makes a link to it. The process before, if it is still ending, is waited for:
// two of one server would quarrel over its port, its database or its browser profile.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { ConnectionError, wordedFailure } from '../../core/connection/failure.ts';
import type { StdioServer } from '../../core/settings.ts';
import { unsaid } from '../../core/wording/unsaid.ts';
import type { Dialer, LinkEvents, Log } from '../../runtime/ports.ts';
import { failureOfSpawn, missingFolder } from './exits.ts';
import { type Launch, launchOf } from './launch.ts';
import { ProcessTree, treeOptions } from './processTree.ts';
import type { ServerProcesses } from './serverProcesses.ts';
import { StdioLink } from './stdioLink.ts';

export interface StdioDialerDeps {
  readonly server: StdioServer;
  readonly processes: ServerProcesses;
  /** Where a program starts whose entry names no `cwd`, and what a relative one is meant from. */
  readonly folder: () => string;
  readonly maxMessageBytes: number;
  readonly clock: Clock;
  readonly log: Log;
}

const isFile = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

const start = ({ command, args, env, cwd, verbatim }: Launch): ChildProcessWithoutNullStreams =>
  spawn(command, args, {
    ...treeOptions,
    cwd,
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsVerbatimArguments: verbatim,
  });

/** Resolves when the program runs; rejects when there is none to run. */
const spawned = (child: ChildProcessWithoutNullStreams): Promise<void> =>
  new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    // Stays: a process that cannot be signalled tells so here, and nobody else would listen.
    child.on('error', reject);
  });

const cancelled = (): ConnectionError =>
  new ConnectionError(wordedFailure('cancelled', unsaid('Given up by us.')));

class StdioDialer implements Dialer {
  readonly #deps: StdioDialerDeps;
  readonly #endings = new Set<Promise<void>>();

  constructor(deps: StdioDialerDeps) {
    this.#deps = deps;
  }

  async dial(_session: unknown, events: LinkEvents, signal: AbortSignal): Promise<StdioLink> {
    const { server, processes, maxMessageBytes, clock, log } = this.#deps;
    await Promise.all(this.#endings);
    const launch = await this.#launch();
    if (signal.aborted || processes.isOver) throw cancelled();
    const { child, tree } = await this.#start(launch);
    log.info(`Started ${basename(server.command)} as process ${tree.pid}.`);
    const secrets = Object.values(server.env).filter((value) => value !== null);
    const end = (): Promise<void> => this.#end(tree);
    return new StdioLink({ child, tree, end, secrets, maxMessageBytes, clock, log }, events);
  }

  async #launch(): Promise<Launch> {
    const { server, folder } = this.#deps;
    const { platform, env } = process;
    const launch = launchOf(server, { platform, env, folder: folder(), isFile });
    // A missing folder is told by the system as a missing program.
    if (!(await isFolder(launch.cwd))) throw new ConnectionError(missingFolder());
    return launch;
  }

  async #start(launch: Launch): Promise<{
    readonly child: ChildProcessWithoutNullStreams;
    readonly tree: ProcessTree;
  }> {
    const { server, processes, clock } = this.#deps;
    try {
      const child = start(launch);
      const running = spawned(child);
      const tree = child.pid === undefined ? null : new ProcessTree(child, child.pid, clock);
      if (tree) processes.add(tree);
      await running;
      if (tree) return { child, tree };
      throw new Error('The system gave the process no number.');
    } catch (error) {
      throw new ConnectionError(failureOfSpawn(server.command, error), error);
    }
  }

  async #end(tree: ProcessTree): Promise<void> {
    const ending = this.#deps.processes.end(tree);
    this.#endings.add(ending);
    await ending;
    this.#endings.delete(ending);
  }
}

export const stdioDialer = (deps: StdioDialerDeps): Dialer => new StdioDialer(deps);
