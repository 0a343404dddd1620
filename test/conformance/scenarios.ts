// What each client scenario of the conformance suite implies that a client does, with the SDK's own `Client`. The
// transport below it is what is judged.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';

type Act = (client: Client) => Promise<unknown>;

const nothing: Act = (client) => client.listTools();

const callTool =
  (name: string, args: Record<string, unknown> = {}): Act =>
  async (client) => {
    await client.listTools();
    return client.callTool({ name, arguments: args });
  };

const scenarios = {
  initialize: nothing,
  tools_call: callTool('add_numbers', { a: 5, b: 3 }),
  // The server closes the answer stream before the answer; whoever waits its `retry` and comes back with the cursor gets it.
  'sse-retry': callTool('test_reconnection'),
  // Accepted with nothing, so that the client's own defaults fill the form.
  'elicitation-sep1034-client-defaults': (client) => {
    client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: {} }));
    return callTool('test_client_elicitation_defaults')(client);
  },
} satisfies Record<string, Act>;

export type ScenarioName = keyof typeof scenarios;
export const scenarioNames = Object.keys(scenarios) as readonly ScenarioName[];

export const isScenario = (name: string): name is ScenarioName => name in scenarios;

export const act = async (name: ScenarioName, transport: Transport): Promise<void> => {
  const client = new Client(
    { name: 'mcp-lifeline-conformance', version: '1.0.0' },
    { capabilities: { elicitation: { form: { applyDefaults: true } } } },
  );
  await client.connect(transport);
  await scenarios[name](client);
  await client.close();
};
