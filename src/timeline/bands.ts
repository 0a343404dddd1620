// Paints the bands of a lane, and the area of a look in the legend. Not here: patterns (patterns.ts).
import type { Band } from '../core/timeline/lane.ts';
import type { BandLook } from '../core/timeline/look.ts';
import type { Fill } from './patterns.ts';
import type { Paint } from './paint.ts';

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const fillArea = (pen: CanvasRenderingContext2D, fill: Fill, area: Area, ratio: number): void => {
  const { x, y, width, height } = area;
  pen.save();
  pen.fillStyle = fill.color;
  pen.globalAlpha = fill.alpha;
  pen.fillRect(x, y, width, height);
  if (fill.pattern !== null) {
    pen.globalAlpha = 1;
    pen.fillStyle = fill.pattern;
    pen.fillRect(x, y, width, height);
  }
  pen.globalAlpha = 1;
  pen.fillStyle = fill.color;
  // Two edges in full colour: what is filled faintly must not look faint.
  pen.fillRect(x, y, width, ratio);
  pen.fillRect(x, y + height - 2 * ratio, width, 2 * ratio);
  pen.restore();
};

/** A server that is switched off is a line and not an area. */
const lineArea = (pen: CanvasRenderingContext2D, fill: Fill, area: Area, ratio: number): void => {
  const { x, y, width, height } = area;
  pen.save();
  pen.strokeStyle = fill.color;
  pen.lineWidth = 1.5 * ratio;
  pen.setLineDash([4 * ratio, 3 * ratio]);
  pen.beginPath();
  pen.moveTo(x, y + height / 2);
  pen.lineTo(x + width, y + height / 2);
  pen.stroke();
  pen.restore();
};

export const paintLook = (
  pen: CanvasRenderingContext2D,
  look: BandLook,
  area: Area,
  { fills, ratio }: Pick<Paint, 'fills' | 'ratio'>,
): void => (look === 'off' ? lineArea : fillArea)(pen, fills[look], area, ratio);

/** A band that would be too narrow to see is this wide: a short outage is what a person looks for. */
const narrowest = 3;
const padding = 6;

/** The name of the state, where there is room for it. */
const writeName = (pen: CanvasRenderingContext2D, name: string, area: Area, paint: Paint): void => {
  const { theme, ratio } = paint;
  pen.save();
  pen.font = `${11 * ratio}px ${theme.font}`;
  const width = pen.measureText(name).width;
  if (width + 2 * padding * ratio <= area.width) {
    const [x, middle] = [area.x + padding * ratio, area.y + area.height / 2];
    pen.textBaseline = 'middle';
    // On a pattern letters need ground of their own.
    pen.fillStyle = theme.background;
    pen.globalAlpha = 0.75;
    pen.fillRect(x - 3 * ratio, middle - 7 * ratio, width + 6 * ratio, 14 * ratio);
    pen.globalAlpha = 1;
    pen.fillStyle = theme.text;
    pen.fillText(name, x, middle + 0.5 * ratio);
  }
  pen.restore();
};

/** Paints the bands; narrow ones last, so that what follows them does not cover them. */
export const paintBands = (
  pen: CanvasRenderingContext2D,
  bands: readonly Band[],
  place: (band: Band) => Area | null,
  paint: Paint,
): void => {
  const narrow: (() => void)[] = [];
  for (const band of bands) {
    const area = place(band);
    if (area === null) continue;
    const { look, name } = band;
    if (area.width >= narrowest * paint.ratio) {
      paintLook(pen, look, area, paint);
      writeName(pen, name, area, paint);
    } else {
      const wide = { ...area, width: narrowest * paint.ratio };
      narrow.push(() => paintLook(pen, look, wide, paint));
    }
  }
  for (const draw of narrow) draw();
};
