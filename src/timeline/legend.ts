// What the areas, signs and lines mean, drawn by what draws them in the lanes.
import { bandLooks, signs } from '../core/timeline/look.ts';
import { lookWords, signWords } from '../core/timeline/words.ts';
import { paintLook } from './bands.ts';
import { element } from './elements.ts';
import { drawSign, signSize } from './signs.ts';
import type { Paint } from './paint.ts';
import type { Language } from './speech.ts';

const sample = { width: 20, height: signSize + 2 } as const;

type Draw = (pen: CanvasRenderingContext2D, paint: Paint) => void;

interface Item {
  readonly words: string;
  readonly draw: Draw;
}

const line: Draw = (pen, { theme, ratio }) => {
  pen.scale(ratio, ratio);
  pen.strokeStyle = theme.line;
  pen.lineWidth = 1.3;
  pen.beginPath();
  pen.moveTo(1, 10);
  pen.lineTo(7, 5);
  pen.lineTo(12, 9);
  pen.lineTo(19, 4);
  pen.stroke();
};

const miss: Draw = (pen, { theme, ratio }) => {
  pen.scale(ratio, ratio);
  pen.strokeStyle = theme.miss;
  pen.lineWidth = 1.3;
  pen.beginPath();
  pen.moveTo(7, 4);
  pen.lineTo(13, 10);
  pen.moveTo(13, 4);
  pen.lineTo(7, 10);
  pen.stroke();
};

const itemsFor = ({ say }: Language): readonly Item[] => [
  ...bandLooks.map((look): Item => ({
    words: lookWords(look, say),
    draw: (pen, paint) => {
      const { ratio } = paint;
      const area = { x: 0, y: 0, width: sample.width * ratio, height: sample.height * ratio };
      paintLook(pen, look, area, paint);
    },
  })),
  ...signs.map((sign): Item => ({
    words: signWords(sign, say),
    draw: (pen, { theme, ratio }) => {
      const place = { x: (sample.width / 2) * ratio, y: (sample.height / 2) * ratio };
      drawSign(pen, { sign, color: theme.signs[sign], ...place, ratio });
    },
  })),
  { words: say('health latency'), draw: line },
  { words: say('no health answer'), draw: miss },
];

const itemElement = ({ words, draw }: Item, paint: Paint): HTMLElement => {
  const canvas = element('canvas', { attributes: { 'aria-hidden': 'true' } });
  canvas.width = sample.width * paint.ratio;
  canvas.height = sample.height * paint.ratio;
  const pen = canvas.getContext('2d');
  if (pen !== null) draw(pen, paint);
  return element('li', {}, [canvas, element('span', { text: words })]);
};

/** Draws the legend anew into its list. */
export const drawLegend = (list: HTMLElement, paint: Paint, language: Language): void =>
  list.replaceChildren(...itemsFor(language).map((item) => itemElement(item, paint)));
