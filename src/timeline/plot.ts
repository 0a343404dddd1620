// One lane, drawn: the library draws the line of latency and the axes, and we draw bands and signs under and over it.
// Not here: pointer and keys, which are the page's, since they mean all lanes.
import uPlot from 'uplot';
import type { Disposable } from '../base/disposable.ts';
import type { LaneEvent } from '../core/timeline/events.ts';
import type { Band, Lane } from '../core/timeline/lane.ts';
import type { Language } from './speech.ts';
import { type Area, paintBands } from './bands.ts';
import { placeMarks, placeOf, rows, scaleWidth, type Stretch, tickSpace } from './geometry.ts';

import type { Paint } from './paint.ts';
import { drawSign } from './signs.ts';

/** What a drawing shows; made anew for each. */
export interface Scene {
  readonly lane: Lane;
  readonly stretch: Stretch;
  readonly now: number;
  /** The event that the keyboard is on. */
  readonly chosen: LaneEvent | null;
}

export interface PlotPorts {
  readonly paint: () => Paint;
  readonly language: () => Language;
}

export interface Plot extends Disposable {
  draw(scene: Scene): void;
}

/** Below this a line that only trembles would look like a storm. */
const leastTop = 10;

const niceTop = (most: number): number => {
  const power = 10 ** Math.floor(Math.log10(Math.max(most, leastTop)));
  const step = [1, 2, 5, 10].find((each) => each * power >= most) ?? 10;
  return step * power;
};

class LanePlot implements Plot {
  readonly #ports: PlotPorts;
  readonly #plot: uPlot;
  #scene: Scene | null = null;
  #top = leastTop;

  constructor(root: HTMLElement, ports: PlotPorts, width: number) {
    this.#ports = ports;
    const theme = () => ports.paint().theme;
    const options: uPlot.Options = {
      width,
      height: rows.height,
      ms: 1,
      padding: [0, 0, 4, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: true },
        // The line keeps to the lowest part of the lane.
        y: {
          range: (_plot, _least, most) => {
            this.#top = niceTop(most ?? leastTop);
            return [0, (this.#top * (rows.height - 4)) / rows.lineHeight];
          },
        },
      },
      axes: [
        {
          size: 0,
          gap: 0,
          space: tickSpace,
          values: (_plot, splits) => splits.map(() => ''),
          ticks: { show: false },
          grid: { stroke: () => theme().grid, width: 1, dash: [1, 3] },
        },
        {
          side: 1,
          size: scaleWidth,
          gap: 4,
          stroke: () => theme().faint,
          font: `10px ${theme().font}`,
          ticks: { show: false },
          grid: { show: false },
          splits: () => [0, this.#top],
          values: (_plot, splits) =>
            this.#hasLine() ? splits.map((at) => this.#inWords(at)) : splits.map(() => ''),
        },
      ],
      series: [{}, { stroke: () => theme().line, width: 1.3, points: { size: 3 } }],
      hooks: {
        drawAxes: [() => this.#drawBands()],
        draw: [() => this.#drawSigns()],
      },
    };
    this.#plot = new uPlot(options, [[], []], root);
  }

  draw(scene: Scene): void {
    this.#scene = scene;
    const { lane, stretch } = scene;
    const { from, to } = stretch.span;
    const hasLine = lane.times.length > 0;
    // The library has no scale without a value.
    const [times, values] = hasLine
      ? [lane.times, lane.latencies]
      : [
          [from, to],
          [null, null],
        ];
    const width = stretch.width + scaleWidth;
    this.#plot.batch(() => {
      if (this.#plot.width !== width) this.#plot.setSize({ width, height: rows.height });
      this.#plot.setData([[...times], [...values]], false);
      this.#plot.setScale('x', { min: from, max: to });
    });
  }

  #hasLine(): boolean {
    return this.#scene !== null && this.#scene.lane.times.length > 0;
  }

  #inWords(latency: number): string {
    const { say } = this.#ports.language();
    return latency >= 1_000 ? say('{0} s', latency / 1_000) : say('{0} ms', latency);
  }

  /** Where a band is; null where none of it is shown. */
  #placeBand(band: Band, { stretch, now }: Scene, ratio: number): Area | null {
    const left = Math.max(0, placeOf(band.from, stretch));
    const right = Math.min(stretch.width, placeOf(band.to ?? now, stretch));
    if (right < 0 || left > stretch.width || right < left) return null;
    return {
      x: left * ratio,
      y: rows.bandTop * ratio,
      width: (right - left) * ratio,
      height: rows.bandHeight * ratio,
    };
  }

  #drawBands(): void {
    const scene = this.#scene;
    if (scene === null) return;
    const [pen, paint] = [this.#plot.ctx, this.#ports.paint()];
    paintBands(pen, scene.lane.bands, (band) => this.#placeBand(band, scene, paint.ratio), paint);
    this.#drawMisses(pen, paint, scene);
  }

  /** Looks at health that the server did not answer: crosses at the foot of the line. */
  #drawMisses(pen: CanvasRenderingContext2D, { theme, ratio }: Paint, scene: Scene): void {
    pen.save();
    // The library leaves the dashes of its grid behind.
    pen.setLineDash([]);
    pen.scale(ratio, ratio);
    pen.strokeStyle = theme.miss;
    pen.lineWidth = 1.3;
    pen.beginPath();
    for (const at of scene.lane.misses) {
      const x = placeOf(at, scene.stretch);
      if (x < 0 || x > scene.stretch.width) continue;
      const y = rows.height - 9;
      pen.moveTo(x - 2.5, y - 2.5);
      pen.lineTo(x + 2.5, y + 2.5);
      pen.moveTo(x + 2.5, y - 2.5);
      pen.lineTo(x - 2.5, y + 2.5);
    }
    pen.stroke();
    pen.restore();
  }

  #drawSigns(): void {
    const scene = this.#scene;
    if (scene === null) return;
    const [pen, { theme, ratio }] = [this.#plot.ctx, this.#ports.paint()];
    for (const { mark, x, end } of placeMarks(scene.lane.marks, scene.stretch)) {
      const color = theme.signs[mark.sign];
      const left = Math.max(0, placeOf(mark.at, scene.stretch));
      pen.fillStyle = color;
      const width = Math.max(1, Math.min(end, scene.stretch.width) - left);
      pen.fillRect(left * ratio, (rows.bandTop - 3) * ratio, width * ratio, 2 * ratio);
      drawSign(pen, { sign: mark.sign, color, x: x * ratio, y: rows.signs * ratio, ratio });
    }
    this.#drawChosen(pen, scene);
  }

  #drawChosen(pen: CanvasRenderingContext2D, scene: Scene): void {
    const { chosen, stretch } = scene;
    if (chosen === null) return;
    const { theme, ratio } = this.#ports.paint();
    pen.save();
    pen.setLineDash([]);
    pen.strokeStyle = theme.focus;
    pen.lineWidth = 2 * ratio;
    const area = chosen.kind === 'band' ? this.#placeBand(chosen.band, scene, ratio) : null;
    if (area !== null) {
      pen.strokeRect(area.x, area.y - 2 * ratio, Math.max(area.width, 4), area.height + 4 * ratio);
    } else if (chosen.kind === 'mark') {
      const x = placeOf(chosen.at, stretch) * ratio;
      pen.strokeRect(x - 8 * ratio, ratio, 16 * ratio, 16 * ratio);
    }
    pen.restore();
  }

  dispose(): void {
    this.#plot.destroy();
  }
}

export const createPlot = (root: HTMLElement, ports: PlotPorts, width: number): Plot =>
  new LanePlot(root, ports, width);
