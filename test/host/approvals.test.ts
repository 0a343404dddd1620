// The book of what was allowed: what is kept of it, by whom it is believed, and how large it gets.
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Source } from '../../src/base/signal.ts';
import type { ApprovalContext } from '../../src/core/approval.ts';
import { parseServers } from '../../src/core/parseServers.ts';
import type { Origin, ServerDefinition } from '../../src/core/settings.ts';
import { ApprovalBook, approvalFile } from '../../src/host/approvals.ts';
import { VirtualClock } from '../support/virtualClock.ts';

const here: Origin = { scope: 'workspace', folder: '/work/secret-project' };

const aDefinition = (entry: object, name = 'one', origin = here): ServerDefinition => {
  const [server] = parseServers({ [name]: entry }, '/health', origin);
  if (!server || server.kind === 'bad') throw new Error(server?.reason ?? 'There is none.');
  return server;
};

const aFile = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'ml-book-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'storage', approvalFile);
};

const nothing: ApprovalContext = { inputs: [], workspaceInputs: [], workspace: 'here' };

const aBook = (
  path: string,
  warnings: string[] = [],
  { clock = new VirtualClock(), context = () => nothing, needed = new Source(true) } = {},
): ApprovalBook => {
  const book = new ApprovalBook({
    path,
    context,
    needed,
    clock,
    log: { warn: (text) => warnings.push(text) },
  });
  onTestFinished(() => book.dispose());
  return book;
};

const one = aDefinition({ command: 'node', args: ['planted-argument'] });
const changed = aDefinition({ command: 'node', args: ['other'] });

test('what was allowed is allowed in every window and after a restart, until it changes', () => {
  const path = aFile();
  const [book, other] = [aBook(path), aBook(path)];
  expect([book.isAllowed(one), other.isAllowed(one)]).toEqual([false, false]);
  book.allow([one]);
  expect([book, other, aBook(path)].map((each) => each.isAllowed(one))).toEqual([true, true, true]);
  expect(book.isAllowed(changed)).toBe(false);
});

test('leave for a newer entry ends that for the older one', () => {
  const book = aBook(aFile());
  book.allow([one]);
  book.allow([changed]);
  expect([book.isAllowed(one), book.isAllowed(changed)]).toEqual([false, true]);
  book.allow([one, changed]);
  expect([book.isAllowed(one), book.isAllowed(changed)]).toEqual([true, true]);
});

test('what needs no leave is allowed and never written down', () => {
  const path = aFile();
  const book = aBook(path);
  const own = aDefinition({ command: 'node' }, 'own', { scope: 'user', folder: null });
  expect(book.isAllowed(own)).toBe(true);
  book.allow([own]);
  expect(existsSync(path)).toBe(false);
});

test('all can be forgotten, and everybody is told', () => {
  const path = aFile();
  const book = aBook(path);
  let told = 0;
  book.onChange(() => (told += 1));
  book.allow([one, aDefinition({ command: 'node' }, 'two')]);
  expect(book.revokeAll()).toBe(2);
  expect([book.isAllowed(one), aBook(path).isAllowed(one), told]).toEqual([false, false, 2]);
});

test('what is forgotten or allowed in one window is soon told in the others, once', async () => {
  const path = aFile();
  const clock = new VirtualClock();
  const [book, other] = [aBook(path, [], { clock }), aBook(path)];
  book.allow([one]);
  const told: boolean[] = [];
  book.onChange(() => told.push(book.isAllowed(one)));
  await clock.advance(60_000);
  expect(told).toEqual([]);
  other.revokeAll();
  await clock.advance(5_000);
  expect(told).toEqual([false]);
  other.allow([one]);
  await clock.advance(5_000);
  expect(told).toEqual([false, true]);
  rmSync(path);
  await clock.advance(60_000);
  expect(told).toEqual([false, true, false]);
  book.dispose();
  expect(clock.pending).toBe(0);
});

test('other windows are watched only while an entry needs leave', async () => {
  const path = aFile();
  const clock = new VirtualClock();
  const needed = new Source(false);
  const [book, other] = [aBook(path, [], { clock, needed }), aBook(path)];
  const told: boolean[] = [];
  book.onChange(() => told.push(book.isAllowed(one)));
  expect(clock.pending).toBe(0);
  other.allow([one]);
  needed.set(true);
  expect(book.isAllowed(one)).toBe(true);
  await clock.advance(5_000);
  expect(told).toEqual([]);
  other.revokeAll();
  await clock.advance(5_000);
  expect(told).toEqual([false]);
  needed.set(false);
  expect(clock.pending).toBe(0);
});

test('leave is for what was shown, and not for inputs that came meanwhile', () => {
  const path = aFile();
  const input = (command: string): ApprovalContext => ({
    ...nothing,
    inputs: [{ kind: 'command', id: 'id', description: null, command, args: undefined }],
  });
  let now = input('shown');
  const book = aBook(path, [], { context: () => now });
  const asking = aDefinition({ command: 'node', args: ['${input:id}'] });
  const shown = now;
  now = input('changed.meanwhile');
  book.allow([asking], shown);
  expect(book.isAllowed(asking)).toBe(false);
  now = shown;
  expect(book.isAllowed(asking)).toBe(true);
});

test('the file is for its owner only and says nothing of what was allowed', () => {
  const path = aFile();
  aBook(path).allow([one]);
  expect(statSync(path).mode & 0o077).toBe(0);
  const text = readFileSync(path, 'utf8');
  expect(text).not.toMatch(/planted|secret-project|node|"one"/);
});

test.each(['', 'no JSON', '[]', '{"version":2,"allowed":[]}', '{"version":1,"allowed":[{}]}'])(
  'a file that holds %j allows nothing, is said once, and can be written again',
  (text) => {
    const path = aFile();
    const warnings: string[] = [];
    const book = aBook(path, warnings);
    book.allow([one]);
    writeFileSync(path, text);
    expect([book.isAllowed(one), book.isAllowed(one)]).toEqual([false, false]);
    expect(warnings).toHaveLength(1);
    book.allow([one]);
    expect(book.isAllowed(one)).toBe(true);
  },
);

test('[bounded] a thousand entries are kept, and the newest of them', () => {
  const book = aBook(aFile());
  const many = Array.from({ length: 1200 }, (_, index) =>
    aDefinition({ command: 'node' }, `server-${index}`),
  );
  book.allow(many.slice(0, 600));
  book.allow(many.slice(600));
  expect(many.filter((each) => book.isAllowed(each))).toHaveLength(1000);
  expect(book.isAllowed(aDefinition({ command: 'node' }, 'server-1199'))).toBe(true);
  expect(book.isAllowed(aDefinition({ command: 'node' }, 'server-0'))).toBe(false);
});
