// The book of what was taken over: which entries of which files, and the files as they were, byte by byte, so that all of it can
// be given back. It holds credentials: a folder and files for their owner only. Written before anything is changed, so that a
// crash at any moment loses nothing. Not here: what is done to the files (takeOver.ts, giveBack.ts).
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { sourceKinds } from '../core/sources.ts';
import type { Log } from '../runtime/ports.ts';
import { FileTrouble } from './sourceBytes.ts';

const anObject = z.record(z.string(), z.unknown());

const homeShape = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('user') }),
  z.object({ kind: z.literal('folder'), folder: z.string() }),
  z.object({ kind: z.literal('workspace'), file: z.string() }),
]);

const partShape = z.object({
  id: z.string(),
  /** Of the entry in our setting. */
  name: z.string(),
  path: z.array(z.string()),
  leave: z.nullable(anObject),
  home: homeShape,
  /** The entry in our setting, where it was made for this; null where it was there already. */
  entry: z.nullable(anObject),
  /** Ids of inputs that were added for it; none that the user had before. */
  inputs: z.array(z.string()),
  /** `taking`, `returning`: we are at it, or died over it. */
  phase: z.enum(['taking', 'taken', 'returning']),
  at: z.number(),
});

const layerShape = z.object({
  /** Name of the file that holds the bytes from before. */
  backup: z.string().check(z.regex(/^[\w-]+\.bak$/)),
  left: z.string(),
  /** What the file will be once the change that is under way has been made. */
  next: z.nullable(z.string()),
  /** The file's rights, for the case that it has to be made anew. Books from before do not have them. */
  mode: z.optional(z.number()),
  parts: z.array(partShape),
});

const fileShape = z.object({
  file: z.string(),
  kind: z.enum(sourceKinds),
  layers: z.array(layerShape),
});

const bookShape = z.object({ version: z.literal(1), files: z.array(fileShape) });

export type TakenEntry = z.infer<typeof partShape>;
export type TakenLayer = z.infer<typeof layerShape>;
export type TakenFile = z.infer<typeof fileShape>;

/** More than anybody has; each of them may hold a whole file. */
export const mostTaken = 200;

const ownerFolder = 0o700;
const ownerFile = 0o600;
const bookName = 'taken.json';
const asideEnd = '.unreadable';

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

export interface BookParts {
  /** A folder that belongs to this alone. */
  readonly folder: string;
  readonly log: Pick<Log, 'warn'>;
}

export class TakenBook {
  readonly #parts: BookParts;

  constructor(parts: BookParts) {
    this.#parts = parts;
  }

  get path(): string {
    return join(this.#parts.folder, bookName);
  }

  /**
   * A book that cannot be understood is set aside, with everything that it leads to, and never written over. Rejects by
   * `FileTrouble` where it cannot be read just now: then nobody knows what is in it.
   */
  async load(): Promise<readonly TakenFile[]> {
    const text = await this.#text();
    if (text === null) return [];
    try {
      return bookShape.parse(JSON.parse(text)).files;
    } catch {
      await this.#setAside();
      return [];
    }
  }

  async save(files: readonly TakenFile[]): Promise<void> {
    const used = files.map(withoutEmpty).filter(({ layers }) => layers.length > 0);
    await this.#write(bookName, JSON.stringify({ version: 1, files: used }));
  }

  async keep(bytes: Buffer): Promise<string> {
    const name = `${randomBytes(8).toString('hex')}.bak`;
    await this.#write(name, bytes);
    return name;
  }

  read(backup: string): Promise<Buffer> {
    return readFile(join(this.#parts.folder, backup));
  }

  pathOf(backup: string): string {
    return join(this.#parts.folder, backup);
  }

  /** Removes what no layer leads to: a death leaves it behind. Nothing at all where a book that was set aside may lead to it. */
  async sweep(files: readonly TakenFile[]): Promise<void> {
    const used = new Set(files.flatMap(({ layers }) => layers.map(({ backup }) => backup)));
    const names = await readdir(this.#parts.folder).catch(() => []);
    if (names.some((name) => name.endsWith(asideEnd))) return;
    await this.forget(names.filter((name) => name.endsWith('.bak') && !used.has(name)));
  }

  /** What no layer leads to any more. */
  async forget(backups: readonly string[]): Promise<void> {
    await Promise.all(
      backups.map((backup) => rm(join(this.#parts.folder, backup), { force: true })),
    );
  }

  /** Null: there is none. */
  async #text(): Promise<string | null> {
    try {
      return await readFile(this.path, 'utf8');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null;
      throw new FileTrouble('no-book', codeOf(error));
    }
  }

  async #setAside(): Promise<void> {
    const aside = `${this.path}.${randomBytes(4).toString('hex')}${asideEnd}`;
    try {
      await rename(this.path, aside);
    } catch (error) {
      throw new FileTrouble('no-book', codeOf(error));
    }
    this.#parts.log.warn(
      `What was taken over cannot be read and is set aside as ${aside}; the files from before lie beside it.`,
    );
  }

  async #write(name: string, content: string | Buffer): Promise<void> {
    const { folder } = this.#parts;
    await mkdir(folder, { recursive: true, mode: ownerFolder });
    if (process.platform !== 'win32') await chmod(folder, ownerFolder);
    const path = join(folder, name);
    const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`;
    try {
      const handle = await open(draft, 'wx', ownerFile);
      try {
        await handle.writeFile(content);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(draft, path);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  }
}

const withoutEmpty = (page: TakenFile): TakenFile => ({
  ...page,
  layers: page.layers.filter(({ parts }) => parts.length > 0),
});

export const entriesOf = ({ layers }: TakenFile): readonly TakenEntry[] =>
  layers.flatMap(({ parts }) => parts);

export const fileOf = (files: readonly TakenFile[], file: string): TakenFile | undefined =>
  files.find((one) => one.file === file);

/** The same book with another page for this file. */
export const withFile = (files: readonly TakenFile[], page: TakenFile): readonly TakenFile[] => [
  ...files.filter(({ file }) => file !== page.file),
  page,
];
