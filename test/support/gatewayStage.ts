// What a test of the gateway's clients needs: gateways, servers and clients that end with their test.
import { onTestFinished } from 'vitest';
import { type GatewayOptions, type GatewayProcess, startGateway } from './gatewayProcess.ts';
import { RawClient, type RawOptions } from './gatewayRaw.ts';
import {
  type RestartableOptions,
  type RestartableServer,
  startRestartable,
} from './restartableServer.ts';

/** Tests that run side by side must register their ends with their own context. */
export type After = typeof onTestFinished;

/** The name of the server in these tests. */
export const dev = 'dev';

export const aServer = async (
  options: RestartableOptions = {},
  after: After = onTestFinished,
): Promise<RestartableServer> => {
  const server = await startRestartable(options);
  after(() => server.stop());
  return server;
};

/** A gateway in front of servers; of a text it is the URL of the one that is called `dev`. */
export const aGateway = async (
  servers: string | GatewayOptions['servers'],
  after: After = onTestFinished,
  options: Omit<GatewayOptions, 'servers'> = {},
): Promise<GatewayProcess> => {
  const gateway = await startGateway({
    ...options,
    servers: typeof servers === 'string' ? { [dev]: { type: 'http', url: servers } } : servers,
  });
  after(() => gateway.stop());
  return gateway;
};

/** A client that has not said hello. */
export const aStranger = (
  gateway: GatewayProcess,
  after: After = onTestFinished,
  options: RawOptions = {},
  server = dev,
): RawClient => {
  const client = new RawClient(gateway, server, options);
  after(() => client.close());
  return client;
};

/** A client that has said hello. */
export const aClient = async (
  gateway: GatewayProcess,
  after: After = onTestFinished,
  {
    protocolVersion = '2025-11-25',
    capabilities = {},
    server = dev,
  }: {
    readonly protocolVersion?: string;
    readonly capabilities?: Readonly<Record<string, unknown>>;
    readonly server?: string;
  } = {},
): Promise<RawClient> => {
  const stranger = aStranger(gateway, after, { protocolVersion }, server);
  return (await stranger.hello(protocolVersion, capabilities)).client;
};

/** A server, a gateway in front of it, and a client that has said hello. */
export const aWayThrough = async (
  options: RestartableOptions = {},
  after: After = onTestFinished,
): Promise<{
  readonly server: RestartableServer;
  readonly gateway: GatewayProcess;
  readonly client: RawClient;
}> => {
  const server = await aServer(options, after);
  const gateway = await aGateway(server.url, after);
  return { server, gateway, client: await aClient(gateway, after) };
};

/** How often a tool was run, over all lives of its server. */
export const runsOf = (server: RestartableServer, tool: string): number =>
  server.ledger().filter(({ name }) => name === tool).length;
