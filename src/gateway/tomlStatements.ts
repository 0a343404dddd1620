// Cuts a TOML text into its statements without losing a character: table headers and `key = value`, each with the comments
// and blank lines before it. Knows as much of TOML 1.0 as it takes not to mistake the inside of a value for a statement.
// Not here: the values themselves.

export interface TomlStatement {
  readonly kind: 'table' | 'tables' | 'value';
  /** Keys from the root of the file; for a value the table's keys come first. */
  readonly path: readonly string[];
  /** The table that it stands in; a header stands in its own. */
  readonly table: readonly string[];
  /** Where the statement itself begins: its line, without comments before it. */
  readonly start: number;
  /** After its line break. */
  readonly end: number;
}

export type TomlRead =
  | { readonly kind: 'ok'; readonly statements: readonly TomlStatement[] }
  | { readonly kind: 'unreadable'; readonly line: number };

class TomlError extends Error {
  readonly offset: number;

  constructor(offset: number) {
    super('not TOML');
    this.offset = offset;
  }
}

// Each from the place where it is tried (sticky).
const blank = /[ \t]*(?:#[^\n]*)?(?:\r?\n|$)/y;
const space = /[ \t]*/y;
const bareKey = /[A-Za-z0-9_-]+/y;
const basicText = /"(?:[^"\\\r\n]|\\.)*"/y;
const literalText = /'[^'\r\n]*'/y;
const longBasicText = /"""(?:[^"\\]|\\[\s\S]|"{1,2}(?!"))*"""(?:"{0,2})/y;
const longLiteralText = /'''(?:[^']|'{1,2}(?!'))*'''(?:'{0,2})/y;
const plainValue = /[^\s"'#[\]{},=]+/y;

class Reader {
  readonly #text: string;
  at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.at >= this.#text.length;
  }

  take(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const [found] = pattern.exec(this.#text) ?? [];
    if (found === undefined) return null;
    this.at += found.length;
    return found;
  }

  takeText(expected: string): boolean {
    if (!this.#text.startsWith(expected, this.at)) return false;
    this.at += expected.length;
    return true;
  }

  fail(): never {
    throw new TomlError(this.at);
  }

  expect(expected: string): void {
    if (!this.takeText(expected)) this.fail();
  }

  endOfLine(): void {
    if (this.take(blank) === null) this.fail();
  }

  keys(): readonly string[] {
    const keys: string[] = [];
    do {
      this.take(space);
      keys.push(this.#key());
      this.take(space);
    } while (this.takeText('.'));
    return keys;
  }

  value(): void {
    this.take(space);
    const opened = this.#text[this.at];
    if (opened === '[' || opened === '{') return this.#nested(opened);
    const found =
      this.take(longBasicText) ??
      this.take(longLiteralText) ??
      this.take(basicText) ??
      this.take(literalText) ??
      this.take(plainValue);
    if (found === null) this.fail();
    // A date and a time may stand apart.
    if (/^\d{4}-\d\d-\d\d$/.test(found)) this.take(/ \d\d:[^\s#,\]}]+/y);
  }

  #key(): string {
    const bare = this.take(bareKey) ?? this.take(literalText)?.slice(1, -1);
    if (bare !== undefined) return bare;
    const quoted = this.take(basicText);
    if (quoted === null) this.fail();
    try {
      return String(JSON.parse(quoted));
    } catch {
      // An escape that JSON does not have (\U, \e): the key is none of ours, and is kept as it is written.
      return quoted;
    }
  }

  #nested(opened: '[' | '{'): void {
    const closing = opened === '[' ? ']' : '}';
    this.at += 1;
    this.#gap();
    while (!this.takeText(closing)) {
      if (opened === '{') {
        this.keys();
        this.expect('=');
      }
      this.value();
      this.#gap();
      if (this.takeText(',')) this.#gap();
      else if (this.#text[this.at] !== closing) this.fail();
    }
  }

  /** Line breaks and comments within a value. */
  #gap(): void {
    this.take(/(?:[ \t\r\n]|#[^\n]*)*/y);
  }
}

const readStatement = (reader: Reader, table: readonly string[]): Omit<TomlStatement, 'end'> => {
  const start = reader.at;
  reader.take(space);
  if (reader.takeText('[[')) {
    const path = reader.keys();
    reader.expect(']]');
    return { kind: 'tables', path, table: path, start };
  }
  if (reader.takeText('[')) {
    const path = reader.keys();
    reader.expect(']');
    return { kind: 'table', path, table: path, start };
  }
  const keys = reader.keys();
  reader.expect('=');
  reader.value();
  return { kind: 'value', path: [...table, ...keys], table, start };
};

export const readToml = (text: string): TomlRead => {
  const reader = new Reader(text);
  const statements: TomlStatement[] = [];
  let table: readonly string[] = [];
  try {
    for (;;) {
      while (!reader.isAtEnd && reader.take(blank) !== null);
      if (reader.isAtEnd) return { kind: 'ok', statements };
      const statement = readStatement(reader, table);
      reader.endOfLine();
      table = statement.table;
      statements.push({ ...statement, end: reader.at });
    }
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    return { kind: 'unreadable', line: text.slice(0, error.offset).split('\n').length };
  }
};
