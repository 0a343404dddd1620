// The times above the lanes, which stay when the lanes are scrolled.
import uPlot from 'uplot';
import type { PlotPorts } from './plot.ts';
import { scaleWidth, type Stretch, tickSpace } from './geometry.ts';

const height = 24;

export interface TimeAxis {
  draw(stretch: Stretch): void;
}

/** A time that would begin left of the edge is left out, since half a time is none. */
const halfOfTime = 26;

const optionsFor = ({ paint, language }: PlotPorts): uPlot.Options => {
  const theme = () => paint().theme;
  return {
    width: 300,
    height,
    ms: 1,
    padding: [0, 0, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: true }, y: { range: [0, 1] } },
    axes: [
      {
        side: 0,
        size: height - 1,
        gap: 3,
        space: tickSpace,
        stroke: () => theme().faint,
        font: `11px ${theme().font}`,
        ticks: { stroke: () => theme().grid, width: 1, size: 4 },
        grid: { show: false },
        values: (plot, splits, _axis, _space, step) =>
          splits.map((at) =>
            plot.valToPos(at, 'x') < halfOfTime ? '' : language().tick(at, step),
          ),
      },
      // As wide as that of the lanes, so that the times stand above their moments.
      {
        side: 1,
        size: scaleWidth,
        values: (_plot, splits) => splits.map(() => ''),
        ticks: { show: false },
        grid: { show: false },
      },
    ],
    series: [{}, {}],
  };
};

export const createTimeAxis = (root: HTMLElement, ports: PlotPorts): TimeAxis => {
  const plot = new uPlot(optionsFor(ports), [[], []], root);
  return {
    draw: ({ span: { from, to }, width }) => {
      plot.batch(() => {
        if (plot.width !== width + scaleWidth) plot.setSize({ width: width + scaleWidth, height });
        // Two moments without a value: the library has no scale without data.
        plot.setData(
          [
            [from, to],
            [null, null],
          ],
          false,
        );
        plot.setScale('x', { min: from, max: to });
      });
    },
  };
};
