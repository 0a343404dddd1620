// The pictures of the README show what the editor shows: the scenes that were played for them are played again, and everything
// that can be read in them must be read again. Not here: taking them (`npm run pictures`).
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { repository } from '../vscode/places.ts';
import { until } from '../vscode/waiting.ts';
import type { Screen } from './screen.ts';
import { momentName, wholeWindow } from './pictures/camera.ts';
import { readSaid, type Said } from './pictures/said.ts';
import { lookAway } from './pictures/directions.ts';
import { type Onlooker, play } from './pictures/scenes.ts';
import { agrees, type Area, seenIn } from './pictures/seen.ts';
import { Studio } from './pictures/studio.ts';

const patience = 8_000;
const advice =
  'A picture of the README is not what the editor shows. If the editor is right: `npm run pictures`, look at them, commit.';

/** Waits, wherever a picture was taken, until the same can be read; what cannot is held against the pictures. */
class Witness implements Onlooker {
  /** How many tries there were, and how long they took, is in no picture. */
  readonly hurry = {
    'mcpLifeline.notifyAfterAttempts': 3,
    'mcpLifeline.backoff.delays': [100],
    'mcpLifeline.backoff.localCap': 200,
  };
  readonly seen = new Set<string>();
  readonly #screen: Screen;
  readonly #said: Said;

  constructor(screen: Screen, said: Said) {
    this.#screen = screen;
    this.#said = said;
  }

  still({ name, areas }: Parameters<Onlooker['still']>[0]): Promise<void> {
    return this.#compare(name, areas);
  }

  moment(name: string): Promise<void> {
    return this.#compare(momentName(name), wholeWindow);
  }

  async #compare(name: string, areas: readonly Area[]): Promise<void> {
    const said = this.#said[name] ?? [];
    const { page } = this.#screen.window;
    this.seen.add(name);
    await lookAway(this.#screen);
    // Another moment may pass for the one in the picture: a countdown is between two tries only most of the time.
    const isTrue = async (): Promise<boolean> => agrees(await seenIn(page, areas), said);
    const hasBeen = await until(name, patience, isTrue).catch(() => false);
    if (hasBeen) return;
    const { lines } = await seenIn(page, areas);
    expect.soft({ [name]: lines }, advice).toEqual({ [name]: said });
    expect.soft(hasBeen, advice).toBe(true);
  }
}

test('every picture says what the editor says', async () => {
  const said = readSaid();
  const studio = await Studio.open();
  onTestFinished(() => studio.close());
  const witness = new Witness(studio.screen, said);
  try {
    await play({ studio, onlooker: witness });
  } catch (error) {
    // A scene waits for words too, and in vain when they have changed.
    throw new Error(advice, { cause: error });
  }
  expect([...witness.seen].toSorted(), advice).toEqual(Object.keys(said).toSorted());
});

test('a word that differs, a line too many and a line too few are noticed; what made room for chance may be out of sight', () => {
  const said = ['view: Connections', '> notes ready', '> search ready'];
  const sees = (lines: readonly string[], left = 0): boolean =>
    agrees({ lines, chances: [], left }, said);
  expect(sees(said)).toBe(true);
  expect(sees(['view: Connections', '> notes good', '> search ready'], 9)).toBe(false);
  expect(sees([...said, '> tickets ready'], 9)).toBe(false);
  expect(sees(said.slice(0, 2))).toBe(false);
  expect(sees(said.slice(0, 2), 1)).toBe(true);
});

test('the README shows every picture that is taken, and no other', () => {
  const readme = readFileSync(join(repository, 'README.md'), 'utf8');
  const shown = [...readme.matchAll(/\]\(media\/([\w-]+)\.webp\)/g)].map(([, name = '']) => name);
  const taken = new Set(Object.keys(readSaid()).map((name) => name.replace(/: .*/, '')));
  const files = readdirSync(join(repository, 'media')).filter((name) => name.endsWith('.webp'));
  expect(shown.toSorted()).toEqual([...taken].toSorted());
  expect(files.toSorted()).toEqual([...taken].map((name) => `${name}.webp`).toSorted());
});
