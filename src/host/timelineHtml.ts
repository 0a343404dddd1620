// The frame of the timeline's page: one script, one style sheet, and a policy that allows nothing else. Free of `vscode`, so that
// the page can be tried with its policy in a plain browser. Not here: what the page does (the timeline room).

export interface PageParts {
  /** Where the editor serves our files from. */
  readonly source: string;
  readonly script: string;
  readonly style: string;
  /** Another one each time. */
  readonly nonce: string;
  readonly language: string;
  readonly title: string;
}

const escape = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** No connection, no picture, no font, no frame, nothing remote: what is shown comes in messages. */
const policyOf = ({ source, nonce }: PageParts): string =>
  [
    "default-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    `style-src ${source}`,
    `script-src 'nonce-${nonce}'`,
  ].join('; ');

export const timelineHtml = (parts: PageParts): string => `<!DOCTYPE html>
<html lang="${escape(parts.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escape(policyOf(parts))}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(parts.title)}</title>
<link rel="stylesheet" href="${escape(parts.style)}">
</head>
<body>
<script nonce="${escape(parts.nonce)}" src="${escape(parts.script)}"></script>
</body>
</html>
`;
