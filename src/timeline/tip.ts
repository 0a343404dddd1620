// The little window with what lies under the pointer, or under the keyboard's choice. Screen readers are told the same by a
// live region, so that this one is hidden from them.
import type { Told } from '../core/timeline/words.ts';
import { element } from './elements.ts';

export interface Tip {
  readonly root: HTMLElement;
  /** Beside a point of the page. */
  show(heading: string, told: readonly Told[], x: number, y: number): void;
  hide(): void;
}

const gap = 14;
const most = 5;

const toldElements = ({ title, when, lines }: Told): readonly HTMLElement[] => [
  element('div', { className: 'title', text: title }),
  ...[when, ...lines].map((text) => element('div', { text })),
];

export const createTip = (): Tip => {
  const root = element('div', { className: 'tip', attributes: { 'aria-hidden': 'true' } });
  root.hidden = true;
  return {
    root,
    show: (heading, told, x, y) => {
      root.replaceChildren(
        element('div', { className: 'heading', text: heading }),
        ...told.slice(0, most).flatMap(toldElements),
      );
      root.hidden = false;
      const { offsetWidth, offsetHeight } = root;
      // On the other side of the pointer where it would leave the page.
      const left = x + gap + offsetWidth > window.innerWidth ? x - gap - offsetWidth : x + gap;
      const top = y + gap + offsetHeight > window.innerHeight ? y - gap - offsetHeight : y + gap;
      root.style.left = `${Math.max(4, left)}px`;
      root.style.top = `${Math.max(4, top)}px`;
    },
    hide: () => {
      root.hidden = true;
    },
  };
};
