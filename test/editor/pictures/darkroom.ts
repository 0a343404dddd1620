// Where screenshots become pictures, in a blank page of the browser, since the editor's own page allows no such images: WebP, which
// is half as large as PNG. Not here: taking them (camera.ts).
import type { BrowserContext, Page } from 'playwright-core';
import { z } from 'zod';
import { type AnimationFrame, assembleAnimation } from '../../support/animation.ts';
import { darkroomPage } from './darkroomPage.ts';

/** What belongs to one moment follows so quickly that nobody sees it; less than this many milliseconds browsers take for a mistake. */
const atOnce = 20;
/** It plays twice and rests on its last frame: motion that never ends takes readers from their text. */
const loops = 2;

const changesShape = z.array(
  z.object({
    place: z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() }),
    picture: z.string(),
  }),
);

/** One moment of a moving picture. */
export interface Shot {
  readonly png: Buffer;
  readonly caption: string;
  readonly millis: number;
}

export class Darkroom {
  readonly #page: Page;

  private constructor(page: Page) {
    this.#page = page;
  }

  static async open(context: BrowserContext): Promise<Darkroom> {
    const page = await context.newPage();
    await page.evaluate(darkroomPage);
    return new Darkroom(page);
  }

  async close(): Promise<void> {
    await this.#page.close();
  }

  async still(png: Buffer): Promise<Buffer> {
    const picture = await this.#page.evaluate(`darkroom.still("${png.toString('base64')}")`);
    return Buffer.from(z.string().parse(picture), 'base64');
  }

  async moving(shots: readonly Shot[]): Promise<Buffer> {
    const frames: AnimationFrame[] = [];
    for (const shot of shots) frames.push(...(await this.#framesOf(shot)));
    const { width = 0, height = 0 } = frames[0]?.place ?? {};
    return assembleAnimation({ width, height, loops }, frames);
  }

  async #framesOf({ png, caption, millis }: Shot): Promise<AnimationFrame[]> {
    const words = JSON.stringify(caption);
    const image = png.toString('base64');
    const changes = changesShape.parse(
      await this.#page.evaluate(`darkroom.next("${image}", ${words})`),
    );
    if (changes.length === 0) throw new Error(`Nothing changed for "${caption}".`);
    return changes.map(({ place, picture }, at) => {
      const isLast = at === changes.length - 1;
      return { place, millis: isLast ? millis : atOnce, picture: Buffer.from(picture, 'base64') };
    });
  }
}
