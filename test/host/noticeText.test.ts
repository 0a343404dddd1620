// Links in notifications: ours lead where they should, and nobody else's lead anywhere.
import { expect, test } from 'vitest';
import { asNotice, logTarget } from '../../src/host/noticeText.ts';

/** What the editor takes for a link in a notification. */
const links = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/gi;
const targetsIn = (text: string): readonly (string | undefined)[] =>
  [...text.matchAll(links)].map(([, , target]) => target);

test('text from outside holds no link', () => {
  const text = 'a [b](command:evil) [c](https://e.x/) [d](command:e "f") ](](command:g)';
  expect(targetsIn(text)).not.toEqual([]);
  expect(targetsIn(asNotice(text))).toEqual([]);
});

test.each(['notes', 'a (b) "c" [d](e)'])('the log of %s is one link away', (id) => {
  const [target = '', ...others] = targetsIn(`Calling ([Show Log](${logTarget(id)}))`);
  expect(others).toEqual([]);
  const { pathname, search } = new URL(target);
  expect(pathname).toBe('mcpLifeline.showLog');
  expect(JSON.parse(decodeURIComponent(search.slice(1)))).toEqual([id]);
});
