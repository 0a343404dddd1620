// Every server process of this window, so that none outlives it: ended in order by `stop`, at once by `dispose`, and at
// once as well when the extension host exits without either. When the host is killed outright nothing of ours
// runs any more; then the servers see their input close.
import process from 'node:process';
import type { Disposable } from '../../base/disposable.ts';
import type { ProcessTree } from './processTree.ts';

export class ServerProcesses implements Disposable {
  readonly #trees = new Set<ProcessTree>();
  #disposed = false;

  constructor() {
    process.on('exit', this.#killAll);
  }

  /** Nothing may be started any more. */
  get isOver(): boolean {
    return this.#disposed;
  }

  add(tree: ProcessTree): void {
    this.#trees.add(tree);
    if (this.#disposed) tree.kill();
  }

  /** Ends a tree in order and forgets it. */
  async end(tree: ProcessTree): Promise<void> {
    await tree.end();
    this.#trees.delete(tree);
  }

  /** Ends all in order; takes less than five seconds. */
  async stop(): Promise<void> {
    this.#disposed = true;
    await Promise.all([...this.#trees].map((tree) => tree.end()));
  }

  dispose(): void {
    this.#disposed = true;
    this.#killAll();
    process.off('exit', this.#killAll);
  }

  readonly #killAll = (): void => {
    for (const tree of this.#trees) tree.kill();
  };
}
