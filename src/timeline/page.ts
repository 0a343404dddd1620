// The page of the timeline: what time is shown, what the buttons, keys and the pointer do to it, and when it is drawn. Not here:
// the lanes (chart.ts).
import type { Millis } from '../base/clock.ts';
import { tableOf } from '../core/timeline/events.ts';
import type { KeptView, MessageToPage } from '../core/timeline/messages.ts';
import {
  bringIntoView,
  firstLook,
  firstLookAt,
  type Look,
  pan,
  type Range,
  rangeOf,
  ranges,
  showPart,
  spanOf,
  zoom,
} from '../core/timeline/span.ts';
import type { Speech } from '../core/timeline/words.ts';
import type { Channel } from './channel.ts';
import { Chart } from './chart.ts';
import { setText } from './elements.ts';
import { buildFrame, type Frame } from './frame.ts';
import { handleKey, type KeyDeeds } from './keys.ts';
import { drawLegend } from './legend.ts';
import { Model } from './model.ts';
import { createPaint, type Paint } from './paint.ts';
import { type PointerDeeds, watchPointer } from './pointer.ts';
import { type Language, speak } from './speech.ts';
import { drawTable } from './table.ts';
import { watchTheme } from './theme.ts';
import { createTip } from './tip.ts';
import { createToolbar, type Toolbar, type ToolbarDeeds } from './toolbar.ts';

const zoomStep = 2;
const panStep = 0.5;
const second: Millis = 1_000;
/** Who asked for less motion is not shown a picture that creeps; news are drawn at once all the same. */
const calmTick: Millis = 10_000;

/** Asked of the system, or of the editor, which says it to its web views by a class. */
const wantsCalm = (): boolean =>
  matchMedia('(prefers-reduced-motion: reduce)').matches ||
  document.body.classList.contains('vscode-reduce-motion');

const firstView: KeptView = { ...firstLook, isTable: false, hasLegend: true };

class Page {
  readonly #channel: Channel;
  readonly #language: Language;
  readonly #model = new Model();
  readonly #frame: Frame;
  readonly #toolbar: Toolbar;
  readonly #chart: Chart;
  readonly #paint: () => Paint;
  #view: KeptView;
  /** Nobody has chosen yet what to look at. */
  readonly #isFirstTime: boolean;
  #isAsked = false;
  #isTableStale = true;
  #drawnAt: Millis = 0;
  #toReveal: string | null = null;
  #hasLanes = false;

  constructor(root: HTMLElement, channel: Channel, language: Language, kept: KeptView | null) {
    this.#channel = channel;
    this.#language = language;
    this.#view = kept ?? firstView;
    this.#isFirstTime = kept === null;
    const watch = watchTheme(() => this.#redressed());
    this.#paint = createPaint(() => watch.theme);
    this.#toolbar = createToolbar(language, this.#toolbarDeeds());
    const run = (deed: 'addServer' | 'showHealthReport', serverId: string | null): void =>
      channel.send({ kind: 'run', deed, serverId });
    this.#frame = buildFrame(root, language, this.#toolbar.root, () => run('addServer', null));
    const tip = createTip();
    root.append(tip.root);
    const keys = this.#keyDeeds();
    this.#chart = new Chart({
      frame: this.#frame,
      tip,
      paint: this.#paint,
      language: () => language,
      choose: (serverId) => run('showHealthReport', serverId),
      onKey: (event) => {
        if (handleKey(event, keys)) event.preventDefault();
      },
    });
    this.#listen(() => tip.hide());
    drawLegend(this.#frame.legend, this.#paint(), language);
  }

