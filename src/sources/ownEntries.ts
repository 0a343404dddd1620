// Our own setting, as taking over and giving back need it. Types only; the editor's side offers it.
import type { InputDefinition } from '../core/inputs.ts';
import type { JsonObject } from '../core/rpc.ts';
import type { EntryHome } from '../core/takeOver.ts';

export interface Addition {
  readonly name: string;
  readonly entry: JsonObject;
  readonly inputs: readonly InputDefinition[];
}

export interface Removal {
  readonly name: string;
  /** Ids of inputs that were added for it, and go with it where nobody else asks for them. */
  readonly inputs: readonly string[];
}

/** One at a time for each key, over all windows on this machine. */
export interface Exclusion {
  run<T>(key: string, work: () => Promise<T>): Promise<T>;
}

export interface OwnEntries {
  /** Whether this window can write there: the settings of a folder that is not open are out of reach. */
  reaches(home: EntryHome): boolean;
  /** Where the entry of this name stands that counts; null where there is none. */
  homeOf(name: string): EntryHome | null;
  /** Those of these ids that are not defined there yet. */
  newInputs(home: EntryHome, inputs: readonly InputDefinition[]): readonly string[];
  /** Never in the place of an entry that is there: rejects instead. */
  add(home: EntryHome, addition: Addition): Promise<void>;
  /** Rejects with what would keep the entry from being removed: an editor writes no file that is unsaved or broken. */
  checkRemoval(home: EntryHome, name: string): Promise<void>;
  /** Does nothing where there is none. */
  remove(home: EntryHome, removal: Removal): Promise<void>;
}
