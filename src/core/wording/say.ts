// How words reach a person's language: every text of this room goes through one function of this type.

/** Translates a text and puts the arguments in place of {0}, {1}, …; `vscode.l10n.t` is one. */
export type Say = (message: string, ...args: (string | number)[]) => string;
