// The client that the suite judges: the SDK's `Client` on Lifeline's connection, as our own views use it.
import { realClock } from '../../src/base/clock.ts';
import { createClientTransport } from '../../src/mcp/clientTransport.ts';
import { openSignedIn } from './authDriver.ts';
import { openConnection, serverAt } from './connection.ts';
import { act, isScenario, needsSignIn } from './scenarios.ts';

const name = process.env['MCP_CONFORMANCE_SCENARIO'] ?? '';
const url = process.argv.at(-1) ?? '';
if (!isScenario(name)) throw new Error(`This client does not know the scenario ${name}.`);
const connection = needsSignIn(name)
  ? openSignedIn(name, url, realClock)
  : openConnection(serverAt(url), realClock);
await act(name, createClientTransport(connection.end));
await connection.shutdown();
