// The entries of `mcpLifeline.inputs` (and of `inputs` in a mcp.json) -> what a person is asked for, and what is wrong with
// those that cannot be used. Pure, never throws. No complaint quotes a value: a default may be a credential.
import * as z from 'zod/mini';
import type { InputDefinition } from './inputs.ts';
import { isObject } from './rpc.ts';
import { inEnglish } from './wording/english.ts';
import type { Say } from './wording/say.ts';
import { packed, sayNow, type Unsaid, unpacked, unsaid } from './wording/unsaid.ts';

export interface ParsedInputs {
  readonly inputs: readonly InputDefinition[];
  /** One sentence each. */
  readonly complaints: readonly string[];
}

export const mostInputs = 200;

const demand = (text: Unsaid) => ({ error: (): string => packed(text) });
const textOrNull = (key: string) =>
  z._default(z.nullable(z.string(demand(unsaid(`'{0}' must be a text`, key)))), null);

const idDemand = demand(
  unsaid(`'id' must be a text of 1 to 100 characters without braces or line breaks`),
);
const anId = z.string(idDemand).check(z.regex(/^[^{}\r\n\0]{1,100}$/, idDemand));

const promptShape = z.object({
  id: anId,
  description: textOrNull('description'),
  default: textOrNull('default'),
  password: z._default(z.boolean(demand(unsaid(`'{0}' must be true or false`, 'password'))), false),
});

const mostOptions = 500;
const optionsDemand = demand(
  unsaid(
    `'options' must be a list of 1 to {0} texts, or of objects with 'label' and 'value'`,
    mostOptions,
  ),
);
const anOption = z.union(
  [
    z.pipe(
      z.string(),
      z.transform((value) => ({ label: value, value })),
    ),
    z.object({ label: z.string(), value: z.string() }),
  ],
  optionsDemand,
);

const pickShape = z.object({
  id: anId,
  description: textOrNull('description'),
  options: z
    .array(anOption, optionsDemand)
    .check(z.minLength(1, optionsDemand), z.maxLength(mostOptions, optionsDemand)),
  default: textOrNull('default'),
});

const commandDemand = demand(unsaid(`'command' must be the id of an editor command`));

const commandShape = z.object({
  id: anId,
  description: textOrNull('description'),
  command: z.string(commandDemand).check(z.minLength(1, commandDemand)),
  args: z.optional(z.unknown()),
});

type Read =
  | { readonly kind: 'input'; readonly input: InputDefinition }
  | { readonly kind: 'wrong'; readonly why: Unsaid };

const good = (input: InputDefinition): Read => ({ kind: 'input', input });

const wrong = (error: z.core.$ZodError): Read => ({
  kind: 'wrong',
  why: unpacked(error.issues[0]?.message ?? packed(unsaid('it cannot be read'))),
});

const readPrompt = (entry: unknown): Read => {
  const read = promptShape.safeParse(entry);
  return read.success ? good({ kind: 'promptString', ...read.data }) : wrong(read.error);
};

const readPick = (entry: unknown): Read => {
  const read = pickShape.safeParse(entry);
  return read.success ? good({ kind: 'pickString', ...read.data }) : wrong(read.error);
};

const readCommand = (entry: unknown): Read => {
  const read = commandShape.safeParse(entry);
  if (!read.success) return wrong(read.error);
  const { id, description, command, args } = read.data;
  return good({ kind: 'command', id, description, command, args });
};

const readOne = (entry: unknown): Read => {
  if (!isObject(entry))
    return { kind: 'wrong', why: unsaid(`it must be an object with 'type' and 'id'`) };
  switch (entry['type']) {
    // Cursor and early files of VS Code leave it out.
    case undefined:
    case 'promptString':
      return readPrompt(entry);
    case 'pickString':
      return readPick(entry);
    case 'command':
      return readCommand(entry);
    default:
      return {
        kind: 'wrong',
        why: unsaid(`'type' must be "promptString", "pickString" or "command"`),
      };
  }
};

/** Of two with the same id the first one counts, as with servers. */
const withoutDoubles = (
  found: readonly InputDefinition[],
  complaints: string[],
  say: Say,
): readonly InputDefinition[] => {
  const byId = new Map<string, InputDefinition>();
  for (const input of found) {
    if (byId.has(input.id))
      complaints.push(say('The input "{0}" is defined twice; the first counts.', input.id));
    else byId.set(input.id, input);
  }
  return [...byId.values()];
};

/** `undefined`: there are none. */
export const parseInputs = (value: unknown, say: Say = inEnglish): ParsedInputs => {
  if (value === undefined) return { inputs: [], complaints: [] };
  if (!Array.isArray(value))
    return {
      inputs: [],
      complaints: [say("The inputs must be a list of objects with 'type' and 'id'. None is used.")],
    };
  const entries: readonly unknown[] = value;
  const complaints: string[] = [];
  const found: InputDefinition[] = [];
  for (const [index, entry] of entries.slice(0, mostInputs).entries()) {
    const read = readOne(entry);
    if (read.kind === 'input') found.push(read.input);
    else complaints.push(say('Input {0} is not used: {1}.', index + 1, sayNow(read.why, say)));
  }
  if (entries.length > mostInputs)
    complaints.push(say('There are more than {0} inputs; the others are not used.', mostInputs));
  return { inputs: withoutDoubles(found, complaints, say), complaints };
};
