// Text from outside inside Markdown of ours: server names, reasons and descriptions must not become links, tables
// or icons. Free of `vscode`.

export const escapeMarkdown = (text: string): string =>
  text
    .replaceAll(/[\\`*_{}[\]()#+\-.!|<>~$&]/g, (sign) =>
      sign === '<' ? '&lt;' : sign === '&' ? '&amp;' : `\\${sign}`,
    )
    // Only what would end a table's row: the narrow space of a time of day keeps it on one line.
    .replaceAll(/[ \t\r\n]+/g, ' ')
    .trim();

/** Text shown letter by letter; an address does not become a link. */
export const asCode = (text: string): string =>
  `\`${text
    .replaceAll(/[\r\n]+/g, ' ')
    .replaceAll('`', "'")
    .replaceAll('|', '\\|')}\``;
