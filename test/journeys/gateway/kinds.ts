// The agents that a storm is raged with, by what they are made of.
import { type Agent, sdkAgent, sdkTwoAgent } from '../../support/gatewayAgents.ts';
import type { GatewayProcess } from '../../support/gatewayProcess.ts';
import { bridgeAgent, remoteAgent } from '../../support/gatewayStdioAgents.ts';

type Connect = (gateway: GatewayProcess, server: string) => Promise<Agent>;

export const agentKinds = {
  'SDK 1.x, 2025-11-25': (gateway, server) => sdkAgent(gateway, server),
  'SDK 1.x, 2025-06-18': (gateway, server) => sdkAgent(gateway, server, '2025-06-18'),
  'SDK 2.x, 2025-11-25': (gateway, server) => sdkTwoAgent(gateway, server),
  'SDK 2.x, 2025-06-18': (gateway, server) => sdkTwoAgent(gateway, server, '2025-06-18'),
  'mcp-remote': remoteAgent,
  'our bridge': bridgeAgent,
} satisfies Record<string, Connect>;

export type AgentKind = keyof typeof agentKinds;
export const agentNames = Object.keys(agentKinds) as readonly AgentKind[];

/** What a storm has to know of an agent. */
export const habitsOf = (
  agent: AgentKind,
): { readonly isGentle: boolean; readonly waitsForDoor: boolean } => ({
  // Its two tries, and no more, are in the program: deaths in a row would be its end.
  isGentle: agent === 'mcp-remote',
  waitsForDoor: agent === 'our bridge',
});
