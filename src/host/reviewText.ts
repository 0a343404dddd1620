// What an entry of a workspace would do, laid out for the eye of whoever has to allow it: nothing left out, nothing that could
// hide behind invisible characters or a long line. Values of credentials are masked. Free of `vscode`.
// Not here: how it is shown and what follows from the answer (reviewServer.ts).
import type { InputDefinition } from '../core/inputs.ts';
import type {
  HttpServer,
  IdentityWish,
  OAuthWish,
  ServerDefinition,
  StdioServer,
} from '../core/settings.ts';
import { hasVariables } from '../core/template.ts';
import type { Say } from '../core/wording/say.ts';
import { callbackAddress } from './loopbackLanding.ts';

export interface Review {
  readonly definition: ServerDefinition;
  readonly inputs: readonly InputDefinition[];
  /** The file in which the entry stands. */
  readonly file: string;
  /** Where a program without a folder of its own starts. */
  readonly folder: string;
}

type Line = readonly [label: string, text: string];

// Control characters, and those that have no width or turn the direction of writing: they make a text look like another.
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

const asEscape = (letter: string): string => `\\u{${(letter.codePointAt(0) ?? 0).toString(16)}}`;

/** In quotes, so that a space at its end is seen. */
export const visible = (text: string): string =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll(unseen, asEscape)}"`;

const secretName = /token|secret|passw|passphrase|credential|_?key$|auth|cookie|session/i;
const secretLook =
  /^(?:(?:bearer|basic|token)\s+\S+|(?:sk-|gh[opsu]_|github_pat_|glpat-|xox|AKIA|eyJ)\S+)$/i;
/** Options, paths, addresses and several words do something, and must be seen whatever they call themselves. */
const active = /\s|^[-./~\\]|[/\\]{2}|^[a-z]:[/\\]/i;

const masked = (text: string, say: Say): string => say('(hidden, {0} characters)', text.length);

/** A value that a variable brings is not there yet, and its name is what matters. */
const valueOf = (name: string, text: string, say: Say): string => {
  const isSecret = secretLook.test(text) || (secretName.test(name) && !active.test(text));
  return isSecret && !hasVariables(text) ? masked(text, say) : visible(text);
};

/** The host stays in plain sight; user, password and the values of the query are masked. */
const urlText = (text: string): string => {
  if (hasVariables(text) || !URL.canParse(text)) return visible(text);
  const url = new URL(text);
  if (url.username !== '') url.username = '***';
  if (url.password !== '') url.password = '***';
  for (const name of url.searchParams.keys()) url.searchParams.set(name, '***');
  return visible(url.href);
};

const identityLines = (
  { tokenEndpoint, clientId, clientSecret, idToken }: IdentityWish,
  say: Say,
): readonly Line[] => [
  [say('Identity passed on by'), urlText(tokenEndpoint)],
  [say('Known there as client'), visible(clientId)],
  ...(clientSecret === null
    ? []
    : [[say('Client secret there'), valueOf('secret', clientSecret, say)] as const]),
  [say('Your ID token'), valueOf('token', idToken, say)],
];

const oauthLines = (oauth: OAuthWish | false, say: Say): readonly Line[] => {
  if (oauth === false) return [];
  const { clientId, clientSecret, scopes, grant, identity, callbackPort, clientMetadataUrl } =
    oauth;
  const all: readonly (readonly [string, string | null])[] = [
    [say('Sign-in as client'), clientId === null ? null : visible(clientId)],
    [say('Client secret'), clientSecret === null ? null : valueOf('secret', clientSecret, say)],
    [say('Scopes'), scopes.length === 0 ? null : scopes.map(visible).join(' ')],
    [say('Way of signing in'), grant === 'client_credentials' ? visible(grant) : null],
    [
      say('Way back from signing in'),
      callbackPort === undefined ? null : visible(callbackAddress(callbackPort)),
    ],
    [
      say('Client described at'),
      clientMetadataUrl === undefined ? null : urlText(clientMetadataUrl),
    ],
  ];
  return [
    ...all.flatMap(([label, text]): Line[] => (text === null ? [] : [[label, text]])),
    ...(identity ? identityLines(identity, say) : []),
  ];
};

