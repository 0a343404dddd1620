// One process of a port keeper, as its gateway sees it: how it is started, what is said to it and heard of it, and which of our connections
// it holds too. Not here: what it is for (portKeeper.ts), and what it does (keeperDuty.ts).
import { type ChildProcess, type SendHandle, spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { type Clock, type Millis, sleep } from '../base/clock.ts';
import { BegunMarks, showBegunAt } from './begun.ts';
import { begunDescriptor, type KeeperMessage, type KeeperNews } from './keeperWords.ts';
import { handleOf, isSharedHandle, socketOf } from './sharedSockets.ts';

/** A bare process is there in some 50 ms; who waits for our beginning or our end is not to wait longer than this. */
const patience: Millis = 1500;

/** What a bare Node needs of the environment; the rest, which may hold credentials, is none of its business. */
const needed = ['PATH', 'SystemRoot', 'TEMP', 'TMP', 'TMPDIR', 'HOME', 'USERPROFILE'] as const;

/** The program may be that of the editor, which runs scripts only when it is told to. */
export const keeperEnvironment = (own: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(needed.flatMap((name) => (own[name] ? [[name, own[name]]] : []))),
  ELECTRON_RUN_AS_NODE: '1',
});

const start = (script: string, marks: BegunMarks | null): ChildProcess => {
  const stdio: ('pipe' | 'ignore' | 'ipc' | number)[] = ['pipe', 'ignore', 'ignore', 'ipc'];
  // Nothing is ever said along its input: it ends when we do.
  stdio.splice(begunDescriptor, 0, marks?.descriptor ?? 'ignore');
  // Ctrl+C in a terminal, and the end of an editor, is for us.
  const apart = { detached: true, windowsHide: true };
  return spawn(process.execPath, [script], {
    ...{ ...apart, stdio },
    env: keeperEnvironment(process.env),
  });
};

export class KeeperProcess {
  readonly #clock: Clock;
  readonly #child: ChildProcess;
  readonly #marks: BegunMarks | null = BegunMarks.open();
  readonly #shared = new WeakSet<Socket>();
  /** Of the connections that we share: even ones, as the keeper has numbers of its own for those that it brings. */
  #next = 0;
  /** Of connections that have ended, for others. */
  readonly #free: number[] = [];
  #hasInherited = false;
  /** Resolves when it is there, or does not come. */
  readonly isReady: Promise<boolean>;

  /** `failed` is called where it cannot be started, with why. */
  constructor(script: string, clock: Clock, failed: (why: string) => void) {
    this.#clock = clock;
    this.#child = start(script, this.#marks);
    this.#child.once('error', ({ message }) => failed(message));
    // A channel that breaks is noticed by the end of the process.
    this.#child.on('disconnect', () => undefined);
    this.#child.stdin?.on('error', () => undefined);
    this.isReady = this.hears('ready');
    // It must not keep us alive.
    this.#child.unref();
    this.#child.channel?.unref();
    if (this.#child.stdin instanceof Socket) this.#child.stdin.unref();
  }

  get hasEnded(): boolean {
    const { exitCode, signalCode } = this.#child;
    return exitCode !== null || signalCode !== null;
  }

  /** Whether it knows which answers have begun. */
  get knowsBegun(): boolean {
    return this.#marks !== null;
  }

  tell(message: KeeperMessage, handle?: SendHandle): void {
    // One that has gone is noticed by its end.
    if (this.#child.connected)
      this.#child.send(message, handle, { keepOpen: true }, () => undefined);
  }

  /** Whether it says so, and in time. */
  async hears(kind: KeeperNews['kind']): Promise<boolean> {
    const limit = new AbortController();
    const answered = new Promise<boolean>((resolve) => {
      this.#child.on('message', (news: KeeperNews) => {
        if (news.kind === kind) resolve(true);
      });
      this.#child.once('error', () => resolve(false));
      this.#child.once('exit', () => resolve(false));
    });
    const late = sleep(this.#clock, patience, limit.signal).then(
      () => false,
      () => false,
    );
    const isSaid = await Promise.race([answered, late]);
    limit.abort();
    return isSaid;
  }

  /** Whether what comes from it keeps us alive. */
  keepsAlive(isSo: boolean): void {
    if (isSo) this.#child.channel?.ref();
    else this.#child.channel?.unref();
  }

  onCame(listener: (socket: Socket) => void): void {
    this.#child.on('message', (news: KeeperNews, handle: unknown) => {
      if (news.kind !== 'came' || !isSharedHandle(handle)) return;
      const socket = socketOf(handle, { allowHalfOpen: true });
      this.#watch(socket, news.id, () => undefined);
      listener(socket);
    });
  }

  onExit(listener: () => void): void {
    this.#child.once('exit', listener);
  }

  /** Has it hold this connection open too, once. */
  share(socket: Socket): void {
    const handle = this.#shared.has(socket) ? null : handleOf(socket);
    if (handle === null || socket.destroyed) return;
    const id = this.#free.pop() ?? this.#next;
    if (id === this.#next) this.#next += 2;
    this.tell({ kind: 'shared', id }, handle);
    this.#watch(socket, id, () => this.#free.push(id));
  }

  /** From now on what we close stands on there: it may have got a request that nobody has read yet. */
  letInherit(): void {
    this.#hasInherited = true;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Nothing is shown to it any more. */
  close(): void {
    this.#marks?.dispose();
  }

  #watch(socket: Socket, id: number, free: () => void): void {
    this.#shared.add(socket);
    const mark = this.#marks?.of(id);
    if (mark) showBegunAt(socket, mark);
    socket.once('close', () => {
      if (this.#hasInherited) return;
      this.tell({ kind: 'closed', id });
      mark?.clear();
      free();
    });
  }
}
