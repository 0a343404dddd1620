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

/** A person signs in, and grants more where a call needs more. */
const signedIn: Act = callTool('test-tool');

/** The client is to find out that there is no sane way in, and say so. */
const hopeless: ReadonlySet<string> = new Set(['auth/scope-retry-limit', 'auth/resource-mismatch']);

const authScenarios = {
  'auth/metadata-default': signedIn,
  'auth/metadata-var1': signedIn,
  'auth/metadata-var2': signedIn,
  'auth/metadata-var3': signedIn,
  'auth/basic-cimd': signedIn,
  'auth/scope-from-www-authenticate': signedIn,
  'auth/scope-from-scopes-supported': signedIn,
  'auth/scope-omitted-when-undefined': signedIn,
  'auth/scope-step-up': signedIn,
  'auth/scope-retry-limit': signedIn,
  'auth/token-endpoint-auth-basic': signedIn,
  'auth/token-endpoint-auth-post': signedIn,
  'auth/token-endpoint-auth-none': signedIn,
  'auth/pre-registration': signedIn,
  'auth/2025-03-26-oauth-metadata-backcompat': signedIn,
  'auth/2025-03-26-oauth-endpoint-fallback': signedIn,
  'auth/resource-mismatch': signedIn,
  'auth/offline-access-scope': signedIn,
  'auth/offline-access-not-supported': signedIn,
  'auth/client-credentials-jwt': signedIn,
  'auth/client-credentials-basic': signedIn,
  'auth/cross-app-access-complete-flow': signedIn,
} satisfies Record<string, Act>;

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
  ...authScenarios,
} satisfies Record<string, Act>;

export const needsSignIn = (name: ScenarioName): boolean => name in authScenarios;

export type ScenarioName = keyof typeof scenarios;
export const scenarioNames = Object.keys(scenarios) as readonly ScenarioName[];

export const isScenario = (name: string): name is ScenarioName => name in scenarios;

export const act = async (name: ScenarioName, transport: Transport): Promise<void> => {
  const client = new Client(
    { name: 'mcp-lifeline-conformance', version: '1.0.0' },
    { capabilities: { elicitation: { form: { applyDefaults: true } } } },
  );
  const outcome = client
    .connect(transport)
    .then(() => scenarios[name](client))
    .then(() => null);
  if (!hopeless.has(name)) await outcome;
  else if ((await outcome.catch((error: unknown) => error)) === null)
    throw new Error('The client went in where it should not have.');
  await client.close();
};
