// The house's laws that a reader can check by eye and nobody should have to: walls between rooms, a pure core, short
// files, promises with tests. The linter says most of it too; this says it without a configuration that could be edited
// away. The manifest has its own laws (manifest.laws.test.ts).
import { describe, expect, test } from 'vitest';
import { type PromiseId, promises, promisesToCome } from './promises.ts';
import { type SourceFile, codeOf, importsOf, sourcesUnder } from './support/sources.ts';

const sources = sourcesUnder('src');
const tests = sourcesUnder('test');
const outerRooms = ['mcp', 'store', 'sources', 'gateway', 'host'];
/** Puts the rooms together for the roots, which alone see it. */
const wiringRoom = 'wiring';
const columns = [['base'], ['core'], ['runtime'], outerRooms, [wiringRoom]];
/** Runs in a browser, beside everything that runs in an extension host. */
const pageRoom = 'timeline';
const pageRoot = 'src/timeline.ts';
const allRooms = [...columns.flat(), pageRoom];

const roomOf = (path: string): string => /^src\/(\w+)\//.exec(path)?.[1] ?? 'root';

/** The roots see everything; a room, the wiring too, sees itself and the columns to its left, the page's room what is pure. */
const mayImport = (from: string, to: string): boolean => {
  if (from === 'root' || from === to) return true;
  if (from === pageRoom) return to === 'base' || to === 'core';
  if (to === pageRoom) return false;
  const column = (room: string): number => columns.findIndex((rooms) => rooms.includes(room));
  return column(to) < column(from);
};

const targetRoom = (file: SourceFile, specifier: string): string =>
  roomOf(new URL(specifier, `file:///${file.path}`).pathname.slice(1));

/** One line per offence, so that a failure reads as a list of what to change. */
const offences = (of: (file: SourceFile) => string[]): string[] =>
  sources.flatMap((file) => of(file).map((text) => `${file.path}: ${text}`));

const importOffences = (
  forbidden: (file: SourceFile, specifier: string, typeOnly: boolean) => boolean,
) =>
  offences((file) =>
    importsOf(file)
      .filter(({ specifier, typeOnly }) => forbidden(file, specifier, typeOnly))
      .map(({ specifier }) => specifier),
  );

describe('walls', () => {
  test('there are sources to judge', () => {
    expect(sources.length).toBeGreaterThan(10);
    expect(new Set(sources.map(({ path }) => roomOf(path)))).toContain('core');
  });

  test('every folder of src is a room with a place in the order', () => {
    const unknown = sources.map(({ path }) => roomOf(path)).filter((room) => room !== 'root');
    expect(unknown.filter((room) => !allRooms.includes(room))).toEqual([]);
  });

  test('imports point to the left only', () => {
    const wrong = importOffences(
      (file, specifier) =>
        specifier.startsWith('.') && !mayImport(roomOf(file.path), targetRoom(file, specifier)),
    );
    expect(wrong).toEqual([]);
  });

  test('only the host room and extension.ts know the editor', () => {
    const allowed = (path: string): boolean =>
      roomOf(path) === 'host' || path === 'src/extension.ts';
    expect(
      importOffences((file, specifier) => specifier === 'vscode' && !allowed(file.path)),
    ).toEqual([]);
  });

  test("the SDK's code is used only in mcp, gateway and store", () => {
    const allowed = ['mcp', 'gateway', 'store'];
    const wrong = importOffences(
      (file, specifier, typeOnly) =>
        specifier.startsWith('@modelcontextprotocol/') &&
        !typeOnly &&
        !allowed.includes(roomOf(file.path)),
    );
    expect(wrong).toEqual([]);
  });

  test('what runs in a browser and what does not meet in messages only', () => {
    const isPage = (path: string): boolean => roomOf(path) === pageRoom || path === pageRoot;
    const wrong = importOffences((file, specifier) => {
      if (!specifier.startsWith('.')) return specifier === 'uplot' && !isPage(file.path);
      const room = targetRoom(file, specifier);
      if (!isPage(file.path)) return room === pageRoom;
      return ![pageRoom, 'base', 'core'].includes(room);
    });
    expect(wrong).toEqual([]);
    expect(sources.filter(({ path }) => isPage(path)).length).toBeGreaterThan(10);
  });

  test('only the outer rooms and the roots know Node', () => {
    const inner = ['base', 'core', 'runtime', pageRoom];
    const wrong = importOffences(
      (file, specifier) => specifier.startsWith('node:') && inner.includes(roomOf(file.path)),
    );
    expect(wrong).toEqual([]);
  });
});

describe('core is pure', () => {
  const impure =
    /(?<![.\w])(?:(?:Date|setTimeout|setInterval|setImmediate|queueMicrotask|performance|process|console|fetch|Promise|Buffer)\b(?!\s*\??:)|Math\.random|async\b|await\b)/g;

  test('it has no clock, chance, process, console or promise', () => {
    const core = sources.filter(({ path }) => roomOf(path) === 'core');
    const wrong = core.flatMap((file) =>
      [...codeOf(file).matchAll(impure)].map(([word]) => `${file.path}: ${word}`),
    );
    expect(core.length).toBeGreaterThan(5);
    expect(wrong).toEqual([]);
  });
});

describe('files', () => {
  test('none is longer than 300 lines', () => {
    const long = [...sources, ...tests].filter(({ text }) => text.split('\n').length > 301);
    expect(long.map(({ path }) => path)).toEqual([]);
  });

  test('none has a default export', () => {
    expect(offences((file) => codeOf(file).match(/^export default\b.*/gm) ?? [])).toEqual([]);
  });

  test('none passes on the exports of another file of ours', () => {
    expect(
      offences((file) => file.text.match(/^export\s[^;=]*?\sfrom\s*'\.[^']+'/gm) ?? []),
    ).toEqual([]);
  });

  test('each opens by saying what it is for', () => {
    const silent = sources.filter(({ text }) => !/^(?:#!.*\n)?\/[/*]/.test(text));
    expect(silent.map(({ path }) => path)).toEqual([]);
  });
});

describe('promises', () => {
  const titles = tests
    .filter(({ path }) => path.endsWith('.test.ts') && path !== 'test/laws.test.ts')
    .flatMap(({ text }) => [
      ...text.matchAll(
        /\b(?:it|test|describe)(?:\.\w+(?:\([^)]*\))?)*\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1/g,
      ),
    ])
    .map((match) => match[2] ?? '');
  const claimed = new Set(
    titles.flatMap((title) =>
      [...title.matchAll(/\[([a-z]+(?:-[a-z]+)*)\]/g)].map(([, id]) => id ?? ''),
    ),
  );
  const isPromise = (id: string): id is PromiseId => Object.hasOwn(promises, id);
  const postponed = Object.keys(promisesToCome);

  test('test names claim only promises that exist', () => {
    expect([...claimed].filter((id) => !isPromise(id))).toEqual([]);
  });

  test('each has a test, or says which part of the product will bring it', () => {
    const missing = Object.keys(promises).filter(
      (id) => !claimed.has(id) && !postponed.includes(id),
    );
    expect(missing).toEqual([]);
  });

  test('none that has a test is still called to come', () => {
    expect(postponed.filter((id) => claimed.has(id))).toEqual([]);
  });
});
