// Programs that use a server through the gateway, as agents do, each made of what agents are made of. Here: the SDK's
// clients, 1.x and 2.x. Programs that speak stdio are in gatewayStdioAgents.ts.
import {
  Client as ClientOfTwo,
  StreamableHTTPClientTransport as HttpOfTwo,
} from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { outcomeKey } from '../../src/core/calls/answers.ts';
import { isObject } from '../../src/core/rpc.ts';
import type { WayIn } from './gatewayProcess.ts';
import { Wire } from './gatewayWire.ts';

/** A tool result, reduced to what tests ask of it. */
export interface Heard {
  readonly text: string;
  readonly isError: boolean;
  /** What the gateway said became of it; null where the server itself answered. */
  readonly outcome: 'not-run' | 'unknown' | null;
}

export interface Notified {
  readonly method: string;
  readonly params: unknown;
}

export interface Agent {
  /** Rejects where there is no tool result: a JSON-RPC error, or trouble with the transport. */
  call(tool: string, args?: Readonly<Record<string, unknown>>): Promise<Heard>;
  listTools(): Promise<readonly string[]>;
  /** Undefined where the program keeps it to itself. */
  readonly sessionId: string | undefined;
  /** Null where its requests cannot be seen. */
  readonly wire: Wire | null;
  /** What its transport complained of, and that it ended. */
  readonly trouble: readonly string[];
  readonly notified: readonly Notified[];
  close(): Promise<void>;
}

export const protocolVersions = ['2025-11-25', '2025-06-18'] as const;
export type ProtocolVersion = (typeof protocolVersions)[number];

/** Agents wait for a restart; the SDK's own two tries are over before one is. */
const patient = {
  initialReconnectionDelay: 200,
  maxReconnectionDelay: 1000,
  reconnectionDelayGrowFactor: 1.5,
  maxRetries: 100,
};

const info = { name: 'gateway-test', version: '1.0.0' };

const heardOf = (result: Readonly<Record<string, unknown>>): Heard => {
  const content: unknown = result['content'];
  const first: unknown = Array.isArray(content) ? content[0] : undefined;
  const meta = isObject(result['_meta']) ? result['_meta'][outcomeKey] : undefined;
  const outcome = isObject(meta) ? meta['outcome'] : null;
  return {
    text: isObject(first) ? String(first['text']) : '',
    isError: result['isError'] === true,
    outcome: outcome === 'not-run' || outcome === 'unknown' ? outcome : null,
  };
};

/** An agent on any transport of the SDK 1.x. `configure` may set handlers before the handshake. */
export const agentOn = async (
  transport: Transport,
  wire: Wire | null = null,
  configure: (client: Client) => void = () => undefined,
): Promise<Agent> => {
  const trouble: string[] = [];
  const notified: Notified[] = [];
  const client = new Client(info, { capabilities: { sampling: {}, elicitation: {} } });
  client.onerror = (error) => void trouble.push(String(error));
  client.onclose = () => void trouble.push('The transport was closed.');
  client.fallbackNotificationHandler = async ({ method, params }) =>
    void notified.push({ method, params });
  configure(client);
  await client.connect(transport);
  return {
    call: async (name, args = {}) => heardOf(await client.callTool({ name, arguments: args })),
    listTools: async () => (await client.listTools()).tools.map(({ name }) => name),
    get sessionId() {
      return transport.sessionId;
    },
    wire,
    trouble,
    notified,
    close: async () => {
      client.onclose = () => undefined;
      await client.close();
    },
  };
};

/** The SDK 1.x. */
export const sdkAgent = (
  gateway: WayIn,
  server: string,
  protocolVersion: ProtocolVersion = '2025-11-25',
  configure?: (client: Client) => void,
): Promise<Agent> => {
  const wire = new Wire(protocolVersion);
  const transport = new StreamableHTTPClientTransport(gateway.url(server), {
    requestInit: { headers: { ...gateway.headers } },
    fetch: wire.fetch,
    reconnectionOptions: patient,
  });
  // The SDK's own transport does not fit its own interface under exactOptionalPropertyTypes.
  return agentOn(transport as Transport, wire, configure);
};

/** The SDK 2.x, as a client of the era with sessions. */
export const sdkTwoAgent = async (
  gateway: WayIn,
  server: string,
  protocolVersion: ProtocolVersion = '2025-11-25',
): Promise<Agent> => {
  const wire = new Wire();
  const trouble: string[] = [];
  const notified: Notified[] = [];
  const transport = new HttpOfTwo(gateway.url(server), {
    requestInit: { headers: { ...gateway.headers } },
    fetch: wire.fetch,
    reconnectionOptions: patient,
  });
  const client = new ClientOfTwo(info, { supportedProtocolVersions: [protocolVersion] });
  client.onerror = (error) => void trouble.push(String(error));
  client.onclose = () => void trouble.push('The transport was closed.');
  client.fallbackNotificationHandler = async ({ method, params }) =>
    void notified.push({ method, params });
  await client.connect(transport);
  return {
    call: async (name, args = {}) => heardOf(await client.callTool({ name, arguments: args })),
    listTools: async () => (await client.listTools()).tools.map(({ name }) => name),
    get sessionId() {
      return transport.sessionId;
    },
    wire,
    trouble,
    notified,
    close: async () => {
      client.onclose = () => undefined;
      await client.close();
    },
  };
};
