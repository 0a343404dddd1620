// The book of what the user has allowed of workspaces' entries: hashes only, in the editor's own storage for this extension,
// outside every workspace. All windows share the file, so that it is read anew whenever it has changed. Free of `vscode`.
// Not here: what needs leave, and for what exactly it is given (core/approval.ts).
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod/mini';
import { type Disposable, Store } from '../base/disposable.ts';
import { during, Emitter, type Signal } from '../base/signal.ts';
import { type ApprovalContext, approvalKey, entryKey, needsApproval } from '../core/approval.ts';
import type { ServerDefinition } from '../core/settings.ts';
import { type Clock, every, type Millis } from '../base/clock.ts';
import type { Log } from '../runtime/ports.ts';

/** What is allowed of one entry of one workspace. Its name and place are hashed too: a list of projects is nobody's business. */
const allowedShape = z.object({ entry: z.string(), key: z.string(), at: z.number() });
const bookShape = z.object({ version: z.literal(1), allowed: z.array(allowedShape) });
type Allowed = z.infer<typeof allowedShape>;

/** The oldest go first: who has not opened a workspace for so long is asked again. */
const mostKept = 1000;

export interface Approvals {
  isAllowed(definition: ServerDefinition): boolean;
  /** `shown`: what the person was shown it with, where that is not what holds now. Throws where it cannot be kept. */
  allow(definitions: readonly ServerDefinition[], shown?: ApprovalContext): void;
  /** Forgets all leave that was ever given; returns for how many entries there was some. */
  revokeAll(): number;
  /** Also where another window has changed it. */
  onChange(listener: () => void): Disposable;
}

export interface ApprovalParts {
  /** The file of the book. */
  readonly path: string;
  readonly context: () => ApprovalContext;
  /** Whether there is an entry that needs leave: what other windows change is of interest only then. */
  readonly needed: Signal<boolean>;
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn'>;
}

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

/** What another window forgets must end here soon; a look costs next to nothing, and misses nothing on any file system. */
const lookEvery: Millis = 2_000;

const stampOf = (path: string): string => {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats ? `${stats.mtimeMs} ${stats.size} ${stats.ino}` : '';
};

export class ApprovalBook implements Approvals, Disposable {
  readonly #parts: ApprovalParts;
  readonly #store = new Store();
  readonly #changed = this.#store.add(new Emitter<void>());
  #told = '';
  #seen = '';
  #allowed: readonly Allowed[] = [];
  #hasWarned = false;

  constructor(parts: ApprovalParts) {
    this.#parts = parts;
    this.#store.add(during(parts.needed, () => this.#watch()));
  }

  isAllowed(definition: ServerDefinition): boolean {
    const context = this.#parts.context();
    if (!needsApproval(definition, context)) return true;
    const key = approvalKey(definition, context);
    return this.#read().some((allowed) => allowed.key === key);
  }

  allow(definitions: readonly ServerDefinition[], shown?: ApprovalContext): void {
    const context = shown ?? this.#parts.context();
    const at = this.#parts.clock.now();
    const fresh = definitions
      .filter((definition) => needsApproval(definition, context))
      .map((definition) => ({
        entry: entryKey(definition, context),
        key: approvalKey(definition, context),
        at,
      }));
    if (fresh.length === 0) return;
    const replaced = new Set(fresh.map(({ entry }) => entry));
    const others = this.#read().filter(({ entry }) => !replaced.has(entry));
    this.#write([...others, ...fresh].slice(-mostKept));
    this.#changed.emit();
  }

  revokeAll(): number {
    const { length } = this.#read();
    this.#write([]);
    this.#changed.emit();
    return length;
  }

  onChange(listener: () => void): Disposable {
    return this.#changed.on(listener);
  }

  dispose(): void {
    this.#store.dispose();
  }

  /** Whoever begins to need leave reads the book as it is then. */
  #watch(): Disposable {
    this.#told = this.#look();
    return every(this.#parts.clock, lookEvery, () => this.#tellOthers());
  }

  #look(): string {
    try {
      return stampOf(this.#parts.path);
    } catch {
      // Said when it is read.
      return 'unreadable';
    }
  }

  #tellOthers(): void {
    const stamp = this.#look();
    if (stamp === this.#told) return;
    this.#told = stamp;
    this.#changed.emit();
  }

  /** A book that cannot be read allows nothing: to be asked again is better than to be believed wrongly. */
  #read(): readonly Allowed[] {
    const { path, log } = this.#parts;
    try {
      const seen = stampOf(path);
      if (seen !== '' && seen === this.#seen) return this.#allowed;
      this.#allowed = bookShape.parse(JSON.parse(readFileSync(path, 'utf8'))).allowed;
      this.#seen = seen;
    } catch (error) {
      this.#allowed = [];
      this.#seen = '';
      if (codeOf(error) !== 'ENOENT' && !this.#hasWarned) {
        this.#hasWarned = true;
        log.warn(`What you have allowed cannot be read from ${path}, so you are asked again.`);
      }
    }
    return this.#allowed;
  }

  /** All of the new text or all of the old, whenever another window looks. */
  #write(allowed: readonly Allowed[]): void {
    const { path } = this.#parts;
    const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    try {
      writeFileSync(draft, JSON.stringify({ version: 1, allowed }), { mode: 0o600, flag: 'wx' });
      renameSync(draft, path);
      this.#told = this.#look();
    } catch (error) {
      rmSync(draft, { force: true });
      throw error;
    }
  }
}

/** Where the book lies in the storage that the editor gives this extension for all workspaces. */
export const approvalFile = 'allowed-servers.json';
