// What the test and the agent in the editor say to each other, as JSON over loopback. Free of `vscode`.

/** Where the agent leaves a file `<pid>.port` for each extension host, and keeps what it offers. */
export const agentFolderVariable = 'MCP_LIFELINE_TEST_AGENT';

export type Ask =
  /** Servers that the agent's own provider offers to the editor, without Lifeline: URLs by label. */
  | { readonly kind: 'offer'; readonly servers: Readonly<Record<string, string>> }
  /** Starts a server in the editor's own MCP client. `id`: extension id, slash, label. */
  | { readonly kind: 'start'; readonly id: string }
  | { readonly kind: 'tools' }
  | {
      readonly kind: 'invoke';
      readonly tool: string;
      readonly input: object;
      /** After so many milliseconds the call counts as hanging and is left alone. */
      readonly limit: number;
    };

export type Outcome =
  | { readonly kind: 'answered'; readonly text: string; readonly ms: number }
  | { readonly kind: 'failed'; readonly reason: string; readonly ms: number }
  | { readonly kind: 'hangs'; readonly ms: number };
