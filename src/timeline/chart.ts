// The lanes of all servers under one axis: keeps a row per server, draws what is in sight, knows which lane and which event
// the keyboard is on. Not here: what time is shown, and the toolbar (page.ts).
import type { Millis } from '../base/clock.ts';
import {
  eventsAt,
  eventsOf,
  isSame,
  type LaneEvent,
  nearestIndex,
  stepTo,
  tellEvent,
} from '../core/timeline/events.ts';
import type { Lane } from '../core/timeline/lane.ts';
import type { Span } from '../core/timeline/span.ts';
import { type Speech, spokenOf, tellLatency, type Told } from '../core/timeline/words.ts';
import { createTimeAxis, type TimeAxis } from './axis.ts';
import { setText } from './elements.ts';
import type { Frame } from './frame.ts';
import { momentAt, placeOf, scaleWidth, type Stretch } from './geometry.ts';
import { createLaneRow, type LaneRow, type LaneRowPorts } from './laneRow.ts';
import type { Tip } from './tip.ts';

export interface ChartPorts extends LaneRowPorts {
  readonly frame: Frame;
  readonly tip: Tip;
  /** A key went down while a lane had the keyboard. */
  readonly onKey: (event: KeyboardEvent) => void;
}

/** What is this near to the pointer is meant, in pixels. */
const reachWidth = 8;

export class Chart {
  readonly #ports: ChartPorts;
  readonly #axis: TimeAxis;
  #rows: readonly LaneRow[] = [];
  #active: string | null = null;
  #chosen: LaneEvent | null = null;
  #stretch: Stretch = { span: { from: 0, to: 1 }, width: 1 };
  #speech: Speech | null = null;

  constructor(ports: ChartPorts) {
    this.#ports = ports;
    this.#axis = createTimeAxis(ports.frame.axis, ports);
  }

