// Takes the pictures, and writes down what each of them says. Not here: judging them; a person looks at each before it is committed.
import { setTimeout as delay } from 'node:timers/promises';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../../vscode/places.ts';
import { until } from '../../vscode/waiting.ts';
import type { Screen } from '../screen.ts';
import { Darkroom, type Shot } from './darkroom.ts';
import { lookAway } from './directions.ts';
import type { Moment, Onlooker, Picture } from './scenes.ts';
import type { Said } from './said.ts';
import { type Area, seenIn } from './seen.ts';

const media = join(repository, 'media');
/** Until nothing is half faded in, and no hint of what was under the pointer is left. */
const settling = 500;
const patience = 10_000;

/** What can be read in every moment of the moving picture. */
export const wholeWindow: readonly Area[] = ['status', 'views', 'question', 'notices', 'editor'];

export const momentName = (name: string): string => `outage: ${name}`;

export class Camera implements Onlooker {
  /** The pictures show what the default settings lead to. */
  readonly hurry = {};
  readonly #screen: Screen;
  readonly #shots: Shot[] = [];
  readonly #said: Record<string, readonly string[]> = {};

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  get said(): Said {
    return this.#said;
  }

  async still(picture: Picture): Promise<void> {
    await this.#settle();
    const png = await this.#take(picture);
    await this.#develop(picture.name, (darkroom) => darkroom.still(png));
  }

  async moment(name: string, { caption, millis, times = 1 }: Moment): Promise<void> {
    await this.#settle();
    for (let time = 0; time < times; time += 1) {
      // As fast as it will be played, so that a countdown counts seconds.
      const elapsed = delay(millis);
      const png = await this.#take({ name: momentName(name), areas: wholeWindow });
      this.#shots.push({ png, caption, millis });
      if (time + 1 < times) await elapsed;
    }
  }

  /** The moments up to now as one picture. */
  async develop(name: string): Promise<void> {
    await this.#develop(name, (darkroom) => darkroom.moving(this.#shots));
  }

  async #settle(): Promise<void> {
    await lookAway(this.#screen);
    await delay(settling);
    const { page } = this.#screen.window;
    // A view that is being drawn has a bar that runs.
    const running = page.locator('.part.sidebar .monaco-progress-container.active');
    await until('the views are drawn', patience, async () => (await running.count()) === 0);
  }

  /** What it says is read before and after, and has to be the same. */
  async #take({ name, part, areas }: Picture): Promise<Buffer> {
    const { page } = this.#screen.window;
    for (;;) {
      const { lines, chances } = await seenIn(page, areas);
      const png = await page.screenshot({ ...this.#clip(part), animations: 'disabled' });
      const after = await seenIn(page, areas);
      if (chances.length > 0) throw new Error(`Take them again: "${name}" has ${chances.join()}.`);
      if (lines.join('\n') !== after.lines.join('\n')) continue;
      this.#said[name] = lines;
      return png;
    }
  }

  #clip(part: Picture['part']) {
    if (part === undefined) return {};
    const whole = this.#screen.window.page.viewportSize() ?? { width: 1280, height: 800 };
    const { width, height, from } = part;
    const x = {
      'bottom-left': 0,
      top: (whole.width - width) / 2,
      'bottom-right': whole.width - width,
    };
    return { clip: { x: x[from], y: from === 'top' ? 0 : whole.height - height, width, height } };
  }

  async #develop(name: string, encode: (darkroom: Darkroom) => Promise<Buffer>): Promise<void> {
    const { page } = this.#screen.window;
    const darkroom = await Darkroom.open(page.context());
    try {
      const picture = await encode(darkroom);
      writeFileSync(join(media, `${name}.webp`), picture);
      console.log(`media/${name}.webp: ${(picture.length / 1024).toFixed(0)} KiB`);
    } finally {
      await darkroom.close();
      // Its tab was in front.
      await page.bringToFront();
    }
  }
}
