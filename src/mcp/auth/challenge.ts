// Reads what a server says when it refuses (`WWW-Authenticate`, RFC 9110 section 11.6.1; RFC 6750 section 3; RFC 9728 section
// 5.1). Pure, and tolerant: servers write it by hand. Not here: what to do about it (authorizer.ts).

export interface Asking {
  /** Where the server says who its authorization servers are. */
  readonly resourceMetadataUrl: string | null;
  readonly scopes: readonly string[];
  readonly error: string | null;
}

const nothing: Asking = { resourceMetadataUrl: null, scopes: [], error: null };

/** Longer ones are none that anybody wrote for us. */
const longest = 8_192;

export const scopesOf = (text: string | undefined): readonly string[] => [
  ...new Set((text ?? '').split(/\s+/).filter((scope) => scope !== '')),
];

/** A parameter with its value, in quotes or without, or else a word alone: the name of a scheme. */
const piece = /([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))|([A-Za-z][\w-]*)/g;

/** What is said of bearer tokens, by lower-case name; several schemes may be offered in one header. */
const bearerFields = (header: string): ReadonlyMap<string, string> => {
  const fields = new Map<string, string>();
  let isBearer = false;
  for (const [, name, quoted, plain, scheme] of header.matchAll(piece)) {
    if (scheme !== undefined) isBearer = scheme.toLowerCase() === 'bearer';
    const key = name?.toLowerCase();
    if (isBearer && key !== undefined && !fields.has(key)) fields.set(key, quoted ?? plain ?? '');
  }
  return fields;
};

export const readChallenge = (header: string | null): Asking => {
  if (header === null || header.length > longest) return nothing;
  const fields = bearerFields(header);
  const url = fields.get('resource_metadata');
  return {
    resourceMetadataUrl: url !== undefined && URL.canParse(url) ? url : null,
    scopes: scopesOf(fields.get('scope')),
    error: fields.get('error') ?? null,
  };
};

/** Whether a refusal with 403 asks for more rights; any other one is no matter of signing in. */
export const asksForMore = (header: string | null): boolean =>
  readChallenge(header).error === 'insufficient_scope';
