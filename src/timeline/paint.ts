// What everything that is painted needs: the theme, its fills, the pixels of the screen.
import { type Fills, makeFills } from './patterns.ts';
import type { Theme } from './theme.ts';

export interface Paint {
  readonly theme: Theme;
  readonly fills: Fills;
  /** Pixels of the canvas per pixel of the screen. */
  readonly ratio: number;
}

/** Makes the fills anew only when the theme or the screen is another. */
export const createPaint = (themeNow: () => Theme): (() => Paint) => {
  let paint: Paint | undefined;
  return () => {
    const [theme, ratio] = [themeNow(), window.devicePixelRatio];
    if (paint?.theme !== theme || paint.ratio !== ratio)
      paint = { theme, ratio, fills: makeFills(theme, ratio) };
    return paint;
  };
};
