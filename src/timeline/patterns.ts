// The look of a state as something to fill an area with: a colour and a pattern of its own. Not here: where areas lie.
import type { BandLook } from '../core/timeline/look.ts';
import { element } from './elements.ts';
import type { Theme } from './theme.ts';

/** The side of a tile of a pattern, in pixels of the screen. */
const tile = 8;

type Draw = (pen: CanvasRenderingContext2D) => void;

const lines =
  (...ends: readonly (readonly [number, number, number, number])[]): Draw =>
  (pen) => {
    pen.beginPath();
    for (const [x, y, toX, toY] of ends) {
      pen.moveTo(x, y);
      pen.lineTo(toX, toY);
    }
    pen.stroke();
  };

// A diagonal enters its tile in three pieces, so that neighbouring tiles join.
const rising = [
  [-2, 2, 2, -2],
  [0, tile, tile, 0],
  [tile - 2, tile + 2, tile + 2, tile - 2],
] as const;
const falling = [
  [-2, tile - 2, 2, tile + 2],
  [0, 0, tile, tile],
  [tile - 2, -2, tile + 2, 2],
] as const;

const draws: Readonly<Record<BandLook, Draw | null>> = {
  up: null,
  weak: (pen) => {
    for (const [x, y] of [
      [2, 2],
      [6, 6],
    ] as const)
      pen.fillRect(x - 1, y - 1, 2, 2);
  },
  trying: lines(...rising),
  down: lines(...falling),
  person: lines([2, 0, 2, tile], [6, 0, 6, tile]),
  broken: lines(...rising, ...falling),
  off: null,
};

/** How strongly the area below the pattern is filled. */
const strength: Readonly<Record<BandLook, number>> = {
  up: 0.4,
  weak: 0.3,
  trying: 0.2,
  down: 0.2,
  person: 0.2,
  broken: 0.35,
  off: 0.12,
};

const patternOf = (look: BandLook, color: string, ratio: number): CanvasPattern | null => {
  const draw = draws[look];
  if (draw === null) return null;
  const canvas = element('canvas');
  canvas.width = tile * ratio;
  canvas.height = tile * ratio;
  const pen = canvas.getContext('2d');
  if (pen === null) return null;
  pen.scale(ratio, ratio);
  pen.strokeStyle = color;
  pen.fillStyle = color;
  pen.lineWidth = 1.2;
  draw(pen);
  return pen.createPattern(canvas, 'repeat');
};

export interface Fill {
  readonly color: string;
  readonly alpha: number;
  readonly pattern: CanvasPattern | null;
}

export type Fills = Readonly<Record<BandLook, Fill>>;

export const makeFills = (theme: Theme, ratio: number): Fills => {
  const of = (look: BandLook): Fill => ({
    color: theme.looks[look],
    alpha: theme.isHighContrast ? 0 : strength[look],
    pattern: patternOf(look, theme.looks[look], ratio),
  });
  return {
    up: of('up'),
    weak: of('weak'),
    trying: of('trying'),
    down: of('down'),
    person: of('person'),
    broken: of('broken'),
    off: of('off'),
  };
};
