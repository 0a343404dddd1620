// What a journey needs on its stage: servers and rigs that end with their test, and questions that journeys share.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished as afterTest } from 'vitest';
import type { StateKind } from '../../src/core/connection/state.ts';
import type { RawSettings } from '../../src/core/parseSettings.ts';
import { isObject, type RpcMessage } from '../../src/core/rpc.ts';
import { FleetRig, until } from '../support/fleetRig.ts';
import { plantIn } from '../support/planted.ts';
import {
  type RestartableOptions,
  type RestartableServer,
  startRestartable,
} from '../support/restartableServer.ts';

/** Tests that run side by side must register their ends with their own context. */
export type AfterTest = typeof afterTest;

export const aFolder = (after: AfterTest = afterTest): string => {
  const folder = mkdtempSync(join(tmpdir(), 'lifeline-journey-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** A fleet whose only server is `dev`, or with the servers of `settings`. */
export const aRig = (
  url: string | null,
  settings: RawSettings = {},
  after: AfterTest = afterTest,
): FleetRig => {
  const servers = url === null ? {} : { servers: { dev: { url } } };
  const all: RawSettings = { ...servers, ...settings };
  const entries = isObject(all['servers']) ? plantIn(all['servers'], 'journey') : {};
  const rig = new FleetRig({ settings: { ...all, servers: entries }, folder: aFolder(after) });
  after(() => rig.close());
  return rig;
};

/** Entries of `mcpLifeline.servers`. */
export const serversOf = <Name extends string>(
  names: readonly Name[],
  urlOf: (name: Name) => string | undefined,
): Readonly<Record<string, { readonly url: string | undefined }>> => {
  const entries: Record<string, { readonly url: string | undefined }> = {};
  for (const name of names) entries[name] = { url: urlOf(name) };
  return entries;
};

export const aServer = async (
  options: RestartableOptions = {},
  after: AfterTest = afterTest,
): Promise<RestartableServer> => {
  const server = await startRestartable(options);
  after(() => server.stop());
  return server;
};

/** A server and a fleet that has said hello to it and read its lists. */
export const readyWith = async (
  options: RestartableOptions = {},
  settings: RawSettings = {},
  after: AfterTest = afterTest,
): Promise<{ readonly server: RestartableServer; readonly rig: FleetRig }> => {
  const server = await aServer(options, after);
  const rig = aRig(server.url, settings, after);
  await rig.untilState('ready');
  await untilListed(rig);
  return { server, rig };
};

/** The views have read every list, so that their requests do not mix with a test's. */
export const untilListed = (rig: FleetRig): Promise<void> =>
  until(() => rig.server().catalog.value.listedAt !== null && isIdle(rig));

const isIdle = (rig: FleetRig): boolean => {
  const { held, running } = rig.server().calls.value;
  return held + running === 0;
};

/** The texts that `append` was run with, in the order of their running. */
export const appended = (server: RestartableServer): unknown[] =>
  server
    .ledger()
    .filter(({ name }) => name === 'append')
    .map(({ args }) => (isObject(args) ? args['text'] : args));

export interface Inspection {
  readonly initializeCount: number;
  readonly initializesSeen: number;
  readonly instanceId: string;
  readonly logLevel: string | null;
  readonly subscriptions: readonly string[];
  readonly protocolVersion: string | null;
}

/** What the server's session of ours knows. */
export const inspect = async (rig: FleetRig): Promise<Inspection> => {
  const { text, isError } = await rig.call('inspect');
  if (isError) throw new Error(text);
  return JSON.parse(text) as Inspection;
};

/** How the present link came to be. */
export const recoveredBy = (rig: FleetRig, name?: string): string => {
  const { state } = rig.server(name).life.value;
  return 'recovered' in state ? state.recovered : state.kind;
};

/** The numbers of the notifications among these messages, in their order. */
export const notifiedIn = (heard: readonly RpcMessage[]): unknown[] =>
  heard.flatMap((message) => {
    if (!('method' in message) || message.method !== 'notifications/message') return [];
    const data = message.params?.['data'];
    return isObject(data) ? [data['number']] : [];
  });

export const notified = (rig: FleetRig): unknown[] => notifiedIn(rig.heard);

export const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

const milliseconds = (since: number): number => Math.round(performance.now() - since);

/** A figure for the reader of the run: what is measured here is no matter of passing. */
export const figure = (what: string, since: number): number => {
  const took = milliseconds(since);
  console.log(`${what}: ${took} ms`);
  return took;
};

/**
 * States that follow each other, from the first `ready` on. Without `degraded`: on the way down a health check may be the
 * first to fail, or may not.
 */
export const sinceReady = (rig: FleetRig, name?: string): StateKind[] => {
  const states = rig.states(name).filter((kind) => kind !== 'degraded');
  const turns = states.filter((kind, index) => kind !== states[index - 1]);
  return turns.slice(turns.indexOf('ready'));
};