  #listen(leave: () => void): void {
    const { plane, scroller, line, selection, axis } = this.#frame;
    const ports = { plane, scroller, line, selection, edges: () => this.#chart.edges };
    watchPointer(ports, this.#pointerDeeds(leave));
    new ResizeObserver(() => this.#ask()).observe(axis);
    scroller.addEventListener('scroll', () => this.#ask(), { passive: true });
    setInterval(() => this.#tick(), second);
  }

  #redressed(): void {
    drawLegend(this.#frame.legend, this.#paint(), this.#language);
    this.#ask();
  }

  take(message: Exclude<MessageToPage, { readonly kind: 'begin' }>): void {
    if (message.kind === 'reveal') {
      this.#toReveal = message.serverId;
    } else {
      const { now, order, lanes } = message;
      if (this.#model.take(now, order, lanes)) this.#isTableStale = true;
      if (!this.#hasLanes && this.#isFirstTime)
        this.#view = { ...this.#view, ...firstLookAt(this.#model.extent) };
      this.#hasLanes = true;
    }
    this.#ask();
  }

  /** The present moves on by whole pixels: a day on screen need not be drawn every second. */
  #tick(): void {
    const { from, to } = spanOf(this.#view, this.#model.extent);
    const pixel = (to - from) / Math.max(1, this.#chart.edges.width);
    const pause = wantsCalm() ? calmTick : Math.max(second, pixel);
    if (this.#model.isSilent || Date.now() - this.#drawnAt >= pause - second / 2) this.#ask();
  }

  /** Whatever happened: it is drawn once, with the next picture of the screen. */
  #ask(): void {
    if (this.#isAsked || !this.#hasLanes) return;
    this.#isAsked = true;
    requestAnimationFrame(() => {
      this.#isAsked = false;
      this.#draw();
    });
  }

  #look(next: Look): void {
    this.#change({ length: next.length, until: next.until });
  }

  #change(part: Partial<KeptView>): void {
    this.#view = { ...this.#view, ...part };
    this.#channel.send({ kind: 'looks', view: this.#view });
    this.#isTableStale = true;
    this.#ask();
  }

  #speech(now: Millis): Speech {
    const { say, time } = this.#language;
    return { say, now, time: (at) => time(at, now) };
  }

  #draw(): void {
    this.#drawnAt = Date.now();
    const { extent, lanes } = this.#model;
    const { isTable, hasLegend, until } = this.#view;
    const { frame } = this;
    const span = spanOf(this.#view, extent);
    const speech = this.#speech(extent.now);
    const shown = speech.say('{0} to {1}', speech.time(span.from), speech.time(span.to));
    this.#toolbar.show({
      range: rangeOf(this.#view),
      isLive: until === null,
      isTable,
      hasLegend,
      shown,
    });
    const isEmpty = extent.first === null;
    frame.empty.hidden = !isEmpty;
    this.#toolbar.root.hidden = isEmpty;
    frame.legend.hidden = isEmpty || !hasLegend || isTable;
    frame.scroller.hidden = isEmpty || isTable;
    frame.table.hidden = isEmpty || !isTable;
    this.#drawNote(speech);
    if (isEmpty) return;
    if (!isTable) this.#chart.draw(lanes, span, speech);
    else if (this.#isTableStale) drawTable(frame.table, tableOf(lanes, span), speech);
    this.#isTableStale = false;
    this.#reveal();
  }

  get frame(): Frame {
    return this.#frame;
  }

  #drawNote({ say, time }: Speech): void {
    const { note } = this.#frame;
    note.hidden = !this.#model.isSilent;
    const text = say(
      'No news from MCP Lifeline since {0}. What follows is not known.',
      time(this.#model.heardAt),
    );
    if (!note.hidden) setText(note, text);
  }

  #reveal(): void {
    // The table holds all servers; who reads it is not taken away from it.
    if (this.#toReveal !== null && !this.#view.isTable) this.#chart.reveal(this.#toReveal);
    this.#toReveal = null;
  }

  /** What the buttons and keys zoom around: the present where it is followed, else the middle. */
  #zoom(direction: 'in' | 'out'): void {
    const { extent } = this.#model;
    const { from, to } = spanOf(this.#view, extent);
    const pivot = this.#view.until === null ? to : (from + to) / 2;
    this.#look(zoom(this.#view, direction === 'in' ? 1 / zoomStep : zoomStep, pivot, extent));
  }

  #pan(share: number): void {
    this.#look(pan(this.#view, share, this.#model.extent));
  }

  #toolbarDeeds(): ToolbarDeeds {
    return {
      showRange: (range: Range) => this.#look({ length: ranges[range], until: null }),
      zoom: (direction) => this.#zoom(direction),
      pan: (direction) => this.#pan(direction * panStep),
      toggleLive: () =>
        this.#change({ until: this.#view.until === null ? this.#model.extent.now : null }),
      toggleTable: () => this.#change({ isTable: !this.#view.isTable }),
      toggleLegend: () => this.#change({ hasLegend: !this.#view.hasLegend }),
    };
  }

  #keyDeeds(): KeyDeeds {
    const go = (at: Millis | null): void => {
      if (at === null) return;
      this.#look(bringIntoView(this.#view, at, this.#model.extent));
      requestAnimationFrame(() => this.#chart.tellChosen());
    };
    return {
      step: (direction) => go(this.#chart.step(direction)),
      outermost: (direction) => go(this.#chart.step(direction, true)),
      changeLane: (direction) => this.#chart.changeLane(direction),
      zoom: (direction) => this.#zoom(direction),
      pan: (direction) => this.#pan(direction * panStep),
      followPresent: () => this.#change({ until: null }),
      dismiss: () => {
        this.#chart.dismiss();
        this.#ask();
      },
    };
  }

  #pointerDeeds(leave: () => void): PointerDeeds {
    return {
      point: ({ x, pageX, pageY, target }) => this.#chart.point(x, pageX, pageY, target),
      leave,
      choosePart: (from, to) =>
        this.#look(
          showPart(this.#chart.momentAt(from), this.#chart.momentAt(to), this.#model.extent),
        ),
      zoom: (factor, x) =>
        this.#look(zoom(this.#view, factor, this.#chart.momentAt(x), this.#model.extent)),
      pan: (share) => this.#pan(share),
      followPresent: () => this.#change({ until: null }),
    };
  }
}

/** Shows the timeline, from the first words of the extension on. */
export const showPage = (channel: Channel): void => {
  let page: Page | undefined;
  channel.onMessage((message) => {
    if (message.kind === 'begin') {
      const { language, words, kept } = message;
      page = new Page(document.body, channel, speak(language, words), kept);
    } else page?.take(message);
  });
  channel.send({ kind: 'ready' });
};