const httpLines = (server: HttpServer, say: Say): readonly Line[] => [
  [say('URL'), urlText(server.url)],
  ...Object.entries(server.headers).map(([name, text]): Line => [
    say('Header'),
    `${name}: ${hasVariables(text) ? visible(text) : masked(text, say)}`,
  ]),
  ...(server.headersHelper === null
    ? []
    : [[say('Command that makes headers'), visible(server.headersHelper)] as const]),
  ...(server.health === false ? [] : [[say('Health path'), visible(server.health)] as const]),
  ...oauthLines(server.oauth, say),
];

const stdioLines = (server: StdioServer, folder: string, say: Say): readonly Line[] => [
  [say('Program'), visible(server.command)],
  ...server.args.map((text, index): Line => [say('Argument {0}', index + 1), visible(text)]),
  [say('Folder'), visible(server.cwd ?? folder)],
  ...Object.entries(server.env).map(([name, text]): Line => [
    say('Variable'),
    text === null
      ? say('{0} (taken away)', visible(name))
      : `${visible(name)} = ${valueOf(name, text, say)}`,
  ]),
  ...(server.envFile === null
    ? []
    : [[say('File with variables'), visible(server.envFile)] as const]),
];

const inputLine = (input: InputDefinition, say: Say): Line => [
  say('Asks you for'),
  input.kind === 'command'
    ? say(
        '{0}: what the editor command {1} returns for {2}',
        visible(input.id),
        visible(input.command),
        visible(JSON.stringify(input.args) ?? ''),
      )
    : `${visible(input.id)} ${visible(input.description ?? '')}`,
];

const commonLines = ({ definition, inputs }: Review, say: Say): readonly Line[] => [
  ...inputs.map((input) => inputLine(input, say)),
  ...(definition.watch.length === 0
    ? []
    : [[say('Starts again when these change'), definition.watch.map(visible).join(' ')] as const]),
  ...(definition.trustHints
    ? [
        [
          say('Trusts its tool hints'),
          say('yes: calls of tools that it marks as safe may be repeated after a break'),
        ] as const,
      ]
    : []),
];

/** The question lies over the top of the page; what it covers must not be anything that matters. */
const linesBehindQuestion = 11;
/** What is wider would run out of a window of usual size, or below the overview at its side, where nobody looks. */
const widest = 84;
/** However long the labels of a language are. */
const narrowestValue = 32;

/** The sign at a break shows that the value goes on, and where a space stands before it. */
const broken = (text: string, width: number): readonly string[] => {
  const letters = Array.from(text);
  const count = Math.max(1, Math.ceil(letters.length / width));
  return Array.from({ length: count }, (_, index) => {
    const piece = letters.slice(index * width, (index + 1) * width).join('');
    return index === count - 1 ? piece : `${piece}↩`;
  });
};

const laidOut = (lines: readonly Line[]): readonly string[] => {
  const labels = Math.max(...lines.map(([label]) => label.length));
  const width = Math.max(narrowestValue, widest - labels - 5);
  return lines.flatMap(([label, text]) =>
    broken(text, width).map(
      (piece, index) => `  ${(index === 0 ? label : '').padEnd(labels)}  ${piece}`,
    ),
  );
};

/** Our own words, broken between them. */
const paragraph = (text: string): string => {
  let line = 0;
  return text.replaceAll(/(\s*)(\S+)/g, (_, space: string, word: string) => {
    const isNext = line > 0 && line + space.length + word.length > widest;
    line = isNext ? word.length : line + space.length + word.length;
    return isNext ? `\n${word}` : `${space}${word}`;
  });
};

/** A read-only page; everything that the entry says stands in it. */
export const reviewText = (review: Review, say: Say): string => {
  const { definition, file, folder } = review;
  const heading =
    definition.kind === 'stdio'
      ? say(
          'The MCP server {0} would start this program on your computer:',
          visible(definition.name),
        )
      : say('The MCP server {0} would be contacted here:', visible(definition.name));
  const own =
    definition.kind === 'stdio' ? stdioLines(definition, folder, say) : httpLines(definition, say);
  return [
    ...Array.from({ length: linesBehindQuestion }, () => ''),
    heading,
    '',
    ...laidOut([...own, ...commonLines(review, say)]),
    '',
    say('Its entry stands in {0}', visible(file)),
    '',
    paragraph(
      say(
        'Nothing of it has run yet, and nobody was contacted. You are asked again when any of this changes.',
      ),
    ),
    paragraph(
      definition.kind === 'stdio'
        ? say('A program may do everything that you may do: allow it only if you know what it is.')
        : say(
            'What your agent sends to a server, its owner can read: allow it only if you know whose it is.',
          ),
    ),
    '',
  ].join('\n');
};
