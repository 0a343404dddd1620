// The health report as a tool of the editor's agent: the model can look for itself why a server does not answer, and what
// to do. Not here: what stands in the report.
import * as vscode from 'vscode';
import type { Disposable } from '../base/disposable.ts';
import { inEnglish } from '../core/wording/english.ts';
import type { FleetWatch } from '../runtime/watch.ts';
import { healthToolName } from './contributions.ts';
import type { Gateway } from './gatewayDoor.ts';

interface Input {
  readonly server?: string;
}

export interface HealthToolPorts {
  readonly fleet: FleetWatch;
  readonly healthReport: Gateway['healthReport'];
}

/** A model that names no server, or an empty one, means all of them. */
const wantedServer = (input: Input | undefined): string | null => {
  const name: unknown = input?.server;
  return typeof name === 'string' && name.trim() !== '' ? name.trim() : null;
};

const namesIn = ({ servers, bad }: FleetWatch): readonly string[] => [
  ...servers.value.map(({ id }) => id),
  ...bad.value.map(({ name }) => name),
];

const say = (text: string): vscode.LanguageModelToolResult =>
  new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)]);

/** For the model, which reads English whatever the user does. */
export const healthAnswer = async (
  { fleet, healthReport }: HealthToolPorts,
  input: Input | undefined,
): Promise<string> => {
  const server = wantedServer(input);
  const names = namesIn(fleet);
  if (server === null || names.includes(server)) return healthReport(server, inEnglish);
  return names.length === 0
    ? `There is no MCP server "${server}": MCP Lifeline has none configured.`
    : `There is no MCP server "${server}". The servers are: ${names.join(', ')}.`;
};

export const registerHealthTool = (ports: HealthToolPorts): Disposable =>
  vscode.lm.registerTool<Input>(healthToolName, {
    prepareInvocation: ({ input }) => {
      const server = wantedServer(input);
      const message =
        server === null
          ? vscode.l10n.t('Checking the MCP servers')
          : vscode.l10n.t('Checking the MCP server "{0}"', server);
      return { invocationMessage: message };
    },
    invoke: async ({ input }) => say(await healthAnswer(ports, input)),
  });
