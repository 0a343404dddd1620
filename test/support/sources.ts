// Reads the project's own sources for the laws. Not here: what is allowed.
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

const repository = join(import.meta.dirname, '..', '..');

export interface SourceFile {
  /** From the repository's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** Installed packages are not even looked at: there are tens of thousands of files in them. */
const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : filesBelow(path);
    return entry.isFile() ? [path] : [];
  });

/** Everything below `folder` whose name ends in `ending`, installed packages left out. */
export const sourcesUnder = (folder: string, ending = '.ts'): SourceFile[] =>
  filesBelow(join(repository, folder))
    .filter((path) => path.endsWith(ending))
    .map((path) => ({
      path: relative(repository, path).split(sep).join('/'),
      text: readFileSync(path, 'utf8'),
    }));

export const readProjectText = (path: string): string =>
  readFileSync(join(repository, path), 'utf8');

export const readProjectJson = (path: string): unknown => JSON.parse(readProjectText(path));

export interface Import {
  readonly specifier: string;
  /** Only types travel; nothing is loaded. */
  readonly typeOnly: boolean;
}

const importForms =
  /(?:^|\n)\s*(import|export)\s+(type\s+)?[^'";]*?from\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]|\b(?:import|require)\(\s*['"]([^'"]+)['"]/g;

/** Every module that a file names: static, re-exported, dynamic and required. */
export const importsOf = (file: SourceFile): Import[] =>
  [...file.text.matchAll(importForms)].map((match) => ({
    specifier: match[3] ?? match[4] ?? match[5] ?? '',
    typeOnly: match[2] !== undefined,
  }));

/** The code alone: comments, strings and templates are emptied, so that words in them mean nothing. */
export const codeOf = (file: SourceFile): string =>
  file.text.replace(
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g,
    "''",
  );
