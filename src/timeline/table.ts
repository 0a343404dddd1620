// The same as the lanes show, as a table: for screen readers, and for whoever wants to read or copy.
import { type Table, tellEvent } from '../core/timeline/events.ts';
import type { Speech } from '../core/timeline/words.ts';
import { element } from './elements.ts';

const cells = (tag: 'td' | 'th', texts: readonly string[]): readonly HTMLElement[] =>
  texts.map((text) => element(tag, { text, attributes: tag === 'th' ? { scope: 'col' } : {} }));

export const drawTable = (root: HTMLElement, { rows, leftOut }: Table, speech: Speech): void => {
  const { say } = speech;
  const head = element(
    'tr',
    {},
    cells('th', [say('When'), say('Server'), say('What'), say('Details')]),
  );
  const body = rows.map(({ serverId, event }) => {
    const { title, when, lines } = tellEvent(event, speech);
    const server = serverId ?? say('all servers');
    return element('tr', {}, cells('td', [when, server, title, lines.join(' · ')]));
  });
  const table = element('table', {}, [
    element('caption', { text: say('What happened in the time shown, newest first') }),
    element('thead', {}, [head]),
    element('tbody', {}, body),
  ]);
  const notes: Node[] = [];
  if (rows.length === 0) {
    const text = say('Nothing was recorded in the time shown.');
    notes.push(element('p', { className: 'note', text }));
  }
  if (leftOut > 0) {
    const text = say('{0} older rows are left out. Zoom in to see them.', leftOut);
    notes.push(element('p', { className: 'note', text }));
  }
  root.replaceChildren(table, ...notes);
};
