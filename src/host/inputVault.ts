// What the user has entered for `${input:id}`, and for environment variables that are not set: kept in the editor's secret storage,
// apart for the user's own entries and for those of each workspace, so that no workspace gets what was meant for another place.
// Free of `vscode`. Not here: asking (enterValues.ts) and filling in (sources).
import * as z from 'zod/mini';
import { type Disposable, Store } from '../base/disposable.ts';
import { Emitter } from '../base/signal.ts';
import type { InputDefinition } from '../core/inputs.ts';
import type { Origin } from '../core/settings.ts';
import { sha256 } from '../core/sha256.ts';
import { missingName } from '../core/variables.ts';
import type { Answer, InputAnswers, Wanted } from '../runtime/inputAnswers.ts';
import type { Log } from '../runtime/ports.ts';
import type { EditorSecrets } from './tokenVault.ts';

/** Whose entries the value is for. */
export type Owner = 'user' | 'workspace';

export interface Kept {
  readonly owner: Owner;
  /** As it stands in the entries: `${input:id}`. */
  readonly name: string;
}

export interface InputVaultParts {
  readonly secrets: EditorSecrets;
  /** Tells this workspace from others. */
  readonly workspace: string;
  readonly inputs: () => readonly InputDefinition[];
  readonly log: Pick<Log, 'warn'>;
}

type Values = Readonly<Record<string, string>>;
const valuesShape = z.record(z.string(), z.string());

/** What a person enters by hand is shorter. */
export const longestValue = 64 * 1024;
const mostValues = 500;

const ownerOf = (scope: Origin['scope']): Owner =>
  scope === 'workspace' || scope === 'folder' ? 'workspace' : 'user';

const owners: readonly Owner[] = ['user', 'workspace'];

const parse = (text: string | undefined): Values => {
  if (text === undefined) return {};
  try {
    const read = valuesShape.safeParse(JSON.parse(text));
    return read.success ? read.data : {};
  } catch {
    // Nobody else writes there; what is broken is asked for again.
    return {};
  }
};

export class InputVault implements InputAnswers, Disposable {
  readonly #parts: InputVaultParts;
  readonly #keys: Readonly<Record<Owner, string>>;
  readonly #store = new Store();
  readonly #changed = this.#store.add(new Emitter<void>());
  /** What could not be kept: it is good for this life of the window. */
  readonly #here = new Map<Owner, Values>();
  /** One change at a time, or two would forget each other's value. */
  #last: Promise<unknown> = Promise.resolve();
  #isTold = false;

  constructor(parts: InputVaultParts) {
    this.#parts = parts;
    this.#keys = {
      user: 'inputs.user',
      workspace: `inputs.workspace.${sha256(parts.workspace)}`,
    };
    this.#store.add(
      parts.secrets.onDidChange(({ key }) => {
        if (owners.some((owner) => this.#keys[owner] === key)) this.#changed.emit();
      }),
    );
  }

  /** Something was entered or forgotten, in this window or another one. */
  onChange(listener: () => void): Disposable {
    return this.#changed.on(listener);
  }

  async answer(wanted: Wanted, scope: Origin['scope']): Promise<Answer | undefined> {
    const values = await this.#read(ownerOf(scope));
    const name = missingName(wanted);
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    return value === undefined ? undefined : { value, isSecret: !this.#isOpen(wanted) };
  }

  give(wanted: Wanted, scope: Origin['scope'], value: string): Promise<void> {
    const name = missingName(wanted);
    return this.#change(ownerOf(scope), (values) => {
      const others = Object.entries(values).filter(([key]) => key !== name);
      return Object.fromEntries([...others.slice(1 - mostValues), [name, value]]);
    });
  }

  /** Names only. */
  async kept(): Promise<readonly Kept[]> {
    const lists = await Promise.all(
      owners.map(async (owner) =>
        Object.keys(await this.#read(owner)).map((name) => ({ owner, name })),
      ),
    );
    return lists.flat();
  }

  async forget(kept: readonly Kept[]): Promise<void> {
    for (const owner of owners) {
      const names = new Set(kept.filter((one) => one.owner === owner).map(({ name }) => name));
      const without = (values: Values): Values =>
        Object.fromEntries(Object.entries(values).filter(([name]) => !names.has(name)));
      if (names.size > 0) await this.#change(owner, without);
    }
  }

  dispose(): void {
    this.#store.dispose();
  }

  /** One of a list that the settings show to everybody. */
  #isOpen(wanted: Wanted): boolean {
    if (wanted.kind !== 'input') return false;
    return this.#parts.inputs().find(({ id }) => id === wanted.id)?.kind === 'pickString';
  }

  async #read(owner: Owner): Promise<Values> {
    const here = this.#here.get(owner);
    if (here) return here;
    try {
      return parse(await this.#parts.secrets.get(this.#keys[owner]));
    } catch {
      this.#complain();
      return {};
    }
  }

  async #change(owner: Owner, change: (values: Values) => Values): Promise<void> {
    const write = async (): Promise<void> => {
      const after = change(await this.#read(owner));
      await this.#write(owner, after);
      this.#changed.emit();
    };
    this.#last = this.#last.then(write);
    await this.#last;
  }

  async #write(owner: Owner, values: Values): Promise<void> {
    const { secrets } = this.#parts;
    const key = this.#keys[owner];
    try {
      if (Object.keys(values).length === 0) await secrets.delete(key);
      else await secrets.store(key, JSON.stringify(values));
      this.#here.delete(owner);
    } catch {
      this.#here.set(owner, values);
      this.#complain();
    }
  }

  #complain(): void {
    if (this.#isTold) return;
    this.#isTold = true;
    this.#parts.log.warn(
      'The editor cannot keep secrets here, so the values that you enter are good for this window only.',
    );
  }
}
