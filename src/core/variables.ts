// Variables filled in, once: what a value holds is never looked at again, so that no value can bring in another variable. Pure.
// Not here: how a text is taken apart (template.ts), and where values come from (sources).
import type { Place, Template, Variable } from './template.ts';

/** What a person would have to give. */
export type Missing =
  | { readonly kind: 'env'; readonly name: string }
  | { readonly kind: 'input'; readonly id: string }
  | { readonly kind: 'folder'; readonly name: string | null };

export interface VariableValues {
  env(name: string): string | undefined;
  input(id: string): string | undefined;
  /** Null: the folder that the entry belongs to. */
  folder(name: string | null): { readonly path: string; readonly basename: string } | undefined;
  readonly places: Readonly<Record<Place, string>>;
}

export interface Filled {
  readonly text: string;
  /** Their variables stand in `text` as nothing. */
  readonly missing: readonly Missing[];
}

const lacking = (missing: Missing, fallback: Template | null, values: VariableValues): Filled =>
  fallback === null ? { text: '', missing: [missing] } : fill(fallback, values);

const given = (text: string): Filled => ({ text, missing: [] });

const fillOne = (variable: Variable, values: VariableValues): Filled => {
  switch (variable.kind) {
    case 'env': {
      const { name, fallback } = variable;
      const value = values.env(name);
      // As `:-` means it in every shell: the default also stands for an empty value.
      const isThere = value !== undefined && (value !== '' || fallback === null);
      return isThere ? given(value) : lacking({ kind: 'env', name }, fallback, values);
    }
    case 'input': {
      const value = values.input(variable.id);
      return value === undefined
        ? lacking({ kind: 'input', id: variable.id }, null, values)
        : given(value);
    }
    case 'folder': {
      const { name, part, fallback } = variable;
      const folder = values.folder(name);
      return folder ? given(folder[part]) : lacking({ kind: 'folder', name }, fallback, values);
    }
    case 'place':
      return given(values.places[variable.place]);
    case 'unknown':
      // An entry with one is refused before (unknownReason); here nothing is lost.
      return given(`\${${variable.name}}`);
  }
};

/** Always comes to an end with a text; what had no value is told. */
export const fill = (template: Template, values: VariableValues): Filled => {
  const parts = template.map((piece) =>
    typeof piece === 'string' ? given(piece) : fillOne(piece, values),
  );
  return {
    text: parts.map(({ text }) => text).join(''),
    missing: parts.flatMap(({ missing }) => missing),
  };
};

/** As it is written in an entry. */
export const missingName = (missing: Missing): string => {
  switch (missing.kind) {
    case 'env':
      return `\${${missing.name}}`;
    case 'input':
      return `\${input:${missing.id}}`;
    case 'folder':
      return missing.name === null ? '${workspaceFolder}' : `\${workspaceFolder:${missing.name}}`;
  }
};
