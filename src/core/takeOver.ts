// Taking a server over from another product and giving it back, as the sources do it and the screens show it. Types only.
import type { InputDefinition } from './inputs.ts';
import type { JsonObject } from './rpc.ts';
import type { FoundServer, SourceKind } from './sources.ts';

/** Which settings file an entry of ours stands in, whatever window looks at it. */
export type EntryHome =
  | { readonly kind: 'user' }
  /** `.vscode/settings.json` of this folder. */
  | { readonly kind: 'folder'; readonly folder: string }
  /** The `.code-workspace` file. */
  | { readonly kind: 'workspace'; readonly file: string };

/** A credential that stands in an entry for everybody to read, and the input that could take its place. */
export interface PlainSecret {
  /** For example `headers.Authorization`. */
  readonly where: readonly string[];
  readonly value: string;
  /** What stands before and after it in the text, such as `Bearer `. */
  readonly prefix: string;
}

/** An entry as it would stand in our setting, before anybody has decided anything. */
export interface Draft {
  readonly server: FoundServer;
  readonly name: string;
  readonly home: EntryHome;
  readonly entry: JsonObject;
  readonly inputs: readonly InputDefinition[];
  readonly secrets: readonly PlainSecret[];
  /** Keys that mean something to the product and nothing to us. */
  readonly lost: readonly string[];
}

/** What is to be done with one entry. */
export interface TakeWish {
  readonly server: FoundServer;
  readonly home: EntryHome;
  readonly name: string;
  /** Null: there is an entry of ours already, to which the file is to lead. */
  readonly entry: JsonObject | null;
  readonly inputs: readonly InputDefinition[];
}

export type TakeResult =
  | { readonly kind: 'taken'; readonly wish: TakeWish }
  /** Nothing was changed. A sentence that says why and what to do. */
  | { readonly kind: 'refused'; readonly wish: TakeWish; readonly reason: string };

/** What was taken over, and not yet given back. */
export interface TakenServer {
  readonly id: string;
  /** Of the entry in our setting. */
  readonly name: string;
  /** Of the entry in the file. */
  readonly foundAs: string;
  readonly kind: SourceKind;
  readonly file: string;
  readonly path: readonly string[];
  readonly home: EntryHome;
  readonly at: number;
}

/** What giving back would do to one file. */
export type ReturnPlan =
  | {
      readonly kind: 'plan';
      readonly file: string;
      readonly ids: readonly string[];
      /** Null: the file is gone, and is made anew. */
      readonly before: string | null;
      readonly after: string;
      /** Nobody has changed the file: it becomes what it was, byte for byte. */
      readonly isExact: boolean;
      /** Names that somebody has given to entries of his own meanwhile. */
      readonly conflicts: readonly string[];
      /** Of `ids`, those that stay with us, since the entries that stand in their place are kept. */
      readonly stays: readonly string[];
    }
  | {
      readonly kind: 'refused';
      readonly file: string;
      readonly ids: readonly string[];
      readonly reason: string;
    };

/** What becomes of entries that somebody has put in the place of the one to be given back. */
export type OnConflict = 'keep' | 'replace';
