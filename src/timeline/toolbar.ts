// The buttons above the lanes: how much time is shown, zoom, live, table, legend. They say with `aria-pressed` what is on.
import type { Range } from '../core/timeline/span.ts';
import { element, setAttribute, setText } from './elements.ts';
import type { Language } from './speech.ts';

export interface ToolbarDeeds {
  showRange(range: Range): void;
  zoom(direction: 'in' | 'out'): void;
  /** -1: to the past. */
  pan(direction: 1 | -1): void;
  readonly toggleLive: () => void;
  readonly toggleTable: () => void;
  readonly toggleLegend: () => void;
}

export interface ToolbarState {
  readonly range: Range | null;
  readonly isLive: boolean;
  readonly isTable: boolean;
  readonly hasLegend: boolean;
  /** What is shown, in words. */
  readonly shown: string;
}

export interface Toolbar {
  readonly root: HTMLElement;
  show(state: ToolbarState): void;
}

const button = (text: string, label: string, act: () => void): HTMLButtonElement => {
  const made = element('button', { text, attributes: { type: 'button', title: label } });
  // A text with a word in it is a name that can be said; a sign is none.
  if (!/\p{L}/u.test(text)) made.setAttribute('aria-label', label);
  made.addEventListener('click', act);
  return made;
};

const group = (label: string, buttons: readonly HTMLElement[]): HTMLElement =>
  element(
    'div',
    { className: 'group', attributes: { role: 'group', 'aria-label': label } },
    buttons,
  );

export const createToolbar = ({ say }: Language, deeds: ToolbarDeeds): Toolbar => {
  const rangeButtons: Readonly<Record<Range, HTMLButtonElement>> = {
    minutes: button(say('5 min'), say('Show the last 5 minutes'), () => deeds.showRange('minutes')),
    hour: button(say('1 h'), say('Show the last hour'), () => deeds.showRange('hour')),
    day: button(say('24 h'), say('Show the last 24 hours'), () => deeds.showRange('day')),
    all: button(say('All'), say('Show everything recorded'), () => deeds.showRange('all')),
  };
  const live = button(say('Live'), say('Follow the present (0)'), deeds.toggleLive);
  const table = button(say('Table'), say('Show the same as a table'), deeds.toggleTable);
  const legend = button(say('Legend'), say('Show what colors and signs mean'), deeds.toggleLegend);
  const shown = element('span', { className: 'shown' });
  const root = element('div', { className: 'toolbar' }, [
    group(say('Time shown'), Object.values(rangeButtons)),
    group(say('Zoom and move'), [
      button('‹', say('Move to the past (Page Up)'), () => deeds.pan(-1)),
      button('−', say('Zoom out (-)'), () => deeds.zoom('out')),
      button('+', say('Zoom in (+)'), () => deeds.zoom('in')),
      button('›', say('Move to the present (Page Down)'), () => deeds.pan(1)),
    ]),
    group(say('Display'), [live, table, legend]),
    shown,
  ]);
  const press = (target: HTMLElement, isPressed: boolean): void =>
    setAttribute(target, 'aria-pressed', String(isPressed));
  return {
    root,
    show: (state) => {
      press(rangeButtons.minutes, state.range === 'minutes');
      press(rangeButtons.hour, state.range === 'hour');
      press(rangeButtons.day, state.range === 'day');
      press(rangeButtons.all, state.range === 'all');
      press(live, state.isLive);
      press(table, state.isTable);
      press(legend, state.hasLegend);
      setText(shown, state.shown);
    },
  };
};
