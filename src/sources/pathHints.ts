// Tells that something happened on the way to a file: to the file itself, to the folder it is in, or to the nearest folder
// that exists already where those are yet to come. Hints only: one may be missing (network drives, a replaced folder), so
// whoever listens looks for himself now and then. Not here: what became of the file.
import { type FSWatcher, type Stats, watch } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { type Disposable, Store, toDisposable } from '../base/disposable.ts';

/** A folder to listen to, and the name in it that matters. */
interface Post {
  readonly folder: string;
  readonly name: string;
  /** Another folder of the same name is another one. */
  readonly identity: string;
}

const statsOf = async (path: string): Promise<Stats | null> => {
  try {
    return await stat(path);
  } catch {
    // Not there, or not for us: for listening it is the same.
    return null;
  }
};

/** The nearest folder above `path` that exists, and the next name on the way down. */
const postAbove = async (path: string): Promise<Post | null> => {
  const folder = dirname(path);
  const stats = await statsOf(folder);
  if (stats?.isDirectory())
    return { folder, name: basename(path), identity: `${stats.dev}:${stats.ino}` };
  return folder === path ? null : postAbove(folder);
};

/** Where a link leads to; null where it is none, or leads nowhere. */
const targetOf = async (path: string): Promise<string | null> => {
  try {
    const target = await realpath(path);
    return target === path ? null : target;
  } catch {
    return null;
  }
};

const keyOf = ({ folder, name, identity }: Post): string =>
  JSON.stringify([folder, name, identity]);

/** Some file systems do not tell upper case from lower case, and none has two files that differ in nothing else. */
const isSameName = (one: string, other: string): boolean =>
  one.toLowerCase() === other.toLowerCase();

export class PathHints implements Disposable {
  readonly #path: string;
  readonly #onHint: () => void;
  readonly #store = new Store();
  readonly #watchers = new Map<string, Disposable>();

  constructor(path: string, onHint: () => void) {
    this.#path = path;
    this.#onHint = onHint;
  }

  /** Listens where it matters now. To be called before each look, since folders come and go. Never rejects. */
  async arm(): Promise<void> {
    const target = await targetOf(this.#path);
    const found = await Promise.all([
      postAbove(this.#path),
      target === null ? null : postAbove(target),
    ]);
    if (this.#store.isDisposed) return;
    const posts = new Map(
      found.filter((post) => post !== null).map((post) => [keyOf(post), post] as const),
    );
    for (const [key, watcher] of [...this.#watchers]) {
      if (posts.has(key)) continue;
      this.#watchers.delete(key);
      this.#store.drop(watcher);
    }
    for (const [key, post] of posts) {
      if (!this.#watchers.has(key)) this.#listen(key, post);
    }
  }

  dispose(): void {
    this.#watchers.clear();
    this.#store.dispose();
  }

  #listen(key: string, { folder, name }: Post): void {
    const watcher = this.#open(folder, name);
    if (watcher === null) return;
    const end = this.#store.add(toDisposable(() => watcher.close()));
    this.#watchers.set(key, end);
    // The folder went away, or the system has no more to give: what is looked at now and then goes on without it.
    watcher.on('error', () => {
      if (this.#watchers.get(key) === end) this.#watchers.delete(key);
      this.#store.drop(end);
      this.#onHint();
    });
  }

  #open(folder: string, name: string): FSWatcher | null {
    try {
      return watch(folder, (_event, changed) => {
        if (changed === null || isSameName(changed, name)) this.#onHint();
      });
    } catch {
      // No more watchers to be had (Linux has a limit per user), or the folder just went away.
      return null;
    }
  }
}
