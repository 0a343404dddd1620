// `${input:id}` where nobody sits who could be asked: answered from the environment, else by the default of its definition; else
// the log says what to set. Not here: variables of the environment themselves (sources).
import type { InputDefinition } from '../core/inputs.ts';
import type { ServerDefinition } from '../core/settings.ts';
import { type Missing, missingName } from '../core/variables.ts';
import type { Answer, InputAnswers, Wanted } from '../runtime/inputAnswers.ts';
import type { Log } from '../runtime/ports.ts';
import type { Resolver } from '../runtime/resolver.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** `github-token` is asked of `MCP_LIFELINE_INPUT_GITHUB_TOKEN`. */
const variableFor = (id: string): string =>
  `MCP_LIFELINE_INPUT_${id.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;

const defaultOf = (input: InputDefinition | undefined): string | null =>
  input === undefined || input.kind === 'command' ? null : input.default;

const answerTo = (
  wanted: Wanted,
  environment: Environment,
  inputs: readonly InputDefinition[],
): Answer | undefined => {
  if (wanted.kind === 'env') return undefined;
  const input = inputs.find(({ id }) => id === wanted.id);
  const value = environment[variableFor(wanted.id)] ?? defaultOf(input);
  return value === null ? undefined : { value, isSecret: input?.kind !== 'pickString' };
};

export const headlessAnswers = (
  environment: Environment,
  inputs: () => readonly InputDefinition[],
): InputAnswers => ({
  answer: (wanted) => Promise.resolve(answerTo(wanted, environment, inputs())),
});

const adviceOn = (missing: Missing): string => {
  const name = missingName(missing);
  switch (missing.kind) {
    case 'input':
      return `${name} has no value: set the environment variable ${variableFor(missing.id)}, and start again.`;
    case 'env':
      return `${name} has no value: set this environment variable, and start again.`;
    case 'folder':
      return `${name} is no folder that is known here: write its path.`;
  }
};

/** Says once for each server what is missing, and how to give it. */
export const withAdvice = (
  resolver: Resolver & {
    missing(definition: ServerDefinition): Promise<readonly Missing[]>;
  },
  logOf: (serverId: string) => Pick<Log, 'warn'>,
): Resolver => {
  const told = new Set<string>();
  return {
    resolve: async (definition, signal) => {
      const resolution = await resolver.resolve(definition, signal);
      if (resolution.kind !== 'refused' || resolution.failure.kind !== 'needs-input')
        return resolution;
      for (const advice of (await resolver.missing(definition)).map(adviceOn)) {
        const key = JSON.stringify([definition.name, advice]);
        if (!told.has(key)) logOf(definition.name).warn(advice);
        told.add(key);
      }
      return resolution;
    },
  };
};
