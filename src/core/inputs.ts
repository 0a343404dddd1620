// `${input:id}`: what a person is asked for, once, in the shapes of VS Code's mcp.json (`inputs`). Pure.
// Not here: asking (host) and keeping the answers (the editor's secret storage).

/** A text. `password`: it is not shown while it is typed. All answers are kept as secrets. */
export interface PromptInput {
  readonly kind: 'promptString';
  readonly id: string;
  readonly description: string | null;
  readonly default: string | null;
  readonly password: boolean;
}

export interface PickInput {
  readonly kind: 'pickString';
  readonly id: string;
  readonly description: string | null;
  readonly options: readonly { readonly label: string; readonly value: string }[];
  readonly default: string | null;
}

/** The answer is what an editor command returns. */
export interface CommandInput {
  readonly kind: 'command';
  readonly id: string;
  readonly description: string | null;
  readonly command: string;
  readonly args: unknown;
}

export type InputDefinition = PromptInput | PickInput | CommandInput;
