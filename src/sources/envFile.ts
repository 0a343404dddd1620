// A file of `NAME=value` lines, as `envFile` names one: read with limits, never executed, nothing in it expanded.
// Not here: which entry wants it (resolveServer.ts).
import { parseEnv } from 'node:util';
import { unsaid, type Unsaid } from '../core/wording/unsaid.ts';
import { readText } from './readText.ts';

export type EnvReading =
  | { readonly kind: 'variables'; readonly variables: Readonly<Record<string, string>> }
  /** One sentence with what to do; names the file and nothing that stands in it. */
  | { readonly kind: 'unusable'; readonly reason: Unsaid };

const longestFile = 2 ** 20;
const mostVariables = 5000;

const unusable = (reason: Unsaid): EnvReading => ({ kind: 'unusable', reason });

/** The lines as dotenv has them: quotes, values over several lines, comments, `export`. */
const parseEnvFile = (text: string): Readonly<Record<string, string>> => {
  const read = parseEnv(text.replace(/^\ufeff/, ''));
  return Object.fromEntries(
    Object.entries(read).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
};

export const readEnvFile = async (path: string): Promise<EnvReading> => {
  const reading = await readText(path, longestFile);
  switch (reading.kind) {
    case 'absent':
      return unusable(
        unsaid("The file of 'envFile' is not there: {0}. Create it, or correct its path.", path),
      );
    case 'unreadable':
      return unusable(
        unsaid(
          "The file of 'envFile' cannot be read: {0}. It must be a text in UTF-8 of up to 1 MiB that you may read.",
          path,
        ),
      );
    case 'text':
      break;
  }
  if (reading.text.includes('\0'))
    return unusable(unsaid("The file of 'envFile' is not a text: {0}. Correct its path.", path));
  const variables = parseEnvFile(reading.text);
  return Object.keys(variables).length > mostVariables
    ? unusable(
        unsaid("The file of 'envFile' has more than {0} variables: {1}.", mostVariables, path),
      )
    : { kind: 'variables', variables };
};
