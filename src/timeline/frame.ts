// The page's skeleton: where toolbar, legend, lanes, table and notes stand. Not here: what they say.
import { element } from './elements.ts';
import type { Language } from './speech.ts';

export interface Frame {
  readonly legend: HTMLElement;
  readonly note: HTMLElement;
  readonly empty: HTMLElement;
  /** Scrolls the lanes. */
  readonly scroller: HTMLElement;
  readonly plane: HTMLElement;
  readonly lanes: HTMLElement;
  /** The times above the lanes; as wide as every lane. */
  readonly axis: HTMLElement;
  readonly line: HTMLElement;
  readonly selection: HTMLElement;
  readonly table: HTMLElement;
  readonly spoken: HTMLElement;
}

const emptyState = ({ say }: Language, addServer: () => void): HTMLElement => {
  const add = element('button', { text: say('Add Server…'), attributes: { type: 'button' } });
  add.addEventListener('click', addServer);
  return element('div', { className: 'empty' }, [
    element('h1', { text: say('Nothing recorded yet') }),
    element('p', {
      text: say(
        'What happens to your MCP servers is drawn here: when they work, restart, or are away.',
      ),
    }),
    add,
  ]);
};

/** A child of the page that takes no room until it is shown. */
const hidden = (
  className: string,
  attributes: Readonly<Record<string, string>> = {},
): HTMLElement => {
  const made = element('div', { className, attributes });
  made.hidden = true;
  return made;
};

export const buildFrame = (
  root: HTMLElement,
  language: Language,
  toolbar: HTMLElement,
  addServer: () => void,
): Frame => {
  const { say } = language;
  const legend = element('ul', {
    className: 'legend',
    attributes: { 'aria-label': say('Legend') },
  });
  const axis = element('div', { className: 'axis' });
  const lanes = element('div', { className: 'lanes' });
  const [line, selection] = [hidden('line'), hidden('selection')];
  const head = element('div', { className: 'head', attributes: { 'aria-hidden': 'true' } }, [
    element('div', { className: 'name' }),
    axis,
  ]);
  const plane = element('div', { className: 'plane' }, [head, lanes, selection, line]);
  const scroller = element('main', { className: 'scroller' }, [plane]);
  const table = hidden('table', {
    tabindex: '0',
    role: 'region',
    'aria-label': say('Timeline as a table'),
  });
  const note = hidden('note', { role: 'status' });
  const spoken = element('div', { className: 'spoken', attributes: { role: 'status' } });
  const empty = emptyState(language, addServer);
  // Until the extension has told what there is, the page must not say that there is nothing.
  for (const part of [toolbar, legend, empty, scroller]) part.hidden = true;
  root.replaceChildren(
    element('header', {}, [toolbar, legend, note]),
    empty,
    scroller,
    table,
    spoken,
  );
  return { legend, note, empty, scroller, plane, lanes, axis, line, selection, table, spoken };
};
