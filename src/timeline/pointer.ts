// The pointer over the lanes: pointing asks for details, dragging chooses a part, the wheel zooms or moves. It speaks of
// places only; what they mean is the page's.

export interface PointerDeeds {
  /** At a place from the left edge of the lanes; `y` and `x` also as the page counts them, for the tip. */
  point(place: {
    readonly x: number;
    readonly pageX: number;
    readonly pageY: number;
    readonly target: Element;
  }): void;
  leave(): void;
  choosePart(from: number, to: number): void;
  /** A factor below 1 shows less time. */
  zoom(factor: number, x: number): void;
  /** In shares of what is shown. */
  pan(share: number): void;
  followPresent(): void;
}

export interface PointerPorts {
  /** What scrolls. */
  readonly scroller: HTMLElement;
  /** The part of the page that lanes lie in; `left` of it is where time begins. */
  readonly plane: HTMLElement;
  /** The area between the left and right edge of time, in pixels of the plane. */
  readonly edges: () => { readonly left: number; readonly width: number };
  readonly line: HTMLElement;
  readonly selection: HTMLElement;
}

/** A click whose finger trembles is no choice of a part. */
const leastDrag = 6;
const wheelStep = 1.0015;

const between = (value: number, most: number): number => Math.min(Math.max(value, 0), most);

class Pointer {
  readonly #ports: PointerPorts;
  readonly #deeds: PointerDeeds;
  /** Where a button went down, as long as it is. */
  #start: number | null = null;

  constructor(ports: PointerPorts, deeds: PointerDeeds) {
    this.#ports = ports;
    this.#deeds = deeds;
    const { plane } = ports;
    plane.addEventListener('pointermove', (event) => this.#move(event));
    plane.addEventListener('pointerleave', () => this.#leave());
    plane.addEventListener('pointerdown', (event) => this.#press(event));
    plane.addEventListener('pointerup', (event) => this.#release(event));
    plane.addEventListener('pointercancel', () => this.#endDrag());
    plane.addEventListener('dblclick', (event) => {
      if (this.#placeOf(event).isIn) deeds.followPresent();
    });
    plane.addEventListener('wheel', (event) => this.#turn(event), { passive: false });
  }

  #placeOf({ clientX }: MouseEvent): { readonly x: number; readonly isIn: boolean } {
    const { plane, edges } = this.#ports;
    const { left, width } = edges();
    const x = clientX - plane.getBoundingClientRect().left - left;
    return { x: between(x, width), isIn: x >= 0 && x <= width };
  }

  #move(event: PointerEvent): void {
    const { line, edges } = this.#ports;
    const { x, isIn } = this.#placeOf(event);
    if (this.#start !== null) this.#drag(event, this.#start, x);
    if (!(event.target instanceof Element) || (!isIn && this.#start === null)) return this.#leave();
    line.hidden = false;
    line.style.left = `${edges().left + x}px`;
    this.#deeds.point({ x, pageX: event.clientX, pageY: event.clientY, target: event.target });
  }

  #leave(): void {
    this.#ports.line.hidden = true;
    this.#deeds.leave();
  }

  #press(event: PointerEvent): void {
    const { x, isIn } = this.#placeOf(event);
    // A finger that drags scrolls the lanes.
    if (event.button === 0 && isIn && event.pointerType !== 'touch') this.#start = x;
  }

  #drag({ pointerId }: PointerEvent, start: number, x: number): void {
    const { selection, plane, edges } = this.#ports;
    selection.hidden = Math.abs(x - start) < leastDrag;
    selection.style.left = `${edges().left + Math.min(start, x)}px`;
    selection.style.width = `${Math.abs(x - start)}px`;
    // From now on it is a drag, also outside of the page. Sooner the click would never reach the lane.
    if (!selection.hidden) plane.setPointerCapture(pointerId);
  }

  #release(event: PointerEvent): void {
    const { x } = this.#placeOf(event);
    const start = this.#start;
    this.#endDrag();
    if (start !== null && Math.abs(x - start) >= leastDrag)
      this.#deeds.choosePart(Math.min(start, x), Math.max(start, x));
  }

  #endDrag(): void {
    this.#start = null;
    this.#ports.selection.hidden = true;
  }

  /**
   * Where there are lanes out of sight the wheel brings them into sight; zooming then takes Ctrl, as a pinch does. Sideways it
   * moves through time.
   */
  #turn(event: WheelEvent): void {
    const { scroller, edges } = this.#ports;
    const { x, isIn } = this.#placeOf(event);
    const isSideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
    const scrolls = scroller.scrollHeight > scroller.clientHeight;
    const zooms = event.ctrlKey || event.metaKey || !scrolls;
    if (!isIn || (!isSideways && !zooms)) return;
    event.preventDefault();
    if (isSideways) this.#deeds.pan((event.deltaX || event.deltaY) / Math.max(1, edges().width));
    else this.#deeds.zoom(wheelStep ** event.deltaY, x);
  }
}

/** Listens as long as the page lives. */
export const watchPointer = (ports: PointerPorts, deeds: PointerDeeds): void => {
  new Pointer(ports, deeds);
};
