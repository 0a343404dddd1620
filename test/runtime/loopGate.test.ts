// The gate behind filling in: what leads back to ourselves only with its variables filled in is refused, and what the gateway
// overtakes by opening somewhere else is told.
import { expect, test } from 'vitest';
import type { OwnDoor } from '../../src/core/loops.ts';
import type { ServerDefinition } from '../../src/core/settings.ts';
import { LoopGate } from '../../src/runtime/loopGate.ts';
import type { Resolution } from '../../src/runtime/resolver.ts';
import { aDefinition } from '../support/fakeFleet.ts';

const never = new AbortController().signal;
const bridge = '/home/me/.local/state/mcp-lifeline/bridge.js';

/** `${PLACE}` becomes `filled`. */
const aGate = (filled: string, ...ports: readonly number[]) => {
  let door: OwnDoor = { ports, bridge };
  const fillIn = (text: string): string => text.replaceAll('${PLACE}', filled);
  const next = {
    resolve: async (definition: ServerDefinition): Promise<Resolution> => ({
      kind: 'ready',
      definition:
        definition.kind === 'http'
          ? { ...definition, url: fillIn(definition.url) }
          : { ...definition, args: definition.args.map(fillIn) },
    }),
  };
  const gate = new LoopGate({ next, door: () => door });
  const moveTo = (...now: readonly number[]): void => void (door = { ports: now, bridge });
  return { gate, moveTo };
};

const open = aDefinition('open', { url: 'http://${PLACE}/mcp/other' });

const outcome = async (gate: LoopGate, definition = open): Promise<string> => {
  const resolution = await gate.resolve(definition, never);
  return resolution.kind === 'refused'
    ? `${resolution.failure.kind}: ${resolution.failure.detail}`
    : JSON.stringify(resolution.definition);
};

test('a URL that becomes the gateway’s own is refused with what to do, any other is let pass', async () => {
  expect(await outcome(aGate('localhost:4001', 4001).gate)).toMatch(
    /^bad-config: Its URL is MCP Lifeline's own gateway, so it would call itself\. Give it/,
  );
  expect(await outcome(aGate('localhost:4002', 4001).gate)).toContain('localhost:4002');
});

test('a program that becomes our own bridge is refused', async () => {
  const program = aDefinition('program', {
    kind: 'stdio',
    command: 'node',
    args: ['${PLACE}/bridge.js', 'x'],
  });
  const { gate } = aGate('/home/me/.local/state/mcp-lifeline', 4001);
  expect(await outcome(gate, program)).toMatch(/^bad-config: It starts MCP Lifeline's own bridge/);
});

test('who was let pass, or refused, before the gateway moved is told until it is asked anew', async () => {
  const { gate, moveTo } = aGate('127.0.0.1:4001');
  await outcome(gate);
  expect(gate.overtaken()).toEqual([]);
  moveTo(4001);
  expect(gate.overtaken()).toEqual(['open']);
  await outcome(gate);
  expect(gate.overtaken()).toEqual([]);
  moveTo(4003);
  expect(gate.overtaken()).toEqual(['open']);
});
