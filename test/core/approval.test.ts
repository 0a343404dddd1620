// What needs somebody's leave, and which changes ask for it again.
import { describe, expect, test } from 'vitest';
import {
  type ApprovalContext,
  approvalKey,
  entryKey,
  inputsUsedBy,
  needsApproval,
} from '../../src/core/approval.ts';
import type { InputDefinition } from '../../src/core/inputs.ts';
import { parseServers } from '../../src/core/parseServers.ts';
import type { Origin, ServerDefinition } from '../../src/core/settings.ts';

const folder = '/work/shop';
const ofFolder: Origin = { scope: 'folder', folder };

const aDefinition = (entry: object, origin = ofFolder, name = 'one'): ServerDefinition => {
  const [server] = parseServers({ [name]: entry }, '/health', origin);
  if (!server || server.kind === 'bad') throw new Error(server?.reason ?? 'There is none.');
  return server;
};

const token: InputDefinition = {
  kind: 'promptString',
  id: 'token',
  description: null,
  default: null,
  password: true,
};

const aContext = (more: Partial<ApprovalContext> = {}): ApprovalContext => ({
  inputs: [],
  workspaceInputs: [],
  workspace: 'file:///work/shop',
  ...more,
});

const key = (entry: object, context = aContext()): string =>
  approvalKey(aDefinition(entry), context);

describe('leave', () => {
  test.each([
    ['workspace', true],
    ['folder', true],
    ['user', false],
    ['given', false],
  ] as const)('of an entry of scope "%s" is needed: %s', (scope, expected) => {
    const definition = aDefinition({ url: 'http://host/mcp' }, { scope, folder: null });
    expect(needsApproval(definition, aContext())).toBe(expected);
  });

  test("is needed for the user's own entry that asks for what the workspace defines", () => {
    const definition = aDefinition(
      { command: 'run', env: { KEY: '${input:token}' } },
      { scope: 'user', folder: null },
    );
    const own = aContext({ inputs: [token] });
    expect(needsApproval(definition, own)).toBe(false);
    expect(needsApproval(definition, { ...own, workspaceInputs: ['token'] })).toBe(true);
    expect(needsApproval(definition, { ...own, workspaceInputs: ['other'] })).toBe(false);
  });
});

const http = { url: 'http://host/mcp', headers: { Authorization: 'Bearer a' } };
const stdio = { command: 'node', args: ['server.js'], env: { MODE: 'a' } };

describe('leave that was given counts no longer when', () => {
  test.each<[string, object, object]>([
    ['the URL changes', http, { ...http, url: 'http://other/mcp' }],
    ['a header changes', http, { ...http, headers: { Authorization: 'Bearer b' } }],
    ['a header comes', http, { ...http, headers: { ...http.headers, Other: 'b' } }],
    ['a command makes headers', http, { ...http, headersHelper: 'make-headers' }],
    ['the health path changes', http, { ...http, health: '/other' }],
    ['the transport changes', http, { ...http, type: 'sse' }],
    ['the program changes', stdio, { ...stdio, command: 'deno' }],
    ['an argument changes', stdio, { ...stdio, args: ['other.js'] }],
    ['an argument comes', stdio, { ...stdio, args: ['server.js', '--all'] }],
    ['two arguments become one', { ...stdio, args: ['a', 'b'] }, { ...stdio, args: ['a b'] }],
    ['a variable changes', stdio, { ...stdio, env: { MODE: 'b' } }],
    ['a variable comes', stdio, { ...stdio, env: { MODE: 'a', NODE_OPTIONS: '-r ./x' } }],
    ['a file of variables comes', stdio, { ...stdio, envFile: '.env' }],
    [
      'the file of variables is another',
      { ...stdio, envFile: '.env' },
      { ...stdio, envFile: '.env2' },
    ],
    [
      'the command that makes headers changes',
      { ...http, headersHelper: 'make-headers' },
      { ...http, headersHelper: 'make-headers; more' },
    ],
    [
      'a variable is another one',
      { ...http, headers: { Authorization: '${env:MINE}' } },
      { ...http, headers: { Authorization: '${env:OTHER}' } },
    ],
    ['it signs in as another client', http, { ...http, oauth: { clientId: 'other' } }],
    ['other files are watched', stdio, { ...stdio, dev: { watch: '**' } }],
    ['the folder changes', stdio, { ...stdio, cwd: '/tmp' }],
    ['its hints are to be trusted', stdio, { ...stdio, trustHints: true }],
  ])('%s', (_, before, after) => expect(key(after)).not.toBe(key(before)));

  test('an input that it uses changes, comes or goes', () => {
    const entry = { command: 'run', env: { KEY: '${input:token}' } };
    const asked = aContext({ inputs: [token] });
    const run: InputDefinition = {
      kind: 'command',
      id: 'token',
      description: null,
      command: 'workbench.action.terminal.sendSequence',
      args: { text: 'a' },
    };
    const other = { ...run, args: { text: 'b' } };
    const keys = [
      aContext(),
      asked,
      aContext({ inputs: [run] }),
      aContext({ inputs: [other] }),
    ].map((context) => key(entry, context));
    expect(new Set(keys).size).toBe(4);
  });

  test('the same entry is met in another place or under another name', () => {
    const here = aDefinition(stdio);
    const there = aDefinition(stdio, { scope: 'folder', folder: '/work/other' });
    const renamed = aDefinition(stdio, ofFolder, 'two');
    const keys = [here, there, renamed].map((definition) => approvalKey(definition, aContext()));
    expect(new Set(keys).size).toBe(3);
    const ofFile = aDefinition(stdio, { scope: 'workspace', folder: null });
    expect(approvalKey(ofFile, aContext())).not.toBe(
      approvalKey(ofFile, aContext({ workspace: 'file:///work/other' })),
    );
  });
});

describe('leave that was given goes on when', () => {
  test.each<[string, object]>([
    ['it is disabled', { ...stdio, enabled: false }],
    ['it no longer starts by itself', { ...stdio, autoStart: false }],
    ['each client gets a connection of its own', { ...stdio, connection: 'perClient' }],
    ['its keys are in another order', { env: { MODE: 'a' }, args: ['server.js'], command: 'node' }],
  ])('%s', (_, after) => expect(key(after)).toBe(key(stdio)));

  test('variables and headers are in another order', () => {
    const one = { command: 'run', env: { A: '1', B: '2' } };
    expect(key({ command: 'run', env: { B: '2', A: '1' } })).toBe(key(one));
  });

  test('an input changes that it does not use', () => {
    expect(key(stdio, aContext({ inputs: [token] }))).toBe(key(stdio));
  });
});

test('the entry is the same one whatever stands in it', () => {
  const one = aDefinition(stdio);
  expect(entryKey(aDefinition({ command: 'other' }), aContext())).toBe(entryKey(one, aContext()));
  expect(entryKey(aDefinition(stdio, ofFolder, 'two'), aContext())).not.toBe(
    entryKey(one, aContext()),
  );
});

test('inputs are found wherever an entry may name them', () => {
  const context = aContext({ inputs: [token] });
  const entries = [
    { url: 'http://host/${input:token}' },
    { url: 'http://host', headers: { A: 'x ${input:token} y' } },
    { command: '${input:token}' },
    { command: 'a', args: ['--key=${input:token}'] },
    { command: 'a', cwd: '${A:-${input:token}}' },
  ];
  for (const entry of entries) expect(inputsUsedBy(aDefinition(entry), context)).toEqual([token]);
  expect(inputsUsedBy(aDefinition({ command: 'token' }), context)).toEqual([]);
});
