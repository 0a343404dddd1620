// The control: the SDK's own transport, to tell a failing suite from a failing Lifeline.
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { act, isScenario } from './scenarios.ts';

const name = process.env['MCP_CONFORMANCE_SCENARIO'] ?? '';
const url = process.argv.at(-1) ?? '';
if (!isScenario(name)) throw new Error(`This client does not know the scenario ${name}.`);
await act(name, new StreamableHTTPClientTransport(new URL(url)));
