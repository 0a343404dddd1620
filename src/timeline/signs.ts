// The signs of marks, drawn around a point. Each has a shape of its own, so that its colour says nothing more.
import type { Sign } from '../core/timeline/look.ts';

/** Signs fit into a square of this side, in pixels of the screen. */
export const signSize = 12;

type Draw = (pen: CanvasRenderingContext2D) => void;

/** An arrow that comes round. */
const restart: Draw = (pen) => {
  pen.beginPath();
  pen.arc(0, 0, 4, -0.4, 4.6);
  pen.stroke();
  pen.beginPath();
  pen.moveTo(0.2, -6.6);
  pen.lineTo(3.8, -3.6);
  pen.lineTo(-0.6, -1.6);
  pen.closePath();
  pen.fill();
};

/** A window with its title bar. */
const aWindow: Draw = (pen) => {
  pen.strokeRect(-5, -4.5, 10, 9);
  pen.fillRect(-5, -4.5, 10, 3);
};

/** A crescent moon. */
const sleep: Draw = (pen) => {
  pen.beginPath();
  pen.arc(0, 0, 5, 0.9, 5.2);
  pen.arc(2.4, -1.2, 4, 4.6, 1.4, true);
  pen.closePath();
  pen.fill();
};

/** The sign for a pause. */
const held: Draw = (pen) => {
  pen.fillRect(-4, -4.5, 3, 9);
  pen.fillRect(1, -4.5, 3, 9);
};

/** A question mark. */
const unknown: Draw = (pen) => {
  pen.beginPath();
  pen.arc(0, -2, 2.8, Math.PI, Math.PI * 2.35);
  pen.lineTo(0, 1.8);
  pen.stroke();
  pen.fillRect(-1, 3.4, 2, 2);
};

const draws: Readonly<Record<Sign, Draw>> = { restart, window: aWindow, sleep, held, unknown };

export interface PlacedSign {
  readonly sign: Sign;
  readonly color: string;
  /** In pixels of the canvas. */
  readonly x: number;
  readonly y: number;
  readonly ratio: number;
}

export const drawSign = (
  pen: CanvasRenderingContext2D,
  { sign, color, x, y, ratio }: PlacedSign,
): void => {
  pen.save();
  pen.setLineDash([]);
  pen.translate(x, y);
  pen.scale(ratio, ratio);
  pen.strokeStyle = color;
  pen.fillStyle = color;
  pen.lineWidth = 1.7;
  draws[sign](pen);
  pen.restore();
};
