// Everything that taking over and giving back need, on a home folder of nobody's; our setting is a map. A death can be arranged at
// any step: from then on nothing of this life does anything any more, and another life goes on with what lies on disk.
import { chmodSync, chownSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { realClock } from '../../src/base/clock.ts';
import type { InputDefinition } from '../../src/core/inputs.ts';
import type { JsonObject } from '../../src/core/rpc.ts';
import type { FoundServer, SourceKind } from '../../src/core/sources.ts';
import type { EntryHome, TakenServer, TakeResult, TakeWish } from '../../src/core/takeOver.ts';
import { inEnglish } from '../../src/core/wording/english.ts';
import { GiveBack } from '../../src/sources/giveBack.ts';
import type { Addition, Exclusion, OwnEntries, Removal } from '../../src/sources/ownEntries.ts';
import { type SourcePlace } from '../../src/sources/places.ts';
import { sourceFileOf } from '../../src/sources/readSource.ts';
import { readText } from '../../src/sources/readText.ts';
import { settleTaken } from '../../src/sources/settleTaken.ts';
import { entriesOf, TakenBook, type TakenFile } from '../../src/sources/takenBook.ts';
import { TakeOver } from '../../src/sources/takeOver.ts';
import { aHome, aReader } from './home.ts';

class Death extends Error {}

/** Counts the steps of a life, and ends it before one of them. */
export class Fate {
  #steps: number;
  #isDead = false;

  constructor(steps = Number.POSITIVE_INFINITY) {
    this.#steps = steps;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  step(): void {
    if (this.#isDead || this.#steps <= 0) {
      this.#isDead = true;
      throw new Death('dead');
    }
    this.#steps -= 1;
  }
}

/** Our setting, which outlives every life. */
export class Shelf {
  readonly entries = new Map<string, JsonObject>();
  readonly inputs = new Set<string>();
  readonly #homes = new Map<string, EntryHome>();
  readonly log: string[] = [];
  /** What else happens when an entry comes or goes: a workspace file has our setting in it. */
  onChange: (name: string, entry: JsonObject | undefined) => void = () => undefined;
  /** What the editor says to every removal; null: nothing keeps it from writing. */
  refusal: { readonly beforehand: boolean; readonly reason: string } | null = null;

  in(fate: Fate, unreachable: readonly EntryHome['kind'][] = []): OwnEntries {
    return {
      reaches: ({ kind }) => !unreachable.includes(kind),
      homeOf: (name) => this.#homes.get(name) ?? null,
      newInputs: (_home: EntryHome, inputs: readonly InputDefinition[]) =>
        inputs.map(({ id }) => id).filter((id) => !this.inputs.has(id)),
      checkRemoval: async () => {
        if (this.refusal?.beforehand === true) throw new Error(this.refusal.reason);
      },
      add: async (home: EntryHome, { name, entry, inputs }: Addition) => {
        fate.step();
        if (this.entries.has(name)) throw new Error(`There is a server named "${name}" already.`);
        this.entries.set(name, entry);
        this.#homes.set(name, home);
        for (const { id } of inputs) this.inputs.add(id);
        this.log.push(`add ${name}`);
        this.onChange(name, entry);
        fate.step();
      },
      remove: async (_home: EntryHome, { name, inputs }: Removal) => {
        fate.step();
        if (this.refusal !== null) throw new Error(this.refusal.reason);
        this.entries.delete(name);
        this.#homes.delete(name);
        for (const id of inputs) this.inputs.delete(id);
        this.log.push(`remove ${name}`);
        this.onChange(name, undefined);
        fate.step();
      },
    };
  }
}

class MortalBook extends TakenBook {
  readonly #fate: Fate;

  constructor(folder: string, fate: Fate) {
    super({ folder, log: { warn: () => undefined } });
    this.#fate = fate;
  }

  override async save(files: readonly TakenFile[]): Promise<void> {
    this.#fate.step();
    await super.save(files);
    this.#fate.step();
  }
}

const oneAtATime = (): Exclusion => {
  let tail: Promise<unknown> = Promise.resolve();
  return {
    run: (_key, work) => {
      const result = tail.then(work);
      tail = result.catch(() => undefined);
      return result;
    },
  };
};

export const bridgeOf = (name: string): JsonObject => ({
  command: 'node',
  args: ['/home/me/.local/state/mcp-lifeline/bridge.js', name],
});

const ofEditor = new Set(['vscode-workspace', 'vscode-user']);

export interface Life {
  readonly book: TakenBook;
  readonly takeOver: TakeOver;
  readonly giveBack: GiveBack;
  settle(): Promise<void>;
}

export const aLife = (
  folder: string,
  shelf: Shelf,
  fate = new Fate(),
  unreachable: readonly EntryHome['kind'][] = [],
): Life => {
  const book = new MortalBook(join(folder, 'taken'), fate);
  const common = {
    clock: realClock,
    say: inEnglish,
    book,
    own: shelf.in(fate, unreachable),
    exclusion: oneAtATime(),
    limitOf: () => 4 * 2 ** 20,
    log: {
      debug: () => undefined,
      info: () => undefined,
      warn: () => undefined,
      error: () => undefined,
    },
  };
  const leave = ({ server, name }: TakeWish): JsonObject | null =>
    ofEditor.has(server.place.kind) ? null : bridgeOf(name);
  return {
    book,
    takeOver: new TakeOver({ ...common, leave }),
    giveBack: new GiveBack(common),
    settle: () => settleTaken(common),
  };
};

export const found = async (place: SourcePlace): Promise<readonly FoundServer[]> =>
  sourceFileOf(place, await readText(place.file), aReader(), null)?.servers ?? [];

export const wishFor = (server: FoundServer, more: Partial<TakeWish> = {}): TakeWish => ({
  server,
  home: { kind: 'user' },
  name: server.name,
  entry: server.entry,
  inputs: server.inputs,
  ...more,
});

export const takenIn = async ({
  book,
}: Life): Promise<readonly Pick<TakenServer, 'id' | 'name'>[]> =>
  (await book.load()).flatMap(entriesOf);

/** Gives back these; what somebody else put in their place is kept. Returns why not, where not. */
export const giveBackAll = async (
  { giveBack }: Life,
  ids: readonly string[],
): Promise<readonly string[]> => {
  const refusals: string[] = [];
  for (const plan of await giveBack.plan(ids)) {
    const reason = plan.kind === 'plan' ? await giveBack.give(plan) : plan.reason;
    if (reason !== null) refusals.push(reason);
  }
  return refusals;
};

export const read = (file: string): string => readFileSync(file, 'utf8');

export const reasonOf = (result: TakeResult): string =>
  result.kind === 'refused' ? result.reason : '';

const nobody = 65_534;

/**
 * Does this as somebody who may write everywhere in this home but in one folder of it. Rights alone mean nothing to root, who may
 * be running the tests.
 */
export const withoutRightsTo = async (
  folder: string,
  home: string,
  work: () => Promise<void>,
): Promise<void> => {
  const isRoot = process.getuid?.() === 0;
  const places = readdirSync(home, { recursive: true, encoding: 'utf8' });
  if (isRoot) for (const path of ['.', ...places]) chownSync(join(home, path), nobody, nobody);
  if (isRoot) chownSync(folder, 0, 0);
  chmodSync(folder, 0o555);
  if (isRoot) process.seteuid?.(nobody);
  try {
    await work();
  } finally {
    if (isRoot) process.seteuid?.(0);
    chmodSync(folder, 0o755);
  }
};

/** A home, our setting and a life for each test of a file. */
export class TakeStage {
  home = aHome();
  shelf = new Shelf();
  life = aLife(this.home.home, this.shelf);

  constructor() {
    this.home.remove();
    beforeEach(() => {
      this.home = aHome();
      this.shelf = new Shelf();
      this.life = aLife(this.home.home, this.shelf);
    });
    afterEach(() => this.home.remove());
  }

  place(kind: SourceKind, file: string, folder: string | null = null): SourcePlace {
    const projects = kind === 'claude-code' ? [this.home.folder] : [];
    return { kind, file, folder, projects };
  }

  async take(servers: readonly FoundServer[]): Promise<void> {
    const results = await this.life.takeOver.take(servers.map((server) => wishFor(server)));
    expect(results.map(reasonOf)).toEqual(servers.map(() => ''));
  }

  async takeNamed(place: SourcePlace, ...names: string[]): Promise<void> {
    await this.take((await found(place)).filter(({ name }) => names.includes(name)));
  }

  /** Returns why not, where not. */
  async giveNamed(...names: string[]): Promise<readonly string[]> {
    const taken = await takenIn(this.life);
    const ids = taken.filter(({ name }) => names.includes(name)).map(({ id }) => id);
    expect(ids).toHaveLength(names.length);
    return giveBackAll(this.life, ids);
  }

  get folder(): string {
    return join(this.home.home, 'taken');
  }
}
