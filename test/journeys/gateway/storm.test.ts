// The short form of the storm on the gateway: agents that call without a pause, while servers, or the gateway itself, are
// killed again and again; at the end the server's ledger, which cannot lie, against what the agents were told.
// The long form is `node test/journeys/gateway/storm.ts`.
import { describe, expect, test } from 'vitest';
import {
  describeOutcome,
  endings,
  type GatewayStorm,
  gatewayStorm,
} from '../../support/gatewayStorm.ts';
import { type AgentKind, agentKinds, habitsOf } from './kinds.ts';

const seed = Number(process.env['CHAOS_SEED'] ?? 1);

const survive = async (
  agent: AgentKind,
  storm: Pick<GatewayStorm, 'upstream' | 'victim' | 'kills'>,
): Promise<void> => {
  const connect = agentKinds[agent];
  const outcome = await gatewayStorm({ ...storm, ...habitsOf(agent), seed, connect });
  const name = `${agent}, ${storm.upstream}, ${endings[storm.victim]}`;
  console.log(describeOutcome(name, storm.kills, outcome));
  expect(outcome.violations, `${name}, seed ${seed}`).toEqual([]);
  expect(outcome.reckoning.told.ok).toBeGreaterThan(storm.kills);
};

describe.concurrent('[gateway-never-drops] [at-most-once] [never-lost] whenever the server is killed, no client sees a failure, no call is lost and none runs twice', () => {
  test('SDK 1.x, over HTTP', () =>
    survive('SDK 1.x, 2025-11-25', {
      upstream: 'HTTP without events',
      victim: 'server',
      kills: 5,
    }));
  test('SDK 1.x, over stdio', () =>
    survive('SDK 1.x, 2025-06-18', { upstream: 'stdio', victim: 'server', kills: 3 }));
  test('SDK 2.x, over HTTP', () =>
    survive('SDK 2.x, 2025-11-25', {
      upstream: 'HTTP with kept events',
      victim: 'server',
      kills: 3,
    }));
  test('mcp-remote, over HTTP', () =>
    survive('mcp-remote', { upstream: 'HTTP without events', victim: 'server', kills: 3 }));
  test('our bridge, over HTTP', () =>
    survive('our bridge', { upstream: 'HTTP without events', victim: 'server', kills: 3 }));
});

describe.concurrent('[gateway-never-drops] [at-most-once] [reload-survives] whenever the gateway is killed, every call that it took is answered on the old session', () => {
  test('SDK 1.x, 2025-11-25', () =>
    survive('SDK 1.x, 2025-11-25', {
      upstream: 'HTTP without events',
      victim: 'gateway',
      kills: 2,
    }));
  test('SDK 1.x, 2025-06-18, a server that keeps events', () =>
    survive('SDK 1.x, 2025-06-18', {
      upstream: 'HTTP with kept events',
      victim: 'gateway',
      kills: 2,
    }));
  test('SDK 2.x, over stdio', () =>
    survive('SDK 2.x, 2025-06-18', { upstream: 'stdio', victim: 'gateway', kills: 2 }));
  test('mcp-remote', () =>
    survive('mcp-remote', { upstream: 'HTTP with kept events', victim: 'gateway', kills: 2 }));
  test('our bridge', () =>
    survive('our bridge', { upstream: 'HTTP with kept events', victim: 'gateway', kills: 2 }));
});

describe.concurrent('[gateway-never-drops] [at-most-once] [reload-survives] whenever the gateway ends in order, as with its window, no call is lost and none runs twice', () => {
  test('SDK 1.x', () =>
    survive('SDK 1.x, 2025-11-25', {
      upstream: 'HTTP with kept events',
      victim: 'reload',
      kills: 3,
    }));
  test('our bridge', () =>
    survive('our bridge', { upstream: 'HTTP with kept events', victim: 'reload', kills: 3 }));
});
