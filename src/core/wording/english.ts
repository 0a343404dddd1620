// Words for programs that have no editor to translate for them.
import type { Say } from './say.ts';

export const inEnglish: Say = (message, ...args) =>
  message.replaceAll(/\{(\d+)\}/g, (place, index) => String(args[Number(index)] ?? place));