  /** The edges of time in the plane. */
  get edges(): { readonly left: number; readonly width: number } {
    const { plane, axis } = this.#ports.frame;
    const left = axis.getBoundingClientRect().left - plane.getBoundingClientRect().left;
    return { left, width: this.#stretch.width };
  }

  momentAt(x: number): Millis {
    return momentAt(x, this.#stretch);
  }

  draw(lanes: readonly Lane[], span: Span, speech: Speech): void {
    const { frame } = this.#ports;
    this.#stretch = { span, width: Math.max(40, frame.axis.clientWidth - scaleWidth) };
    this.#speech = speech;
    this.#keepRows(lanes);
    this.#axis.draw(this.#stretch);
    for (const [index, lane] of lanes.entries()) this.#drawRow(this.#rows[index], lane, speech);
  }

  #drawRow(row: LaneRow | undefined, lane: Lane, speech: Speech): void {
    // A scene costs a canvas; those out of sight are drawn when they are scrolled into it.
    if (row === undefined || (row.stage.hasAttribute('aria-label') && !this.#isInSight(row)))
      return;
    const chosen = lane.serverId === this.#active ? this.#chosen : null;
    row.draw({ lane, stretch: this.#stretch, now: speech.now, chosen }, speech);
  }

  #isInSight({ root }: LaneRow): boolean {
    const { top, bottom } = root.getBoundingClientRect();
    return bottom >= 0 && top <= window.innerHeight;
  }

  #keepRows(lanes: readonly Lane[]): void {
    const isSameList =
      lanes.length === this.#rows.length &&
      lanes.every(({ serverId }, index) => this.#rows[index]?.lane.serverId === serverId);
    if (isSameList) return;
    for (const row of this.#rows) row.dispose();
    this.#rows = lanes.map((lane) => this.#makeRow(lane));
    this.#ports.frame.lanes.replaceChildren(...this.#rows.map(({ root }) => root));
    this.#activate(
      lanes.some(({ serverId }) => serverId === this.#active)
        ? this.#active
        : (lanes[0]?.serverId ?? null),
    );
  }

  #makeRow(lane: Lane): LaneRow {
    const row = createLaneRow(lane, this.#ports, this.#stretch.width + scaleWidth);
    row.stage.addEventListener('focus', () => this.#activate(lane.serverId));
    row.stage.addEventListener('blur', () => this.dismiss());
    row.stage.addEventListener('keydown', (event) => this.#ports.onKey(event));
    return row;
  }

  /** One lane at a time takes part in the order of Tab. */
  #activate(serverId: string | null): void {
    if (serverId !== this.#active) this.#chosen = null;
    this.#active = serverId;
    for (const { stage, lane } of this.#rows) stage.tabIndex = lane.serverId === serverId ? 0 : -1;
  }

  get #activeRow(): LaneRow | undefined {
    return this.#rows.find(({ lane }) => lane.serverId === this.#active);
  }

  changeLane(direction: 1 | -1): void {
    const index = this.#rows.findIndex(({ lane }) => lane.serverId === this.#active);
    this.#rows[index + direction]?.stage.focus();
  }

  reveal(serverId: string): void {
    const row = this.#rows.find(({ lane }) => lane.serverId === serverId);
    row?.root.scrollIntoView({ block: 'nearest' });
    row?.stage.focus();
  }

  /** Chooses the next event of the lane that has the keyboard; says when it is, so that it can be brought into view. */
  step(direction: 1 | -1, outermost = false): Millis | null {
    const row = this.#activeRow;
    if (row === undefined) return null;
    const events = eventsOf(row.lane);
    this.#chosen = outermost
      ? ((direction === 1 ? events.at(-1) : events[0]) ?? null)
      : stepTo(events, this.#chosen ?? this.#lastInView(events), direction);
    return this.#chosen?.at ?? null;
  }

  /** The first step begins at what is on screen and not at the beginning of all records. */
  #lastInView(events: readonly LaneEvent[]): LaneEvent | null {
    const { to } = this.#stretch.span;
    const index = events.findLastIndex(({ at }) => at <= to);
    return events[index + 1] ?? null;
  }

  /** Tells what is chosen, in the tip and aloud. */
  tellChosen(): void {
    const [row, chosen, speech] = [this.#activeRow, this.#chosen, this.#speech];
    if (row === undefined || chosen === null || speech === null) return;
    const event = eventsOf(row.lane).find((each) => isSame(each, chosen)) ?? chosen;
    const told = tellEvent(event, speech);
    const { left, top, height } = row.stage.getBoundingClientRect();
    const x = left + Math.max(0, placeOf(event.at, this.#stretch));
    this.#ports.tip.show(row.lane.serverId, [told], x, top + height / 2);
    setText(this.#ports.frame.spoken, spokenOf(told));
  }

  dismiss(): void {
    this.#chosen = null;
    this.#ports.tip.hide();
  }

  /** Shows what lies under the pointer. */
  point(x: number, pageX: number, pageY: number, target: Element): void {
    const row = this.#rows.find(({ root }) => root.contains(target));
    const told = row === undefined ? [] : this.#toldAt(row.lane, x);
    if (row === undefined || told.length === 0) return this.#ports.tip.hide();
    this.#ports.tip.show(row.lane.serverId, told, pageX, pageY);
  }

  #toldAt(lane: Lane, x: number): readonly Told[] {
    const speech = this.#speech;
    if (speech === null) return [];
    const at = this.momentAt(x);
    const reach = this.momentAt(reachWidth) - this.momentAt(0);
    const events = eventsAt(lane, at, reach, speech.now).map((event) => tellEvent(event, speech));
    const index = nearestIndex(lane.times, at, Math.max(reach, 15_000));
    const time = index === null ? undefined : lane.times[index];
    if (index === null || time === undefined) return events;
    return [...events, tellLatency(time, lane.latencies[index] ?? null, speech)];
  }
}
