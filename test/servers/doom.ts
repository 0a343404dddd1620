// Lets a server under test die at a named moment of a call, by its own hand: a kill from outside hits such a moment only by
// luck. What is to happen in this life is read once, at its start, from a file that a test has left there; reading removes
// it, so that the test sees that the life knows its fate and can leave the next one's.
import { readFileSync, rmSync } from 'node:fs';

/**
 * `before-run`: the call has arrived, and nothing of it was done or written down. `after-run`: it was done, and no byte of
 * its answer has left. `mid-answer`: half of its answer has left. `mid-stream`: a part of its stream has left, and its work
 * goes on.
 */
export const doomPoints = ['before-run', 'after-run', 'mid-answer', 'mid-stream'] as const;
export type DoomPoint = (typeof doomPoints)[number];

/** What stands in the file: at which point, and at the how manyth call. Null: this life ends in another way. */
export interface Fate {
  readonly point: DoomPoint | null;
  readonly nth: number;
}

const readFate = (file: string | undefined): Fate => {
  if (file === undefined) return { point: null, nth: 0 };
  try {
    const fate = JSON.parse(readFileSync(file, 'utf8')) as Fate;
    rmSync(file, { force: true });
    return fate;
  } catch {
    // Nobody has left a fate, or is just writing it down.
    return { point: null, nth: 0 };
  }
};

export class Doom {
  readonly #fate: Fate;
  #runs = 0;

  /** `file`: where the fate lies; undefined where there is none. */
  constructor(file: string | undefined) {
    this.#fate = readFate(file);
  }

  /** Runs `write`, which writes a call down, and dies before or after it if that is the fate. */
  around(write: () => void): void {
    this.#runs += 1;
    if (this.#isAt('before-run')) this.die();
    write();
    if (this.#isAt('after-run')) this.die();
  }

  /** How much of this text, which is about to leave, may still leave; null: all of it, and life goes on. */
  limitOf(text: string): number | null {
    if (this.#isAt('mid-answer') && text.includes('"result"')) return Math.floor(text.length / 2);
    return this.#isAt('mid-stream') && text.includes('notifications/progress') ? text.length : null;
  }

  die(): never {
    process.kill(process.pid, 'SIGKILL');
    // The signal takes a moment to arrive, in which nothing more must happen.
    for (;;);
  }

  #isAt(point: DoomPoint): boolean {
    return this.#fate.point === point && this.#runs >= this.#fate.nth;
  }
}
