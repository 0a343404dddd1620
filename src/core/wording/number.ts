// Numbers as the language of the texts writes them. A text tells which language that is, so that where there is no translation the
// numbers are English like the words around them. Not here: numbers that name something, as a port or a status, which stay plain.
import type { Say } from './say.ts';

const shapeOfTag = /^[a-z]{2,3}(?:-[A-Za-z\d]{2,8})*$/;

/** Translators put the tag of their language here. */
const languageOf = (say: Say): string => {
  const tag = say('en');
  return shapeOfTag.test(tag) ? tag : 'en';
};

/** A number of tenths. */
export const decimal = (tenths: number, say: Say): string =>
  new Intl.NumberFormat(languageOf(say), {
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  }).format(tenths / 10);

/** How many there are. */
export const quantity = (count: number, say: Say): string =>
  new Intl.NumberFormat(languageOf(say)).format(count);
