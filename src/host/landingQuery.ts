// What the way back to an address of the editor brings, read from what the editor hands over. Free of `vscode`.
// Not here: the address, and who waits for it (landings.ts).

/**
 * In a desktop window the editor has decoded the query already: decoding it once more would make a space of a plus, and anything
 * of a percent sign. In a browser its page hands the query over as it is encoded in an address.
 */
export const queryOf = (query: string, isEncoded: boolean): URLSearchParams =>
  new URLSearchParams(isEncoded ? query : query.replaceAll('%', '%25').replaceAll('+', '%2B'));
